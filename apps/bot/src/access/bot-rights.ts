import { Right } from '@voxpersona/domain';

/** What can be asked of the bot, and who may: as with the routes of the API, one table. */
export const BOT_RIGHTS = {
  read: { roles: ['owner', 'admin', 'analyst', 'auditor'], scope: 'recordings:read' },
  send: { roles: ['owner', 'admin', 'analyst'], scope: 'recordings:write' },
  change: { roles: ['owner', 'admin', 'analyst'], scope: 'recordings:write' },
  erase: { roles: ['owner', 'admin'], scope: 'recordings:erase' },
  invite: { roles: ['owner', 'admin'], scope: 'access:write' },
} as const satisfies Record<string, Right>;

export type BotRight = keyof typeof BOT_RIGHTS;
