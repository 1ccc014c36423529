import { ok } from '../harness/people.js';
import type { Documented } from './documented.js';
import type { World } from './world.js';

const host = 'api.cloudsync.io';
const document = { document: 'CloudSync' } as const;

/** The document makes keys in a web page. Here it is the canonical operation, on CloudSync's surface. */
async function aKey(world: World, environment: 'live' | 'test'): Promise<void> {
  const body = { name: 'A key', scopes: ['workspaces:read', 'files:read'], environment };
  const sent = { token: world.gatehouse.adminToken, headers: { host }, body };
  const { api_key: key } = ok(await world.gatehouse.http.post('/v1/auth/api-keys', sent), 201).body as {
    api_key: string;
  };
  expect(key).toMatch(environment === 'live' ? /^sk_live_/ : /^sk_test_/);
  world.know('api key', key);
}

export const cloudsyncExamples: readonly Documented[] = [
  {
    ...document,
    title: 'Using API Keys (sk_live_)',
    method: 'GET',
    host,
    path: '/v1/workspaces',
    convention: 'what stands behind the gate; keys are made at `POST /v1/auth/api-keys`',
    replay: {
      given: (world) => aKey(world, 'live'),
      send: (world) => ({ token: world.known('api key') }),
      status: 200,
      says: { access_token: 'theirs' },
    },
  },
  {
    ...document,
    title: 'Profile, with an API key',
    method: 'GET',
    host,
    path: '/v1/me',
    convention: 'the members of the answer are those of `GET /auth/me`',
    replay: { send: (world) => ({ token: world.known('api key') }), status: 200 },
  },
  {
    ...document,
    title: 'Key Types (sk_test_)',
    method: 'GET',
    host,
    path: '/v1/sandbox/workspaces',
    convention: 'a route that is marked for the test environment',
    replay: {
      given: (world) => aKey(world, 'test'),
      send: (world) => ({ token: world.known('api key') }),
      status: 200,
    },
  },
  {
    ...document,
    title: 'Key Types (sk_test_), with live data',
    method: 'GET',
    host,
    path: '/v1/workspaces',
    convention: '403',
    replay: {
      send: (world) => ({ token: world.known('api key') }),
      status: 403,
      says: { code: 'ENVIRONMENT_MISMATCH' },
    },
  },
  {
    ...document,
    title: 'Redirect to Authorization URL',
    method: 'GET',
    host: 'auth.cloudsync.io',
    path: '/oauth/authorize',
    replay: 'OAuth 2.0',
  },
  {
    ...document,
    title: 'Exchange Code for Token',
    method: 'POST',
    host: 'auth.cloudsync.io',
    path: '/oauth/token',
    replay: 'OAuth 2.0',
  },
  {
    ...document,
    title: 'Use Access Token',
    method: 'GET',
    host,
    path: '/v1/me',
    replay: 'OAuth 2.0',
  },
  {
    ...document,
    title: 'Refreshing Tokens',
    method: 'POST',
    host: 'auth.cloudsync.io',
    path: '/oauth/token',
    replay: 'OAuth 2.0',
  },
];
