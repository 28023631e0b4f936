import { CanActivate, createParamDecorator, ExecutionContext, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Actor } from '@voxpersona/event-store';
import { hashApiKeySecret, RequestContext } from '@voxpersona/pipeline';
import { GetApiKey } from '@voxpersona/projections';
import { Request } from 'express';
import { timingSafeEqual } from 'node:crypto';
import { Problem } from '../http/problem';
import { requestIdOf } from '../http/request-id';

/** Who calls. */
export interface Caller {
  owner: string;
  actor: Actor;
}

const callers = new WeakMap<Request, Caller>();
const BEARER = /^Bearer vox_([0-9a-f]{1,64})_([0-9a-f]{1,128})$/i;
const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="voxpersona"' };
/** Compared with when there is no such key, so that a wrong id takes as long as a wrong secret. */
const NO_KEY = '0'.repeat(64);

/** Lets in whoever shows a valid API key: `Authorization: Bearer vox_…`. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(private readonly queries: QueryBus) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const [, keyId, secret] = BEARER.exec(request.get('authorization') ?? '') ?? [];
    if (keyId === undefined || secret === undefined) {
      throw new Problem('not-authenticated', 'Send your key as "Authorization: Bearer vox_…".', CHALLENGE);
    }
    const key = await this.queries.execute(new GetApiKey(keyId));
    const given = Buffer.from(hashApiKeySecret(secret), 'hex');
    const matches = timingSafeEqual(given, Buffer.from(key?.secretSha256 ?? NO_KEY, 'hex'));
    if (!key || !matches || key.revoked) {
      throw new Problem('not-authenticated', 'This key is not known here, or was revoked.', CHALLENGE);
    }
    callers.set(request, { owner: key.ownerId, actor: { kind: 'api-key', id: keyId, owner: key.ownerId } });
    return true;
  }
}

function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('A route that needs a caller must stand behind ApiKeyGuard');
  return caller;
}

/** Id of the account that calls. */
export const Owner = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string =>
    callerOf(context.switchToHttp().getRequest<Request>()).owner,
);

/** What the caller's commands carry into their events. */
export const Requested = createParamDecorator((_data: unknown, context: ExecutionContext): RequestContext => {
  const request = context.switchToHttp().getRequest<Request>();
  return { requestId: requestIdOf(request), actor: callerOf(request).actor };
});
