import { NextFunction, Request, Response } from 'express';
import { Problem } from '../http/problem';

/** What is answered from the first moment on: how the process is. */
const ALWAYS = /^\/(health\/|metrics$)/;

/**
 * Keeps requests out until the server has found its log and knows the keys: until then a right key would look like a wrong
 * one, and nothing could be recorded.
 */
export class StartGate {
  private isOpen = false;

  open(): void {
    this.isOpen = true;
  }

  readonly handle = (request: Request, _response: Response, next: NextFunction): void => {
    if (this.isOpen || ALWAYS.test(request.path)) next();
    else next(new Problem('unavailable', 'The server is starting. Try again soon.', { 'Retry-After': '5' }));
  };
}
