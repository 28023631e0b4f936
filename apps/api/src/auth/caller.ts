import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import { Authority, Identified } from '@voxpersona/domain';
import { RequestContext } from '@voxpersona/pipeline';
import { Request } from 'express';
import { requestIdOf } from '../http/request-id';

const callers = new WeakMap<Request, Identified>();

/** Called by the guard alone. */
export function setCaller(request: Request, caller: Identified): void {
  callers.set(request, caller);
}

/** Undefined on routes that need no key. */
export function callerOf(request: Request): Identified | undefined {
  return callers.get(request);
}

function knownCallerOf(context: ExecutionContext): Identified {
  const caller = callerOf(context.switchToHttp().getRequest<Request>());
  if (!caller) throw new Error('A route that needs a caller must not be public');
  return caller;
}

/** Who calls: member, role, key. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  knownCallerOf(context),
);

/** Id of the workspace that the caller belongs to; nothing of another is ever found. */
export const Owner = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string => knownCallerOf(context).ownerId,
);

/** What the caller's commands carry into their events. */
export const Requested = createParamDecorator((_data: unknown, context: ExecutionContext): RequestContext => {
  const { ownerId, keyId, memberId } = knownCallerOf(context);
  const request = context.switchToHttp().getRequest<Request>();
  return {
    requestId: requestIdOf(request),
    actor: { kind: 'api-key', id: keyId, owner: ownerId, member: memberId },
  };
});

/** On whose authority the caller changes the workspace. */
export function authorityOf({ memberId, keyId }: Identified): Authority {
  return { kind: 'member', memberId, keyId };
}
