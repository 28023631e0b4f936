import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { NextFunction, Request, Response } from 'express';
import { ROUTE } from '../contract/handles';
import { RouteSpec } from '../contract/route';
import { Problem } from './problem';

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

/** A body that is no JSON was not even parsed: say so, and not that its fields are missing. */
@Injectable()
export class JsonGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const spec = this.reflector.get<RouteSpec | undefined>(ROUTE, context.getHandler());
    const request = context.switchToHttp().getRequest<Request>();
    const wantsJson = spec?.body?.type === 'application/json';
    // `is` gives null where there is no body at all.
    if (wantsJson && request.is('application/json') === false) {
      throw new Problem('not-json', 'Send the body as application/json in UTF-8.');
    }
    return true;
  }
}
