import { problemResponse } from '../kernel/problem-document.js';
import type { Dialect, Result } from '../kernel/surface.js';
import { liveKeys } from './live-keys.js';
import { holdsTokens, isMembers, picked, renamed, type Members } from './members.js';

/** Cloudheed: canonical request bodies, and answers with exactly the members that its reference lists. */
export const cloudheed: Dialect = {
  name: 'cloudheed',
  canonicalPath: (path) => path,
  readBody: (_operation, body) => body,
  writeResult(operation, result) {
    const write = answers[operation];
    return write === undefined ? result : write(result);
  },
  /** The documents show no error, so it is the canonical one; a `message_code`, which every answer in words has, is added. */
  writeProblem(problem, asked, publicUrl) {
    const { body, ...response } = problemResponse(problem, asked.correlationId, publicUrl);
    const document = JSON.parse(body) as Members;
    return { ...response, body: JSON.stringify({ ...document, message_code: problem.code.toLowerCase() }) };
  },
};

const answers: Readonly<Record<string, (result: Result) => Result>> = {
  // With an invitation one is registered without being logged in; then there is nothing to write otherwise.
  'POST /auth/register': (result) =>
    holdsTokens(result.body)
      ? {
          status: result.status,
          body: {
            ...renamed(result.body, { token: 'access_token' }),
            user: userIn(result.body, ['id', 'email', 'name']),
          },
        }
      : result,
  'POST /auth/login': ({ status, body }) => ({
    status,
    body: {
      ...renamed(body, { token: 'access_token', refresh_token: 'refresh_token' }),
      user: userIn(body, ['id', 'email', 'name', 'two_factor_enabled']),
    },
  }),
  'POST /auth/refresh': ({ status, body }) => ({
    status,
    body: renamed(body, { token: 'access_token', refresh_token: 'refresh_token' }),
  }),
  'GET /auth/me': ({ status, body }) => ({ status, body: profile(body) }),
  'POST /auth/api-keys': ({ status, body }) => ({
    status,
    body: picked(body, ['api_key', 'id', 'name', 'prefix', 'scopes', 'expires_at']),
  }),
  'GET /auth/api-keys': ({ status, body }) => ({
    status,
    body: {
      api_keys: liveKeys(body).map((key) =>
        picked(key, ['id', 'name', 'prefix', 'scopes', 'last_used_at', 'expires_at', 'created_at']),
      ),
      ...nextCursor(body),
    },
  }),
  'DELETE /auth/api-keys/:id': () => inWords('api_key_revoked'),
  'POST /auth/2fa/setup': ({ status, body }) => ({ status, body: picked(body, ['secret', 'qr_code_url']) }),
  'POST /auth/2fa/verify': ({ body }) => inWords('2fa_enabled', picked(body, ['backup_codes'])),
  'POST /auth/2fa/disable': () => inWords('2fa_disabled'),
};

/** Where the canonical API says nothing in reply (204), or nothing but data, this one says what has happened. */
function inWords(code: string, more: Members = {}): Result {
  return { status: 200, body: { message_code: code, ...more } };
}

function userIn(body: unknown, names: readonly string[]): Members {
  return picked(isMembers(body) ? body.user : undefined, names);
}

/** A company is a tenant. Its plan is the licensed feature that is named `plan.…`; a tenant without one has none. */
function profile(body: unknown): Members {
  const { tenant, two_factor_enabled, email_verified_at, created_at } = isMembers(body) ? body : {};
  return {
    ...picked(body, ['id', 'email', 'name']),
    company: isMembers(tenant) ? tenant.name : null,
    plan: isMembers(tenant) ? planAmong(tenant.features) : null,
    two_factor_enabled,
    email_verified_at,
    created_at,
  };
}

const planFeature = /^plan\.(.+)$/;

function planAmong(features: unknown): string | null {
  if (!Array.isArray(features)) return null;
  for (const feature of features) {
    const plan = planFeature.exec(String(feature))?.[1];
    if (plan !== undefined) return plan;
  }
  return null;
}

/** The documents know no pages; where there is one more, its cursor is better said than kept. */
function nextCursor(body: unknown): Members {
  const cursor = isMembers(body) ? body.next_cursor : undefined;
  return typeof cursor === 'string' ? { next_cursor: cursor } : {};
}
