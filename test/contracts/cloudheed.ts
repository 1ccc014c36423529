import { codeNow } from '../harness/authenticator.js';
import { ok } from '../harness/people.js';
import type { Documented, Types } from './documented.js';
import type { World } from './world.js';

const host = 'api.cloudheed.com';
const email = 'john@acme.example';
const password = 'securepassword';
const reference = { document: 'Cloudheed reference', host } as const;
const guide = { document: 'Cloudheed guide', host } as const;

const bearer = (world: World) => ({ token: world.known('token') });
const newKey = {
  name: 'Production Key',
  scopes: ['databases:read', 'databases:write'],
  expires_in: '365d',
};
const createdKey: Types = {
  api_key: 'string',
  id: 'string',
  name: 'string',
  prefix: 'string',
  scopes: ['string'],
  expires_at: 'time',
};
const loggedIn: Types = {
  token: 'string',
  refresh_token: 'string',
  user: { id: 'string', email: 'string', name: 'string', two_factor_enabled: 'boolean' },
};
const tokens: Types = { token: 'string', refresh_token: 'string' };

function learnTokens(world: World, body: { token: string; refresh_token?: string }): void {
  world.know('token', body.token);
  if (body.refresh_token !== undefined) world.know('refresh token', body.refresh_token);
}
function learnKey(world: World, body: { id: string; api_key: string }): void {
  world.know('key id', body.id);
  world.know('api key', body.api_key);
}
function learnSecret(world: World, body: { secret: string }): void {
  world.know('totp secret', body.secret);
}

/** As if the time had gone by in which the last code was good. */
async function laterOn(world: World): Promise<void> {
  await world.sql('UPDATE gatehouse.totp_secrets SET last_step = last_step - 1000');
}

/** What John's profile in the example has come by elsewhere: a plan, a verified address. */
async function aPlan(world: World): Promise<void> {
  const { http, adminToken } = world.gatehouse;
  const { body } = await http.get('/auth/me', bearer(world));
  const { id, tenant_id: tenantId } = body as { id: string; tenant_id: string };
  const features = ['plan.pro'];
  ok(await http.patch(`/admin/tenants/${tenantId}`, { token: adminToken, body: { features } }), 200);
  await world.sql(`UPDATE gatehouse.users SET email_verified_at = now() WHERE id = '${id}'`);
}

async function aUsedKey(world: World): Promise<void> {
  await world.sql(`UPDATE gatehouse.api_keys SET last_used_at = now() WHERE id = '${world.known('key id')}'`);
}

export const cloudheedReference: readonly Documented[] = [
  {
    ...reference,
    title: 'Register',
    method: 'POST',
    path: '/v1/auth/register',
    convention: '201, and the company is a tenant whose owner one is',
    replay: {
      send: () => ({ body: { email, password, name: 'John Doe', company: 'Acme Corp' } }),
      status: 201,
      types: { token: 'string', user: { id: 'string', email: 'string', name: 'string' } },
      says: { user: { email, name: 'John Doe' } },
      learn: learnTokens,
    },
  },
  {
    ...reference,
    title: 'Login',
    method: 'POST',
    path: '/v1/auth/login',
    replay: {
      send: () => ({ body: { email, password, totp_code: '123456' } }),
      status: 200,
      types: loggedIn,
      says: { user: { email, two_factor_enabled: false } },
      learn: learnTokens,
    },
  },
  {
    ...reference,
    title: 'Refresh Token',
    method: 'POST',
    path: '/v1/auth/refresh',
    replay: {
      send: (world) => ({ body: { refresh_token: world.known('refresh token') } }),
      status: 200,
      types: tokens,
      learn: learnTokens,
    },
  },
  {
    ...reference,
    title: 'Get Current User',
    method: 'GET',
    path: '/v1/auth/me',
    convention:
      '`plan` is the licensed feature of the tenant that is named `plan.…`, and null where there is none; `email_verified_at` is null until it is',
    replay: {
      given: aPlan,
      send: bearer,
      status: 200,
      types: {
        id: 'string',
        email: 'string',
        name: 'string',
        company: 'string',
        plan: 'string',
        two_factor_enabled: 'boolean',
        email_verified_at: 'time',
        created_at: 'time',
      },
      says: { email, name: 'John Doe', company: 'Acme Corp', plan: 'pro' },
    },
  },
  {
    ...reference,
    title: 'Create API Key',
    method: 'POST',
    path: '/v1/auth/api-keys',
    convention: '201',
    replay: {
      send: (world) => ({ ...bearer(world), body: newKey }),
      status: 201,
      types: createdKey,
      says: { api_key: expect.stringMatching(/^ch_live_/), prefix: expect.stringMatching(/^ch_live_/) },
      learn: learnKey,
    },
  },
  {
    ...reference,
    title: 'List API Keys',
    method: 'GET',
    path: '/v1/auth/api-keys',
    convention:
      'keys that are not revoked; `last_used_at` and `expires_at` can be null; where there are more, `next_cursor`',
    replay: {
      given: aUsedKey,
      send: bearer,
      status: 200,
      types: {
        api_keys: [
          {
            id: 'string',
            name: 'string',
            prefix: 'string',
            scopes: ['string'],
            last_used_at: 'time',
            expires_at: 'time',
            created_at: 'time',
          },
        ],
      },
      says: { api_keys: [{ name: newKey.name, scopes: newKey.scopes }] },
    },
  },
  {
    ...reference,
    title: 'Revoke API Key',
    method: 'DELETE',
    path: '/v1/auth/api-keys/{id}',
    replay: {
      send: bearer,
      status: 200,
      types: { message_code: 'string' },
      says: { message_code: 'api_key_revoked' },
    },
  },
  {
    ...reference,
    title: 'Setup 2FA',
    method: 'POST',
    path: '/v1/auth/2fa/setup',
    replay: {
      send: bearer,
      status: 200,
      types: { secret: 'string', qr_code_url: 'string' },
      says: { qr_code_url: expect.stringMatching(/^otpauth:\/\/totp\/.+[?&]secret=[A-Z2-7]+/) },
      learn: learnSecret,
    },
  },
  {
    ...reference,
    title: 'Verify 2FA',
    method: 'POST',
    path: '/v1/auth/2fa/verify',
    replay: {
      send: (world) => ({ ...bearer(world), body: { code: codeNow(world.known('totp secret')) } }),
      status: 200,
      types: { message_code: 'string', backup_codes: ['string'] },
      says: { message_code: '2fa_enabled' },
    },
  },
  {
    ...reference,
    title: 'Login, with a second factor',
    method: 'POST',
    path: '/v1/auth/login',
    convention: 'without the code: 401, `TOTP_REQUIRED`',
    replay: {
      given: laterOn,
      send: (world) => ({ body: { email, password, totp_code: codeNow(world.known('totp secret')) } }),
      status: 200,
      types: loggedIn,
      says: { user: { two_factor_enabled: true } },
      learn: learnTokens,
    },
  },
  {
    ...reference,
    title: 'Disable 2FA',
    method: 'POST',
    path: '/v1/auth/2fa/disable',
    convention: '200 with `message_code`',
    replay: {
      given: laterOn,
      send: (world) => ({
        ...bearer(world),
        body: { password, code: codeNow(world.known('totp secret')) },
      }),
      status: 200,
      types: { message_code: 'string' },
      says: { message_code: '2fa_disabled' },
    },
  },
];

export const cloudheedGuide: readonly Documented[] = [
  {
    ...guide,
    title: 'Obtaining a Token',
    method: 'POST',
    path: '/v1/auth/login',
    replay: {
      send: () => ({ body: { email, password } }),
      status: 200,
      types: loggedIn,
      learn: learnTokens,
    },
  },
  {
    ...guide,
    title: 'Using the Token',
    method: 'GET',
    path: '/v1/databases',
    convention: 'what stands behind the gate: a route of `gatehouse.yaml`, without the prefix',
    replay: { send: bearer, status: 200 },
  },
  {
    ...guide,
    title: 'Refreshing Tokens',
    method: 'POST',
    path: '/v1/auth/refresh',
    replay: {
      send: (world) => ({ body: { refresh_token: world.known('refresh token') } }),
      status: 200,
      types: tokens,
      learn: learnTokens,
    },
  },
  {
    ...guide,
    title: 'Creating an API Key',
    method: 'POST',
    path: '/v1/auth/api-keys',
    convention: '201',
    replay: {
      send: (world) => ({ ...bearer(world), body: newKey }),
      status: 201,
      types: createdKey,
      learn: learnKey,
    },
  },
  {
    ...guide,
    title: 'Using an API Key',
    method: 'GET',
    path: '/v1/databases',
    convention: 'what stands behind the gate',
    replay: { send: (world) => ({ token: world.known('api key') }), status: 200 },
  },
  {
    ...guide,
    title: 'Setup 2FA',
    method: 'POST',
    path: '/v1/auth/2fa/setup',
    replay: {
      send: bearer,
      status: 200,
      types: { secret: 'string', qr_code_url: 'string' },
      learn: learnSecret,
    },
  },
  {
    ...guide,
    title: 'Verify and Enable',
    method: 'POST',
    path: '/v1/auth/2fa/verify',
    replay: {
      send: (world) => ({ ...bearer(world), body: { code: codeNow(world.known('totp secret')) } }),
      status: 200,
      types: { message_code: 'string', backup_codes: ['string'] },
    },
  },
];
