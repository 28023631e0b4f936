import { Body, Controller } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Identified } from '@voxpersona/domain';
import { RequestContext, Workspaces } from '@voxpersona/pipeline';
import { GetMember } from '@voxpersona/projections';
import { authorityOf, Caller, Owner, Requested } from '../auth/caller';
import { Handles } from '../contract/handles';
import { ReadAfter } from '../http/read-after';
import { validate } from '../http/validate';
import { changeWorkspace, getMe, getWorkspace } from './access.routes';

/** Who calls, and where. */
@Controller()
export class OwnController {
  constructor(
    private readonly queries: QueryBus,
    private readonly workspaces: Workspaces,
    private readonly readAfter: ReadAfter,
  ) {}

  @Handles(getMe)
  async me(@Caller() { ownerId, memberId, keyId, role, scopes }: Identified): Promise<object> {
    const [{ name: workspaceName }, member] = await Promise.all([
      this.workspaces.read(ownerId),
      this.queries.execute(new GetMember(ownerId, memberId)),
    ]);
    const workspace = { id: ownerId, name: workspaceName };
    return { workspace, memberId, name: member?.name ?? null, role, keyId, scopes };
  }

  @Handles(getWorkspace)
  async workspace(@Owner() owner: string): Promise<object> {
    const { name, channels } = await this.workspaces.read(owner);
    return { id: owner, name, channels };
  }

  @Handles(changeWorkspace)
  async change(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Body() body: unknown,
  ): Promise<object> {
    const { name, channels } = validate(changeWorkspace.body.schema, body, 'body');
    const { ownerId } = caller;
    const command = { type: 'ChangeWorkspace' as const, by: authorityOf(caller), name, channels };
    const { position } = await this.workspaces.ask(ownerId, command, requested);
    return { id: ownerId, position: await this.readAfter.token(position) };
  }
}
