import { ChannelMode } from '../shared/channels';
import { Role, Scope } from './roles';

/** On whose authority something is done. What a member may do, the workspace itself knows. */
export type Authority = { kind: 'operator' } | { kind: 'member'; memberId: string; keyId: string };

export interface NewApiKey {
  keyId: string;
  label: string;
  secretSha256: string;
  /** Null: all that the member may do. */
  scopes: readonly Scope[] | null;
  /** ISO 8601, UTC; null: it does not end by itself. */
  expiresAt: string | null;
}

/** What can be asked of a workspace. Times are ISO 8601, UTC, and come in with the command. */
export type WorkspaceCommand =
  | { type: 'RegisterWorkspace'; name: string }
  | {
      type: 'ChangeWorkspace';
      by: Authority;
      /** Left out: as it is. */
      name?: string | undefined;
      /** Of recordings whose upload does not say. Left out: as it is. */
      channels?: ChannelMode | undefined;
    }
  | {
      type: 'InviteMember';
      by: Authority;
      invitationId: string;
      role: Role;
      secretSha256: string;
      expiresAt: string;
      now: string;
    }
  | { type: 'RevokeInvitation'; by: Authority; invitationId: string }
  | {
      type: 'AcceptInvitation';
      invitationId: string;
      /** Hash of the secret that was shown. */
      secretSha256: string;
      now: string;
      memberId: string;
      name: string;
      /** Null: who comes by Telegram needs none, and can have one made later. */
      key: NewApiKey | null;
    }
  | { type: 'ChangeRole'; by: Authority; memberId: string; role: Role }
  | { type: 'BlockMember'; by: Authority; memberId: string }
  | { type: 'RestoreMember'; by: Authority; memberId: string }
  | { type: 'RemoveMember'; by: Authority; memberId: string; eraseName: boolean }
  | { type: 'IssueApiKey'; by: Authority; memberId: string; key: NewApiKey; now: string }
  | {
      type: 'RotateApiKey';
      by: Authority;
      keyId: string;
      replacement: NewApiKey;
      validUntil: string;
      now: string;
    }
  | { type: 'RevokeApiKey'; by: Authority; keyId: string };
