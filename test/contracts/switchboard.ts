import type { Documented, Types } from './documented.js';
import type { World } from './world.js';

const document = { document: 'Switchboard', host: 'api.switchboard.dev' } as const;
const email = 'user@switchboard.example';
const password = 'a long enough passphrase';

const wrapped = (data: Types): Types => ({ success: 'boolean', data });
const failed: Types = { success: 'boolean', error: { code: 'string', message: 'string' } };
const saysFailed = (code: string, message: unknown) => ({ success: false, error: { code, message } });
const tokens: Types = wrapped({ token: 'string', refreshToken: 'string', expiresIn: 'number' });
const bearer = (world: World) => ({ token: world.known('token') });
const newKey = { name: 'Production Server', permissions: ['deploy', 'read', 'billing'] };

function learnTokens(world: World, { data }: { data: { token: string; refreshToken: string } }): void {
  world.know('token', data.token);
  world.know('refresh token', data.refreshToken);
}
function learnKey(world: World, { data }: { data: { id: string; key: string } }): void {
  world.know('key id', data.id);
  world.know('api key', data.key);
}

/** A token that says itself that its time is over. */
function expired(token: string): string {
  const [header = '', claims = '', signature = ''] = token.split('.');
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
  const past = Buffer.from(JSON.stringify({ ...said, exp: 1_700_000_000 })).toString('base64url');
  return [header, past, signature].join('.');
}

export const switchboardExamples: readonly Documented[] = [
  {
    ...document,
    title: 'Register',
    method: 'POST',
    path: '/api/v1/auth/register',
    convention: 'path; 201; the request is `{ email, password, name, company? }`',
    replay: {
      send: () => ({ body: { email, password, name: 'John Doe' } }),
      status: 201,
      types: wrapped({
        user: { id: 'string', email: 'string', name: 'string' },
        token: 'string',
        refreshToken: 'string',
      }),
      says: { success: true, data: { user: { email, name: 'John Doe' } } },
      learn: learnTokens,
    },
  },
  {
    ...document,
    title: 'Login',
    method: 'POST',
    path: '/api/v1/auth/login',
    convention: 'path; the request is `{ email, password, totpCode? }`',
    replay: {
      send: () => ({ body: { email, password } }),
      status: 200,
      types: tokens,
      says: { success: true, data: { expiresIn: 3600 } },
      learn: learnTokens,
    },
  },
  {
    ...document,
    title: 'Using JWT Tokens',
    method: 'GET',
    path: '/api/v1/deployments',
    convention: 'what stands behind the gate, whose answers are its own',
    replay: { send: bearer, status: 200, says: { access_token: 'theirs' } },
  },
  {
    ...document,
    title: 'Refresh Token',
    method: 'POST',
    path: '/api/v1/auth/refresh',
    convention: 'path; the request is `{ refreshToken }`, the answer that of Login',
    replay: {
      send: (world) => ({ body: { refreshToken: world.known('refresh token') } }),
      status: 200,
      types: tokens,
      learn: learnTokens,
    },
  },
  {
    ...document,
    title: 'Create API Key',
    method: 'POST',
    path: '/api/v1/api-keys',
    convention:
      'path, also `/api/v1/auth/api-keys`; 201; the request is `{ name, permissions, expiresIn? }`, with `admin` for every permission there is',
    replay: {
      send: (world) => ({ ...bearer(world), body: newKey }),
      status: 201,
      types: wrapped({
        id: 'string',
        name: 'string',
        key: 'string',
        permissions: ['string'],
        createdAt: 'time',
      }),
      says: {
        success: true,
        data: { name: newKey.name, key: expect.stringMatching(/^cs_live_/) },
      },
      learn: learnKey,
    },
  },
  {
    ...document,
    title: 'Using API Keys',
    method: 'GET',
    path: '/api/v1/deployments',
    convention: 'what stands behind the gate',
    replay: { send: (world) => ({ key: world.known('api key') }), status: 200 },
  },
  {
    ...document,
    title: 'List API Keys',
    method: 'GET',
    path: '/api/v1/api-keys',
    convention: 'path; keys that are not revoked; `lastUsed` can be null; where there are more, `nextCursor`',
    replay: {
      given: async (world) => {
        await world.sql(
          `UPDATE gatehouse.api_keys SET last_used_at = now() WHERE id = '${world.known('key id')}'`,
        );
      },
      send: bearer,
      status: 200,
      types: wrapped([{ id: 'string', name: 'string', lastUsed: 'time', createdAt: 'time' }]),
      says: { success: true },
    },
  },
  {
    ...document,
    title: 'Revoke API Key',
    method: 'DELETE',
    path: '/api/v1/api-keys/{id}',
    convention: 'path; 200 with `data: null`',
    replay: {
      send: bearer,
      status: 200,
      types: wrapped('null'),
      says: { success: true },
    },
  },
  {
    ...document,
    title: 'Invalid Credentials',
    method: 'POST',
    path: '/api/v1/auth/login',
    convention: '401',
    replay: {
      send: () => ({ body: { email, password: 'not the password' } }),
      status: 401,
      types: failed,
      says: saysFailed('INVALID_CREDENTIALS', 'Invalid email or password'),
    },
  },
  {
    ...document,
    title: 'Expired Token',
    method: 'GET',
    path: '/api/v1/deployments',
    convention: '401, `TOKEN_EXPIRED`; any other token that is refused is `INVALID_TOKEN`',
    replay: {
      send: (world) => ({ token: expired(world.known('token')) }),
      status: 401,
      types: failed,
      says: saysFailed('TOKEN_EXPIRED', expect.any(String)),
    },
  },
  {
    ...document,
    title: 'Invalid API Key',
    method: 'GET',
    path: '/api/v1/deployments',
    convention: '401',
    replay: {
      send: (world) => ({ key: world.known('api key') }),
      status: 401,
      types: failed,
      says: saysFailed('INVALID_API_KEY', 'API key is invalid or revoked'),
    },
  },
];
