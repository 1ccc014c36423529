import type { ProblemResponse } from '../kernel/problem-document.js';
import { Problem } from '../kernel/problem.js';
import type { Asked, Dialect } from '../kernel/surface.js';
import { liveKeys } from './live-keys.js';
import {
  camelCase,
  holdsTokens,
  inCamelCase,
  isMembers,
  picked,
  renamed,
  snakeCase,
  type Members,
} from './members.js';
import { refusedCredential } from './refused-credential.js';

export interface SwitchboardOptions {
  /** Every permission there is, as the catalogue stands: what `admin` is a name for. */
  readonly permissions: readonly string[];
  /** The present moment in milliseconds, for telling an expired token from another one. */
  readonly now: () => number;
}

/** Switchboard: everything in camel case and in an envelope that says whether it went well. */
export function switchboard(options: SwitchboardOptions): Dialect {
  return {
    name: 'switchboard',
    // Its document names no paths. Keys are asked for in both of the usual places.
    canonicalPath: (path) => (/^\/api-keys(\/|$)/.test(path) ? `/auth${path}` : path),
    readBody: (operation, body) => readMembers(operation, body, options.permissions),
    writeResult: (operation, { status, body }) => ({
      // A body, if only an empty envelope, is what a client looks into.
      status: status === 204 ? 200 : status,
      body: { success: true, ...dataOf(operation, body) },
    }),
    writeProblem: (problem, asked) => writeProblem(problem, asked, options.now()),
  };
}

const createKey = 'POST /auth/api-keys';

function readMembers(operation: string, body: unknown, permissions: readonly string[]): unknown {
  if (operation !== createKey || !isMembers(body)) return inSnakeCase(body);
  if (Object.hasOwn(body, 'scopes')) throw unknownMember('scopes');
  const { permissions: asked, ...others } = body;
  const scopes = asked === undefined ? {} : { scopes: expanded(asked, permissions) };
  return { ...(inSnakeCase(others) as Members), ...scopes };
}

/** @throws Problem for a name that is in snake case already: with two names for a member, a body could say two things */
function inSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSnakeCase);
  if (!isMembers(value)) return value;
  const members = Object.entries(value).map(([name, member]) => {
    if (name.includes('_')) throw unknownMember(name);
    return [snakeCase(name), inSnakeCase(member)];
  });
  return Object.fromEntries(members);
}

/**
 * `admin` stands for all permissions of this moment: they are written out, so that nothing that is added later is part of an older key.
 * Whoever doesn't hold them all is refused like anybody who asks for more than they hold.
 */
function expanded(value: unknown, permissions: readonly string[]): unknown {
  if (!Array.isArray(value) || !value.includes('admin')) return value;
  return [...new Set<unknown>([...(value as unknown[]).filter((name) => name !== 'admin'), ...permissions])];
}

/** In the text, not in `field`: what is there would be written in camel case, which the client did not. */
function unknownMember(name: string): Problem {
  return Problem.invalid([{ field: '', message: `${name} is not a member that is known here` }]);
}

function dataOf(operation: string, body: unknown): Members {
  const write = data[operation];
  if (write !== undefined) return { data: write(body), ...nextCursor(body) };
  if (body === undefined) return { data: null };
  // A collection is an envelope itself; nobody wants one inside the other.
  if (isMembers(body) && Array.isArray(body.data) && 'next_cursor' in body)
    return { data: inCamelCase(body.data), ...nextCursor(body) };
  return { data: inCamelCase(body) };
}

const tokens = { token: 'access_token', refreshToken: 'refresh_token' };

const data: Readonly<Record<string, (body: unknown) => unknown>> = {
  'POST /auth/register': (body) =>
    isMembers(body) && holdsTokens(body)
      ? { user: picked(body.user, ['id', 'email', 'name']), ...renamed(body, tokens) }
      : inCamelCase(body),
  'POST /auth/login': (body) => renamed(body, { ...tokens, expiresIn: 'expires_in' }),
  'POST /auth/refresh': (body) => renamed(body, { ...tokens, expiresIn: 'expires_in' }),
  [createKey]: (body) =>
    renamed(body, { id: 'id', name: 'name', key: 'api_key', permissions: 'scopes', createdAt: 'created_at' }),
  'GET /auth/api-keys': (body) =>
    liveKeys(body).map((key) =>
      renamed(key, { id: 'id', name: 'name', lastUsed: 'last_used_at', createdAt: 'created_at' }),
    ),
};

function nextCursor(body: unknown): Members {
  const cursor = isMembers(body) ? body.next_cursor : undefined;
  return typeof cursor === 'string' ? { nextCursor: cursor } : {};
}

function writeProblem(problem: Problem, asked: Asked, now: number): ProblemResponse {
  const headers = {
    ...problem.headers,
    'content-type': 'application/json',
    'cache-control': 'no-store',
  };
  const body = { success: false, error: errorOf(problem, asked, now) };
  return { status: problem.status, headers, body: JSON.stringify(body) };
}

/** Codes and sentences as the document has them; where it leaves an error out, named like its neighbours. */
function errorOf(problem: Problem, asked: Asked, now: number): SwitchboardError {
  switch (problem.code) {
    case 'INVALID_CREDENTIALS':
      return error(problem.code, 'Invalid email or password');
    case 'UNAUTHORIZED':
      return unauthorized(problem, asked, now);
    default:
      return error(problem.code, messageOf(problem));
  }
}

function unauthorized(problem: Problem, asked: Asked, now: number): SwitchboardError {
  // There the credential is in the body, and a word of an expired token would send a client round in circles.
  if (asked.path === '/auth/refresh') return error('INVALID_TOKEN', 'The token is not valid');
  switch (refusedCredential(asked, now)) {
    case 'api-key':
      return error('INVALID_API_KEY', 'API key is invalid or revoked');
    case 'expired-token':
      return error('TOKEN_EXPIRED', 'The token has expired');
    case 'token':
      return error('INVALID_TOKEN', 'The token is not valid');
    case 'other':
      return error(problem.code, problem.detail);
  }
}

interface SwitchboardError {
  readonly code: string;
  readonly message: string;
}

function error(code: string, message: string): SwitchboardError {
  return { code, message };
}

/** What is wrong is named as the client named it. */
function messageOf({ errors, detail }: Problem): string {
  const [first] = errors;
  if (first === undefined || first.field === '') return detail;
  const field = first.field.replace(/^scopes(?=\.|$)/, 'permissions');
  return `${field.split('.').map(camelCase).join('.')}: ${first.message}`;
}
