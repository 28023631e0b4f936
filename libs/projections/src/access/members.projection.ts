import { DomainEvent, isErased, Role } from '@voxpersona/domain';
import { Recorded } from '@voxpersona/event-store';
import { DocumentProjection } from '../runner/document-projection';

export interface MemberView {
  id: string;
  owner: string;
  /** Null for the founder, who was not invited, and once it was erased. */
  name: string | null;
  role: Role;
  status: 'active' | 'blocked' | 'removed';
  /** ISO 8601. */
  joinedAt: string;
  /** Position of their coming in the log, digits; orders lists. */
  joinedPosition: string;
}

/** One row per member, those who left included: the trail names them. */
export const membersProjection: DocumentProjection<MemberView> = {
  name: 'members',
  version: 1,
  table: 'read_members',
  idType: 'uuid',
  filter: {
    types: [
      'OwnerRegistered',
      'MemberJoined',
      'MemberRoleChanged',
      'MemberBlocked',
      'MemberRestored',
      'MemberRemoved',
    ],
  },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'joined_position', type: 'bigint', valueOf: (row) => row.joinedPosition },
  ],
  idsOf: (event) => {
    if (event.type === 'OwnerRegistered') return [event.data.founderId];
    return 'memberId' in event.data ? [event.data.memberId] : [];
  },
  evolve,
};

function evolve(row: MemberView | undefined, event: Recorded<DomainEvent>): MemberView | undefined {
  const joined = { joinedAt: event.metadata.recordedAt, joinedPosition: event.position.toString() };
  switch (event.type) {
    case 'OwnerRegistered': {
      const { founderId: id, ownerId: owner } = event.data;
      return { id, owner, name: null, role: 'owner', status: 'active', ...joined };
    }
    case 'MemberJoined': {
      const { memberId: id, ownerId: owner, name, role } = event.data;
      return { id, owner, name: isErased(name) ? null : name, role, status: 'active', ...joined };
    }
    case 'MemberRoleChanged':
      return row && { ...row, role: event.data.role };
    case 'MemberBlocked':
      return row && { ...row, status: 'blocked' };
    case 'MemberRestored':
      return row && { ...row, status: 'active' };
    case 'MemberRemoved':
      return row && { ...row, status: 'removed', name: event.data.nameErased ? null : row.name };
    default:
      return row;
  }
}
