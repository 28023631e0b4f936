import { Metadata, status } from '@grpc/grpc-js';
import { LogModel } from './log-model';
import { WireError } from './wire';

export interface FakeUser {
  password: string;
  /** `$admins` may do everything. */
  groups?: readonly string[];
}

const ADMINS = '$admins';

/** Who may do what on a fake node, as on a real one with its rules as installed. Without users everybody may do everything. */
export class AccessRules {
  constructor(
    private readonly users: Readonly<Record<string, FakeUser>> | undefined,
    private readonly log: LogModel,
  ) {}

  /** Why a read of a stream, or of `$all`, is turned away; undefined where it may be read. */
  readRefusal(call: Metadata, stream: string): WireError | undefined {
    // The streams of the node, `$all` among them, are for administrators, unless their metadata say otherwise.
    const installed = stream.startsWith('$') ? [ADMINS] : undefined;
    return this.refusal(call, [this.log.metadataOf(stream).$acl?.$r ?? installed].flat());
  }

  writeRefusal(call: Metadata, stream: string): WireError | undefined {
    const isOfNode = stream.startsWith('$') && !/^\$\$[^$]/.test(stream);
    return this.refusal(call, [isOfNode ? ADMINS : undefined]);
  }

  private refusal(call: Metadata, allowed: readonly (string | undefined)[]): WireError | undefined {
    if (!this.users) return undefined;
    const name = this.nameOf(call);
    if (name === undefined) return error(status.UNAUTHENTICATED, 'Authentication Failed');
    const roles = [name, ...(this.users[name]?.groups ?? [])];
    const may = allowed.some((role) => role === undefined || roles.includes(role)) || roles.includes(ADMINS);
    return may ? undefined : error(status.PERMISSION_DENIED, 'Access Denied', 'access-denied');
  }

  private nameOf(call: Metadata): string | undefined {
    const [header] = call.get('authorization');
    const [, encoded = ''] = /^Basic (.*)$/.exec(header?.toString() ?? '') ?? [];
    const [name = '', password] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s);
    return this.users?.[name]?.password === password ? name : undefined;
  }
}

function error(code: number, details: string, exception?: string): WireError {
  const metadata = new Metadata();
  if (exception !== undefined) metadata.set('exception', exception);
  return { code, details, metadata };
}
