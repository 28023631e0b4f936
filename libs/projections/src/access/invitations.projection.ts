import { Role } from '@voxpersona/domain';
import { DocumentProjection } from '../runner/document-projection';

export interface InvitationView {
  id: string;
  owner: string;
  role: Role;
  /** `open` until used or taken back; whether it has expired, `expiresAt` says. */
  status: 'open' | 'accepted' | 'revoked';
  /** ISO 8601. */
  invitedAt: string;
  /** Position of its making in the log, digits; orders lists. */
  invitedPosition: string;
  expiresAt: string;
  /** Null: the operator. */
  invitedBy: string | null;
  /** The member that it let in. */
  memberId: string | null;
}

export const invitationsProjection: DocumentProjection<InvitationView> = {
  name: 'invitations',
  version: 1,
  table: 'read_invitations',
  idType: 'uuid',
  filter: { types: ['InvitationIssued', 'InvitationAccepted', 'InvitationRevoked'] },
  columns: [
    { name: 'owner', type: 'uuid', valueOf: (row) => row.owner },
    { name: 'invited_position', type: 'bigint', valueOf: (row) => row.invitedPosition },
  ],
  idsOf: (event) => ('invitationId' in event.data ? [event.data.invitationId] : []),
  evolve: (row, event) => {
    switch (event.type) {
      case 'InvitationIssued': {
        const { invitationId: id, ownerId: owner, role, expiresAt, invitedBy } = event.data;
        return {
          ...{ id, owner, role, status: 'open', invitedAt: event.metadata.recordedAt, expiresAt, invitedBy },
          ...{ invitedPosition: event.position.toString(), memberId: null },
        };
      }
      case 'InvitationAccepted':
        return row && { ...row, status: 'accepted', memberId: event.data.memberId };
      case 'InvitationRevoked':
        return row && { ...row, status: 'revoked' };
      default:
        return row;
    }
  },
};
