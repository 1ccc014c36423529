import {
  sendRaw,
  startProxy,
  startServer,
  type TestProxy,
  type TestServer,
} from '../../test/harness/proxy.js';
import { canonicalTarget } from '../kernel/canonical-path.js';

let upstream: TestServer;
let proxy: TestProxy;
const reached: string[] = [];

beforeAll(async () => {
  upstream = await startServer((request, response) => {
    reached.push(request.url ?? '');
    response.end();
  });
  const route = { methods: ['GET'], upstream: 'up' };
  proxy = await startProxy({
    upstreams: { up: { url: upstream.url, timeoutMs: 2000 } },
    routes: [
      { ...route, path: '/public/**', demand: { kind: 'public', why: 'a test' } },
      { ...route, path: '/private/**', demand: { kind: 'protected', permission: 'secrets.read' } },
    ],
  });
});
afterAll(async () => {
  await proxy.close();
  await upstream.close();
});
beforeEach(() => void reached.splice(0));

/** Without a credential: 200 means that the upstream was reached, 401 that the private route was. */
const spellings: readonly (readonly [target: string, status: number])[] = [
  ['/public/x', 200],
  ['/public', 200],
  ['/public/', 200],
  ['/public/x/', 200],
  ['/p%75blic/x', 200],
  ['/%70%75%62%6C%69%63', 200],
  ['/%70%75%62%6c%69%63', 200],
  ['/public/%7Euser', 200],
  ['/public/a%20b', 200],
  ['/public/a%2cb', 200],
  ['/public/%3Fx', 200],
  ['/public/%C3%A9', 200],
  ['/public/...', 200],
  ['/public/.hidden', 200],
  ['/public?../private', 200],
  ['/public?/../../private', 200],
  ['/api/v1/public/x', 200],
  ['/private', 401],
  ['/private/x', 401],
  ['/private/', 401],
  ['/%70rivate/x', 401],
  ['/priv%61te', 401],
  ['/private?public', 401],
  ['/api/v1/private', 401],
  ['/Private/x', 404],
  ['/PUBLIC/x', 404],
  ['/publicx', 404],
  ['/private%20', 404],
  ['/private%3F', 404],
  ['/private%2C', 404],
  ['/api/v1', 404],
  ['/api/v1/api/v1/private', 404],
  ['/API/V1/private', 404],
  ['/', 404],
  ['/public/../private/x', 400],
  ['/public/./x', 400],
  ['/public/..', 400],
  ['/public/%2e%2e/private', 400],
  ['/public/%2E%2E/private', 400],
  ['/public/.%2e/private', 400],
  ['/public/%2e./private', 400],
  ['/public/%252e%252e/private', 400],
  ['/public/..%2fprivate', 400],
  ['/public/..%2Fprivate', 400],
  ['/public%2f..%2fprivate', 400],
  ['/public/..%5cprivate', 400],
  ['/public\\..\\private', 400],
  ['/public/..\\private', 400],
  ['/public%00/x', 400],
  ['/public/x%00.png', 400],
  ['/public/%0d%0aX-API-Key:%20x', 400],
  ['/public/%09', 400],
  ['/public/%7F', 400],
  ['//public/x', 400],
  ['//private/x', 400],
  ['/public//private', 400],
  ['/public//../private', 400],
  ['/public/..;/private', 400],
  ['/public;/x', 400],
  ['/private;x/y', 400],
  ['/public%3b/x', 400],
  ['/public/%2525', 400],
  ['/public/%25', 400],
  ['/public/%', 400],
  ['/public/%2', 400],
  ['/public/%zz', 400],
  ['/public/%u002e', 400],
  ['/public/%C0%AE%C0%AE/private', 400],
  ['/public/%E0%80%AE', 400],
  ['/public#/../private', 400],
  ['/public/x#', 400],
  ['/public/\xff', 400],
  ['/public/<x>', 400],
  ['/public/{x}', 400],
  ['/public/|', 400],
  ['http://upstream/public/x', 400],
  ['http://upstream/private', 400],
  ['HTTP://upstream/../private', 400],
  ['http://upstream', 400],
  ['*', 400],
  ['public/x', 400],
  ['?/public', 400],
  [`/public/${'x'.repeat(9000)}`, 400],
];

describe('a path in any spelling', () => {
  it.each(spellings)('%s: %s, and what is judged is what is forwarded (G11)', async (target, status) => {
    const answer = await sendRaw(
      proxy.port,
      `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(Number(answer.slice(9, 12))).toBe(status);
    expect(reached).toEqual(status === 200 ? [forwardedFormOf(target)] : []);
  });

  it('never reaches the private route’s paths in a reading of the upstream’s own', async () => {
    for (const [target] of spellings) {
      await sendRaw(proxy.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    }
    expect(reached.length).toBeGreaterThan(10);
    for (const target of reached) {
      const { pathname } = new URL(target, 'http://upstream');
      expect(decodeURIComponent(pathname)).toMatch(/^\/public(\/|$)/);
    }
  });
});

function forwardedFormOf(target: string): string {
  const read = canonicalTarget(target.replace(/^\/api\/v1/, ''));
  if ('fault' in read) return 'nothing';
  return read.query === '' ? read.path : `${read.path}?${read.query}`;
}
