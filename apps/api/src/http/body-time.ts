import { NextFunction, Request, Response } from 'express';

const MAX_BODY_MS = 30_000;

/** Ends requests whose body trickles in. An upload may take as long as bytes come, and is known by its content type. */
export function limitBodyTime(request: Request, _response: Response, next: NextFunction): void {
  if (!request.is('multipart/form-data')) {
    const timer = setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, MAX_BODY_MS);
    timer.unref();
    request.once('close', () => clearTimeout(timer));
  }
  next();
}
