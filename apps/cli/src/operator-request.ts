import { RequestContext } from '@voxpersona/pipeline';
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';

/** Who the audit trail names: the system's user that runs the command. */
export function operatorRequest(): RequestContext {
  return { requestId: randomUUID(), actor: { kind: 'operator', id: userInfo().username, owner: null } };
}
