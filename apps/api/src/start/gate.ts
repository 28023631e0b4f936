import { NextFunction, Request, Response } from 'express';
import { Problem } from '../http/problem';

/** What is answered from the first moment to the last: how the process is. */
const ALWAYS = /^\/(health\/|metrics$)/;

const WHY_SHUT = {
  starting: 'The server is starting. Try again soon.',
  stopping: 'The server is stopping. Try again soon.',
};

/**
 * Keeps requests out until the server has found its log and knows the keys: until then a right key would look like a wrong
 * one, and nothing could be recorded. Also keeps out what comes once the server has begun to stop.
 */
export class Gate {
  private state: 'starting' | 'open' | 'stopping' = 'starting';

  open(): void {
    if (this.state === 'starting') this.state = 'open';
  }

  close(): void {
    this.state = 'stopping';
  }

  readonly handle = (request: Request, _response: Response, next: NextFunction): void => {
    if (this.state === 'open' || ALWAYS.test(request.path)) next();
    else next(new Problem('unavailable', WHY_SHUT[this.state], { 'Retry-After': '5' }));
  };
}
