import { toCollection } from '../../gate/collection.js';
import type { ApiKeyView } from '../../storage/stores/api-keys.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import type { ApiKey, ApiKeyList, CreatedApiKey, NewApiKey } from './api-key.schemas.js';
import type { ApiKeyRequest, MadeApiKey } from './api-key.service.js';

/** Between what HTTP says of keys and what the use case does; for one's own keys and for those of others alike. */
export const apiKeyAnswers = {
  request(body: NewApiKey): ApiKeyRequest {
    const { name, scopes, environment, expires_in: seconds, expires_at: until } = body;
    const sourceRanges = body.source_ranges ?? null;
    return { name, scopes, environment, sourceRanges, lifetime: { seconds, until } };
  },

  page(query: { readonly limit: number; readonly cursor?: string | undefined }): Page {
    return { after: query.cursor, limit: query.limit };
  },

  list(slice: Slice<ApiKeyView>): ApiKeyList {
    return toCollection(slice, written);
  },

  one: written,

  /** The only place where a key is written in the clear (G9). */
  made({ key, secret }: MadeApiKey): CreatedApiKey {
    return { ...written(key), api_key: secret.reveal() };
  },
};

function written(key: ApiKeyView): ApiKey {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    environment: key.environment,
    source_ranges: key.sourceRanges,
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    last_used_from: key.lastUsedFrom,
    replaced_by: key.replacedBy,
    created_at: key.createdAt.toISOString(),
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
