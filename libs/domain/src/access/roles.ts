import { z } from 'zod';

/**
 * What a member of a workspace may do, from most to least. Which route is open to which role is written in one place,
 * the API's table of route rights.
 *
 * - `owner`   everything, and the only one who makes or unmakes owners
 * - `admin`   everything but that
 * - `analyst` works with recordings and reports
 * - `auditor` reads everything, the trail included, and changes nothing
 */
export const ROLES = ['owner', 'admin', 'analyst', 'auditor'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** What an API key may be limited to. A key never allows more than its member's role does. */
export const SCOPES = [
  'recordings:read',
  'recordings:write',
  'recordings:erase',
  'jobs:read',
  'jobs:write',
  'trail:read',
  'access:read',
  'access:write',
] as const;
export const scope = z.enum(SCOPES);
export type Scope = z.infer<typeof scope>;
