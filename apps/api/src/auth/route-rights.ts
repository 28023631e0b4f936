import { Right, Role, ROLES, Scope } from '@voxpersona/domain';

/** Needs no key. */
export const PUBLIC = 'public';

const EVERYBODY = ROLES;
const WORKERS = ['owner', 'admin', 'analyst'] as const;
const MANAGERS = ['owner', 'admin'] as const;
const OWNERS = ['owner'] as const;
const AUDITORS = ['owner', 'admin', 'auditor'] as const;

/**
 * Who may call which route: the one source for the guard, the API's description and the tests. What is not here is open to
 * nobody. Beyond this table the workspace itself decides: an admin manages everybody but owners, a key makes none that may
 * do more than itself.
 */
export const ROUTE_RIGHTS: Readonly<Record<string, Right | typeof PUBLIC>> = {
  'POST /v1/recordings': right(WORKERS, 'recordings:write'),
  'GET /v1/recordings': right(EVERYBODY, 'recordings:read'),
  'GET /v1/recordings/:id': right(EVERYBODY, 'recordings:read'),
  'DELETE /v1/recordings/:id': right(MANAGERS, 'recordings:erase'),
  'GET /v1/recordings/:id/audio': right(EVERYBODY, 'recordings:read'),
  'GET /v1/recordings/:id/listening-copy': right(EVERYBODY, 'recordings:read'),
  'GET /v1/recordings/:id/peaks': right(EVERYBODY, 'recordings:read'),
  'GET /v1/recordings/:id/transcript': right(EVERYBODY, 'recordings:read'),
  'GET /v1/recordings/:id/details': right(EVERYBODY, 'recordings:read'),
  'PATCH /v1/recordings/:id/details': right(WORKERS, 'recordings:write'),
  'GET /v1/places': right(EVERYBODY, 'recordings:read'),
  'GET /v1/people': right(EVERYBODY, 'recordings:read'),
  'GET /v1/recordings/:id/events': right(AUDITORS, 'trail:read'),
  'GET /v1/recordings/:id/progress': right(EVERYBODY, 'recordings:read'),
  'POST /v1/recordings/:id/retry': right(WORKERS, 'recordings:write'),
  'POST /v1/recordings/:id/retranscribe': right(WORKERS, 'recordings:write'),
  'POST /v1/recordings/:id/cancel': right(WORKERS, 'recordings:write'),
  'POST /v1/recordings/:id/reports': right(WORKERS, 'recordings:write'),
  'GET /v1/reports/:id': right(EVERYBODY, 'recordings:read'),
  'GET /v1/reports/:id/compare/:other': right(EVERYBODY, 'recordings:read'),
  'POST /v1/reprocessings/forecast': right(WORKERS, 'recordings:read'),
  'POST /v1/reprocessings': right(MANAGERS, 'recordings:write'),
  'GET /v1/reprocessings': right(WORKERS, 'recordings:read'),
  'GET /v1/reprocessings/:id': right(WORKERS, 'recordings:read'),
  'POST /v1/reprocessings/:id/pause': right(MANAGERS, 'recordings:write'),
  'POST /v1/reprocessings/:id/resume': right(MANAGERS, 'recordings:write'),
  'POST /v1/reprocessings/:id/cancel': right(MANAGERS, 'recordings:write'),
  'POST /v1/reprocessings/:id/accept': right(MANAGERS, 'recordings:write'),
  'POST /v1/reprocessings/:id/reject': right(MANAGERS, 'recordings:write'),
  'POST /v1/reprocessings/:id/items/:recordingId/accept': right(MANAGERS, 'recordings:write'),
  'POST /v1/reprocessings/:id/items/:recordingId/reject': right(MANAGERS, 'recordings:write'),
  'POST /v1/search': right(EVERYBODY, 'recordings:read'),
  'POST /v1/upload-links': right(WORKERS, 'recordings:write'),
  // One's own; managers also those of the others.
  'DELETE /v1/upload-links/:id': right(WORKERS, 'recordings:write'),
  // These take a link in place of a key.
  'POST /v1/upload-links/status': PUBLIC,
  'POST /v1/upload-links/use': PUBLIC,
  'GET /v1/events/stream': right(EVERYBODY, 'recordings:read'),
  'GET /v1/events': right(AUDITORS, 'trail:read'),
  'GET /v1/events/:id': right(AUDITORS, 'trail:read'),

  'GET /v1/jobs': right(EVERYBODY, 'jobs:read'),
  'GET /v1/jobs/:id': right(EVERYBODY, 'jobs:read'),
  'POST /v1/jobs/:id/retry': right(MANAGERS, 'jobs:write'),
  'POST /v1/jobs/:id/cancel': right(MANAGERS, 'jobs:write'),

  'GET /v1/me': right(EVERYBODY, null),
  'GET /v1/workspace': right(EVERYBODY, 'access:read'),
  'PATCH /v1/workspace': right(OWNERS, 'access:write'),
  'GET /v1/members': right(AUDITORS, 'access:read'),
  'PATCH /v1/members/:id': right(MANAGERS, 'access:write'),
  'POST /v1/members/:id/block': right(MANAGERS, 'access:write'),
  'POST /v1/members/:id/restore': right(MANAGERS, 'access:write'),
  // Everybody may leave; the workspace refuses who would remove somebody else.
  'DELETE /v1/members/:id': right(EVERYBODY, 'access:write'),
  'GET /v1/invitations': right(AUDITORS, 'access:read'),
  'POST /v1/invitations': right(MANAGERS, 'access:write'),
  'DELETE /v1/invitations/:id': right(MANAGERS, 'access:write'),
  'POST /v1/invitations/accept': PUBLIC,
  // One's own keys; managers also see and revoke those of the others.
  'GET /v1/keys': right(EVERYBODY, 'access:read'),
  'POST /v1/keys': right(EVERYBODY, 'access:write'),
  'POST /v1/keys/:id/rotate': right(EVERYBODY, 'access:write'),
  'DELETE /v1/keys/:id': right(EVERYBODY, 'access:write'),
  'GET /v1/access/events': right(AUDITORS, 'trail:read'),
  // For oneself: whoever holds it acts as oneself, like with a key.
  'POST /v1/me/telegram-code': right(EVERYBODY, 'access:write'),

  'GET /join': PUBLIC,
  'GET /join.js': PUBLIC,
  'GET /send': PUBLIC,
  'GET /send.js': PUBLIC,
  'GET /health/live': PUBLIC,
  'GET /health/ready': PUBLIC,
  // These have a key of their own, see OPERATOR_TOKEN: they are about the installation, not about a workspace.
  'GET /v1/projections': PUBLIC,
  'POST /v1/projections/:name/rebuild': PUBLIC,
  'POST /v1/projections/:name/rollback': PUBLIC,
  'POST /v1/projections/:name/pause': PUBLIC,
  'POST /v1/projections/:name/resume': PUBLIC,
  'POST /v1/projections/:name/accept': PUBLIC,
  'POST /v1/projections/:name/cancel': PUBLIC,
  'POST /v1/audit/verify': PUBLIC,
  'POST /v1/audit/seal': PUBLIC,
  // Shows a secret that only Telegram was told.
  'POST /telegram/webhook': PUBLIC,
  // Has a key of its own, see METRICS_TOKEN.
  'GET /metrics': PUBLIC,
};

/** @throws Error for a route that is not in the table */
export function rightsOf(route: string): Right | typeof PUBLIC {
  const rights = Object.hasOwn(ROUTE_RIGHTS, route) ? ROUTE_RIGHTS[route] : undefined;
  if (!rights) throw new Error(`Nobody has a right to ${route}: it is not in the table of route rights`);
  return rights;
}

function right(roles: readonly Role[], scope: Scope | null): Right {
  return { roles, scope };
}
