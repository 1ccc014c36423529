import { toCollection, type PageQuery } from '../../gate/collection.js';
import type { ApiKeyView } from '../../storage/stores/api-keys.js';
import type { Page, Slice } from '../../storage/stores/page.js';
import type { ApiKey, ApiKeyList, CreatedApiKey, NewApiKey } from './api-key.schemas.js';
import type { ApiKeyRequest, MadeApiKey } from './api-key.service.js';

/** Between what HTTP says of keys and what the use case does; for one's own keys and for those of others alike. */
export const apiKeyAnswers = {
  request(body: NewApiKey): ApiKeyRequest {
    const { name, scopes, environment, expires_in: seconds, expires_at: until } = body;
    return { name, scopes, environment, lifetime: { seconds, until } };
  },

  page(query: PageQuery): Page {
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
    expires_at: key.expiresAt?.toISOString() ?? null,
    created_at: key.createdAt.toISOString(),
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
