import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { activeTables } from '../generations/active-tables';
import { AccessTrailEntry } from '../access/access-trail.projection';
import { ApiKeyView } from '../access/api-keys.projection';
import { InvitationView } from '../access/invitations.projection';
import { MemberView } from '../access/members.projection';
import { findDocument } from './find-document';
import { Condition, KeysetPosition, Page, readPage } from './keyset';

/** Which page of a workspace's list. */
export interface PageOf {
  owner: string;
  limit: number;
  after: KeysetPosition | null;
}

/** Id of the workspace that a key belongs to, revoked keys included; null when there is no such key. */
export class FindKeyOwner extends Query<string | null> {
  constructor(readonly keyId: string) {
    super();
  }
}

@QueryHandler(FindKeyOwner)
export class FindKeyOwnerHandler implements IQueryHandler<FindKeyOwner> {
  constructor(private readonly pool: Pool) {}

  async execute({ keyId }: FindKeyOwner): Promise<string | null> {
    const tables = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ owner: string }>(
      `SELECT owner FROM ${tables.read_api_keys} WHERE id = $1`,
      [keyId],
    );
    return rows[0]?.owner ?? null;
  }
}

/** Id of the workspace that an invitation is into, used ones included; null when there is no such invitation. */
export class FindInvitationOwner extends Query<string | null> {
  constructor(readonly invitationId: string) {
    super();
  }
}

@QueryHandler(FindInvitationOwner)
export class FindInvitationOwnerHandler implements IQueryHandler<FindInvitationOwner> {
  constructor(private readonly pool: Pool) {}

  async execute({ invitationId }: FindInvitationOwner): Promise<string | null> {
    const tables = await activeTables(this.pool);
    const { rows } = await this.pool.query<{ owner: string }>(
      `SELECT owner FROM ${tables.read_invitations} WHERE id = $1`,
      [invitationId],
    );
    return rows[0]?.owner ?? null;
  }
}

/** Keys of a workspace, newest first. */
export class ListApiKeys extends Query<Page<ApiKeyView>> {
  constructor(
    readonly page: PageOf,
    /** Only this member's; null: everybody's. */
    readonly memberId: string | null,
  ) {
    super();
  }
}

@QueryHandler(ListApiKeys)
export class ListApiKeysHandler implements IQueryHandler<ListApiKeys> {
  constructor(private readonly pool: Pool) {}

  execute({ page, memberId }: ListApiKeys): Promise<Page<ApiKeyView>> {
    const conditions: Condition[] = [['owner = ?', page.owner]];
    if (memberId !== null) conditions.push(['member_id = ?', memberId]);
    const sort = { column: 'created_position', type: 'bigint' as const, descending: true };
    return readPage(this.pool, { table: 'read_api_keys', idType: 'text', conditions, sort, ...page });
  }
}

/** Members of a workspace in the order they came, those who left included. */
export class ListMembers extends Query<Page<MemberView>> {
  constructor(readonly page: PageOf) {
    super();
  }
}

@QueryHandler(ListMembers)
export class ListMembersHandler implements IQueryHandler<ListMembers> {
  constructor(private readonly pool: Pool) {}

  execute({ page }: ListMembers): Promise<Page<MemberView>> {
    const sort = { column: 'joined_position', type: 'bigint' as const, descending: false };
    const conditions: Condition[] = [['owner = ?', page.owner]];
    return readPage(this.pool, { table: 'read_members', idType: 'uuid', conditions, sort, ...page });
  }
}

/** One member of a workspace; null when there is none, or when they are another's. */
export class GetMember extends Query<MemberView | null> {
  constructor(
    readonly owner: string,
    readonly memberId: string,
  ) {
    super();
  }
}

@QueryHandler(GetMember)
export class GetMemberHandler implements IQueryHandler<GetMember> {
  constructor(private readonly pool: Pool) {}

  async execute({ owner, memberId }: GetMember): Promise<MemberView | null> {
    const place = { projection: 'members', table: 'read_members' } as const;
    return findDocument<MemberView>(this.pool, place, memberId, owner);
  }
}

/** Invitations of a workspace, newest first. */
export class ListInvitations extends Query<Page<InvitationView>> {
  constructor(readonly page: PageOf) {
    super();
  }
}

@QueryHandler(ListInvitations)
export class ListInvitationsHandler implements IQueryHandler<ListInvitations> {
  constructor(private readonly pool: Pool) {}

  execute({ page }: ListInvitations): Promise<Page<InvitationView>> {
    const sort = { column: 'invited_position', type: 'bigint' as const, descending: true };
    const conditions: Condition[] = [['owner = ?', page.owner]];
    return readPage(this.pool, { table: 'read_invitations', idType: 'uuid', conditions, sort, ...page });
  }
}

/** What happened to a workspace's access, newest first. */
export class ListAccessTrail extends Query<Page<AccessTrailEntry>> {
  constructor(
    readonly page: PageOf,
    /** Only events of this type; null: of all. */
    readonly type: string | null,
  ) {
    super();
  }
}

@QueryHandler(ListAccessTrail)
export class ListAccessTrailHandler implements IQueryHandler<ListAccessTrail> {
  constructor(private readonly pool: Pool) {}

  execute({ page, type }: ListAccessTrail): Promise<Page<AccessTrailEntry>> {
    const conditions: Condition[] = [['owner = ?', page.owner]];
    if (type !== null) conditions.push(['event_type = ?', type]);
    const sort = { column: 'position', type: 'bigint' as const, descending: true, unique: true };
    return readPage(this.pool, { table: 'read_access_trail', idType: 'uuid', conditions, sort, ...page });
  }
}
