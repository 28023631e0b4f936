import { Body, Controller, Param, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { Identified, WorkspaceCommand } from '@voxpersona/domain';
import { RemoveMember, RequestContext, Workspaces } from '@voxpersona/pipeline';
import { ListMembers, MemberView } from '@voxpersona/projections';
import { Response } from 'express';
import { authorityOf, Caller, Owner, Requested } from '../auth/caller';
import { formatCursor, parseCursor } from '../contract/cursor';
import { Handles } from '../contract/handles';
import { pending, ReadAfter } from '../http/read-after';
import { validate, validateId, validateQuery } from '../http/validate';
import { blockMember, changeMember, listMembers, removeMember, restoreMember } from './access.routes';

const SORT = 'joined';

@Controller()
export class MembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly workspaces: Workspaces,
    private readonly readAfter: ReadAfter,
  ) {}

  @Handles(listMembers)
  async list(
    @Owner() owner: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const { limit, cursor, after } = validateQuery(listMembers.query, query);
    const notYet = await this.readAfter.wait(after, ['members']);
    if (notYet) return pending(response, notYet);
    const page = { owner, limit, after: parseCursor(cursor, SORT) };
    const { rows, next } = await this.queries.execute(new ListMembers(page));
    return { members: rows.map(toResource), next: formatCursor(next, SORT) };
  }

  @Handles(changeMember)
  async change(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<object> {
    const { role } = validate(changeMember.body.schema, body, 'body');
    const memberId = validateId(id);
    return this.ask(caller, requested, memberId, {
      ...{ type: 'ChangeRole', by: authorityOf(caller), memberId, role },
    });
  }

  @Handles(blockMember)
  async block(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
  ): Promise<object> {
    const memberId = validateId(id);
    return this.ask(caller, requested, memberId, {
      ...{ type: 'BlockMember', by: authorityOf(caller), memberId },
    });
  }

  @Handles(restoreMember)
  async restore(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
  ): Promise<object> {
    const memberId = validateId(id);
    return this.ask(caller, requested, memberId, {
      ...{ type: 'RestoreMember', by: authorityOf(caller), memberId },
    });
  }

  @Handles(removeMember)
  async remove(
    @Caller() caller: Identified,
    @Requested() requested: RequestContext,
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<object> {
    const { eraseName } = validateQuery(removeMember.query, query);
    const memberId = validateId(id);
    const { position } = await this.commands.execute(
      new RemoveMember(caller.ownerId, authorityOf(caller), memberId, eraseName === 'true', requested),
    );
    return { id: memberId, position: await this.readAfter.token(position) };
  }

  private async ask(
    caller: Identified,
    requested: RequestContext,
    id: string,
    command: WorkspaceCommand,
  ): Promise<object> {
    const { position } = await this.workspaces.ask(caller.ownerId, command, requested);
    return { id, position: await this.readAfter.token(position) };
  }
}

function toResource({ id, name, role, status, joinedAt }: MemberView): object {
  return { id, name, role, status, joinedAt };
}
