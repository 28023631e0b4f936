import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { authorise, Authorisation, Right } from '@voxpersona/domain';
import { hashSecret, parseApiKey, RecentWorkspaces } from '@voxpersona/pipeline';
import { FindKeyOwner } from '@voxpersona/projections';

const REMEMBERED = 10_000;

/**
 * Decides by the log itself whether a key may do something: whoever was blocked a moment ago stays outside, however late
 * the read models are. They tell only which workspace a key belongs to, and that never changes.
 */
@Injectable()
export class KeyCheck {
  private readonly owners = new Map<string, string>();

  constructor(
    private readonly queries: QueryBus,
    private readonly workspaces: RecentWorkspaces,
  ) {}

  /** @param authorization the header; `missing` when it holds nothing that could be a key of ours */
  async check(authorization: string | undefined, right: Right): Promise<Authorisation | { kind: 'missing' }> {
    const [, text] = /^Bearer +(\S{1,300}) *$/i.exec(authorization ?? '') ?? [];
    const shown = text === undefined ? undefined : parseApiKey(text);
    if (!shown) return { kind: 'missing' };
    const ownerId = await this.ownerOf(shown.keyId);
    if (ownerId === null) return { kind: 'unknown' };
    const state = await this.workspaces.read(ownerId);
    const { keyId, secret } = shown;
    return authorise(state, { keyId, secretSha256: hashSecret(secret) }, right, new Date().toISOString());
  }

  /** A key that was made here just now: it is good at once, however late the read model is. */
  remember(keyId: string, ownerId: string): void {
    if (this.owners.size >= REMEMBERED) this.owners.clear();
    this.owners.set(keyId, ownerId);
  }

  private async ownerOf(keyId: string): Promise<string | null> {
    const known = this.owners.get(keyId);
    if (known !== undefined) return known;
    const owner = await this.queries.execute(new FindKeyOwner(keyId));
    if (owner !== null) this.remember(keyId, owner);
    return owner;
  }
}
