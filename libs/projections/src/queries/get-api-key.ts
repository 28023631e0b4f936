import { IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Pool } from 'pg';
import { ApiKeyView } from '../api-keys/api-keys.projection';

/** An API key by its id, revoked ones included; null when there is none. */
export class GetApiKey extends Query<ApiKeyView | null> {
  constructor(readonly keyId: string) {
    super();
  }
}

@QueryHandler(GetApiKey)
export class GetApiKeyHandler implements IQueryHandler<GetApiKey> {
  constructor(private readonly pool: Pool) {}

  async execute({ keyId }: GetApiKey): Promise<ApiKeyView | null> {
    const { rows } = await this.pool.query<{ document: ApiKeyView }>(
      'SELECT document FROM read_api_keys WHERE id = $1',
      [keyId],
    );
    return rows[0]?.document ?? null;
  }
}
