import { adminEmail, adminPassword, type TestGatehouse } from './gatehouse.js';
import type { Answer, Sent } from './http-client.js';
import { call, recordedRoutes, type OfferedRoute } from './offered-routes.js';
import type { EveryCredential } from './presented.js';

/** A request that can be sent again and again. */
export interface Request {
  readonly name: string;
  readonly send: () => Promise<Answer>;
}

const atOnce = 100;

export type TimedAnswer = Answer & { readonly name: string; readonly tookMs: number };

/** Sends them, a hundred at once: what they take is also what it takes this process to send them. */
export async function sendAll(requests: readonly Request[]): Promise<TimedAnswer[]> {
  const answers: TimedAnswer[] = [];
  for (let first = 0; first < requests.length; first += atOnce) {
    answers.push(...(await Promise.all(requests.slice(first, first + atOnce).map(timed))));
  }
  return answers;
}

/**
 * Every route as somebody, some of each door with everything that can be presented, and what nobody is asked for a credential for.
 * The routes of forward-auth need a Gatehouse that trusts 127.0.0.1, the others one with `GET /scans/**` and a public `/status`.
 */
export function everyRequest(gatehouse: TestGatehouse, people: EveryCredential, owner: Sent): Request[] {
  const crossed = doors.flatMap((door) =>
    people.presented.map(({ name, headers }) =>
      request(gatehouse, door, name, { headers: { ...forwarded, ...headers } }),
    ),
  );
  const open = ['/status', '/nowhere'].map((path) =>
    request(gatehouse, { method: 'GET', path }, 'nothing', {}),
  );
  return [...everyRoute(gatehouse, owner), ...crossed, ...open, ...accounts(gatehouse, people)];
}

/** Every route as somebody. As a session it works once: one of the routes ends it. */
export function everyRoute(gatehouse: TestGatehouse, owner: Sent): Request[] {
  return recordedRoutes(gatehouse).map((route) =>
    request(gatehouse, route, 'the owner', { headers: forwarded, ...owner }),
  );
}

/** A hundred at once with one key. */
export function aCrowd(gatehouse: TestGatehouse, { key: { key } }: EveryCredential): Request[] {
  return Array.from({ length: atOnce }, (_, index) =>
    request(gatehouse, { method: 'GET', path: `/scans/${index}` }, 'a key', { key }),
  );
}

const doors: OfferedRoute[] = [
  { method: 'GET', path: '/auth/me' },
  { method: 'POST', path: '/admin/users' },
  { method: 'GET', path: '/scans/1' },
  { method: 'GET', path: '/forward-auth/caddy' },
  { method: 'GET', path: '/forward-auth/nginx' },
];

/** What a reverse proxy says of the request it asks about. */
const forwarded = {
  'x-forwarded-method': 'GET',
  'x-forwarded-uri': '/scans/1',
  'x-original-method': 'GET',
  'x-original-uri': '/scans/1',
};

/** Accounts and refresh tokens that exist, and others that don't. */
function accounts(gatehouse: TestGatehouse, { refreshToken }: EveryCredential): Request[] {
  const logIn = (who: string, email: string, password: string) =>
    request(gatehouse, { method: 'POST', path: '/auth/login' }, who, { body: { email, password } });
  const refresh = (which: string, token: string) =>
    request(gatehouse, { method: 'POST', path: '/auth/refresh' }, which, { body: { refresh_token: token } });
  return [
    logIn('the right password', adminEmail, adminPassword),
    logIn('a wrong password', adminEmail, 'not the password'),
    logIn('an unknown address', 'nobody@example.test', adminPassword),
    refresh('a known token', refreshToken),
    refresh('an unknown token', 'rt_unknown-unknown-unknown-unknown'),
  ];
}

function request(gatehouse: TestGatehouse, route: OfferedRoute, who: string, sent: Sent): Request {
  return { name: `${route.method} ${route.path} with ${who}`, send: () => call(gatehouse.http, route, sent) };
}

async function timed({ name, send }: Request): Promise<TimedAnswer> {
  const before = performance.now();
  const answer = await send();
  return { ...answer, name, tookMs: performance.now() - before };
}
