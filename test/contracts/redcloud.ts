import { adminEmail, adminPassword, globalKey, masterKey } from '../harness/gatehouse.js';
import { makeKey } from '../harness/people.js';
import type { Documented, Types } from './documented.js';
import type { World } from './world.js';

const document = { document: 'RedCloud' } as const;
const reason = 'the night of the outage';

const user: Types = {
  id: 'string',
  email: 'string',
  name: 'string',
  tenant_id: 'string',
  role: 'string',
  status: 'string',
  two_factor_enabled: 'boolean',
  email_verified_at: 'null',
  created_at: 'time',
};
const tokens: Types = {
  access_token: 'string',
  refresh_token: 'string',
  token_type: 'string',
  expires_in: 'number',
  user,
};

function learnTokens(world: World, body: { access_token: string; refresh_token: string }): void {
  world.know('token', body.access_token);
  world.know('refresh token', body.refresh_token);
}

async function aKey(world: World): Promise<void> {
  const { http, adminToken } = world.gatehouse;
  const { id, key } = await makeKey(http, adminToken, ['scans.read']);
  world.know('key id', id);
  world.know('api key', key);
}

async function aRevokedKey(world: World): Promise<void> {
  const { http, adminToken } = world.gatehouse;
  await http.delete(world.pathOf('/auth/api-keys/{id}'), { token: adminToken });
}

export const redcloudExamples: readonly Documented[] = [
  {
    ...document,
    title: 'Send a per-user API key',
    method: 'GET',
    path: '/scans',
    convention: 'what stands behind the gate: a route of `gatehouse.yaml`',
    replay: {
      given: aKey,
      send: (world) => ({ key: world.known('api key') }),
      status: 200,
      says: { access_token: 'theirs' },
      headers: { 'x-tenant-id': expect.any(String), 'x-correlation-id': expect.any(String) },
    },
  },
  {
    ...document,
    title: 'Everything under the second prefix',
    method: 'GET',
    path: '/api/v1/scans',
    replay: { send: (world) => ({ key: world.known('api key') }), status: 200 },
  },
  {
    ...document,
    title: 'Login (JWT)',
    method: 'POST',
    path: '/auth/login',
    convention: 'the members of the answer besides the two tokens',
    replay: {
      send: () => ({ body: { email: adminEmail, password: adminPassword } }),
      status: 200,
      types: tokens,
      says: { token_type: 'Bearer', expires_in: 900 },
      learn: learnTokens,
    },
  },
  {
    ...document,
    title: 'Use the access token',
    method: 'GET',
    path: '/auth/me',
    convention: 'the members of the answer',
    replay: {
      send: (world) => ({ token: world.known('token') }),
      status: 200,
      says: { email: adminEmail },
      headers: { 'x-tenant-id': expect.any(String) },
    },
  },
  {
    ...document,
    title: 'Rotate the refresh token',
    method: 'POST',
    path: '/auth/refresh',
    convention: 'the body is `{ "refresh_token" }`',
    replay: {
      send: (world) => ({ body: { refresh_token: world.known('refresh token') } }),
      status: 200,
      types: tokens,
      learn: learnTokens,
    },
  },
  {
    ...document,
    title: 'Send the master key',
    method: 'GET',
    path: '/scans',
    convention: '`X-Tenant-ID` names the one tenant',
    replay: {
      given: async (world) => {
        const { body } = await world.gatehouse.http.get('/auth/me', { token: world.gatehouse.adminToken });
        world.know('tenant', (body as { tenant_id: string }).tenant_id);
      },
      send: (world) => ({
        headers: {
          'x-master-key': masterKey,
          'x-break-glass-reason': reason,
          'x-tenant-id': world.known('tenant'),
        },
      }),
      status: 200,
      headers: { 'x-tenant-id': expect.any(String) },
    },
  },
  {
    ...document,
    title: 'Send the global API key',
    method: 'GET',
    path: '/scans',
    replay: { send: () => ({ key: globalKey }), status: 200 },
  },
  {
    ...document,
    title: 'Send nothing',
    method: 'GET',
    path: '/scans',
    replay: { send: () => ({}), status: 401, says: { code: 'UNAUTHORIZED' } },
  },
  {
    ...document,
    title: 'Send a revoked key',
    method: 'GET',
    path: '/scans',
    replay: {
      given: aRevokedKey,
      send: (world) => ({ key: world.known('api key') }),
      status: 401,
      says: { code: 'UNAUTHORIZED' },
    },
  },
];
