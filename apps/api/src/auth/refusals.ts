import { Injectable, Logger } from '@nestjs/common';
import { DenialEvent, Identified } from '@voxpersona/domain';
import { Denials } from '@voxpersona/pipeline';
import { Request } from 'express';
import { routeName, RouteSpec } from '../contract/route';
import { requestIdOf } from '../http/request-id';
import { PUBLIC, rightsOf } from './route-rights';

/** Writes down who was refused what. */
@Injectable()
export class Refusals {
  private readonly log = new Logger('Access');

  constructor(private readonly denials: Denials) {}

  /** Whoever is refused is refused, also when it cannot be written down. */
  async record(
    request: Request,
    spec: RouteSpec,
    caller: Identified,
    reason: DenialEvent['data']['reason'],
  ): Promise<void> {
    const route = routeName(spec);
    const rights = rightsOf(route);
    const scope = rights === PUBLIC ? null : rights.scope;
    const { ownerId, memberId, keyId, role } = caller;
    const deniedAt = new Date().toISOString();
    const denial = { ownerId, memberId, keyId, role, route, reason, scope, deniedAt };
    const actor = { kind: 'api-key' as const, id: keyId, owner: ownerId, member: memberId };
    await this.denials.record(denial, { requestId: requestIdOf(request), actor }).catch((error: unknown) => {
      this.log.error(`A refusal (${reason}, ${route}) cannot be recorded: ${String(error)}`);
    });
  }
}
