import { Request } from 'express';

/** What a request shows as `Authorization: Upload <token>`; undefined: nothing of the kind. */
export function uploadTokenOf(request: Request): string | undefined {
  return /^Upload +(\S{1,300}) *$/i.exec(request.get('authorization') ?? '')?.[1];
}
