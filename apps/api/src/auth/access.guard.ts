import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Denial, Identified, Right } from '@voxpersona/domain';
import { ApiKeyUses } from '@voxpersona/pipeline';
import { Request, Response } from 'express';
import { ROUTE } from '../contract/handles';
import { routeName, RouteSpec } from '../contract/route';
import { isHttp } from '../http/is-http';
import { Problem } from '../http/problem';
import { ProblemName } from '../http/problems';
import { setCaller } from './caller';
import { KeyCheck } from './key-check';
import { RateLimits } from './rate-limits';
import { Refusals } from './refusals';
import { PUBLIC, rightsOf } from './route-rights';

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="voxpersona"' };

/** Stands before every route: lets in who shows a key whose member may. What has no rights is open to nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: KeyCheck,
    private readonly refusals: Refusals,
    private readonly uses: ApiKeyUses,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (!isHttp(context)) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const spec = this.reflector.get<RouteSpec | undefined>(ROUTE, context.getHandler());
    if (!spec) throw new Error(`${request.method} ${request.path} is bound to no route`);
    const rights = rightsOf(routeName(spec));
    if (rights === PUBLIC) {
      await this.limits.ofAddress(request);
      return true;
    }
    const caller = await this.identify(request, http.getResponse<Response>(), spec, rights);
    setCaller(request, caller);
    this.uses.note(caller.keyId);
    return true;
  }

  private async identify(
    request: Request,
    response: Response,
    spec: RouteSpec,
    right: Right,
  ): Promise<Identified> {
    const answer = await this.keys.check(request.get('authorization'), right);
    if (answer.kind === 'allowed' || answer.kind === 'denied') {
      // Before anything is written down: who is refused in a loop is refused quickly.
      await this.limits.ofKey(answer.caller.keyId, response);
    }
    if (answer.kind === 'allowed') return answer.caller;
    if (answer.kind === 'denied') {
      await this.refusals.record(request, spec, answer.caller, answer.reason);
      throw denied(answer.reason, answer.caller, right);
    }
    await this.limits.ofWrongKey(request);
    throw answer.kind === 'missing'
      ? new Problem('not-authenticated', 'Send your key as "Authorization: Bearer vox_…".', CHALLENGE)
      : new Problem('not-authenticated', 'This key is not known here.', CHALLENGE);
  }
}

const PROBLEM_OF: Record<Denial, ProblemName> = {
  key_revoked: 'key-revoked',
  key_expired: 'key-expired',
  member_blocked: 'member-blocked',
  // Whoever left is nobody here any more.
  member_removed: 'key-revoked',
  role: 'role-not-sufficient',
  scope: 'scope-not-sufficient',
};

function denied(reason: Denial, { role }: Identified, right: Right): Problem {
  const name = PROBLEM_OF[reason];
  switch (reason) {
    case 'role':
      return new Problem(name, `Your role is ${role}. It takes one of: ${right.roles.join(', ')}.`);
    case 'scope':
      return new Problem(name, `This key is limited to other things. It takes the scope ${right.scope}.`);
    case 'member_blocked':
      return new Problem(name, 'Ask an owner of the workspace to restore you.');
    case 'key_expired':
      return new Problem(name, 'This key has expired. Make a new one.', CHALLENGE);
    case 'key_revoked':
    case 'member_removed':
      return new Problem(name, 'This key was revoked. Ask for a new one.', CHALLENGE);
  }
}
