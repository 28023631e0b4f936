import { NextFunction, Request, Response } from 'express';
import { randomUUID } from 'node:crypto';

const ids = new WeakMap<Request, string>();

/** Gives every request an id of ours; it becomes the correlation id of all that follows from it. */
export function assignRequestId(request: Request, response: Response, next: NextFunction): void {
  response.set('X-Request-Id', requestIdOf(request));
  next();
}

export function requestIdOf(request: Request): string {
  const known = ids.get(request) ?? randomUUID();
  ids.set(request, known);
  return known;
}

/** A request that the client sends again under the same name is the same request. @param id UUID */
export function renameRequest(request: Request, response: Response, id: string): void {
  ids.set(request, id);
  response.set('X-Request-Id', id);
}
