import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { deferred, type Deferred } from '../../test/harness/deferred.js';
import { startProxy, type TestProxy } from '../../test/harness/proxy.js';

/** An upstream of which every byte is chosen: after the first bytes of a request it does what the path says. */
const answers: Readonly<Record<string, (socket: Socket) => void>> = {
  '/reset-before': (socket) => void socket.resetAndDestroy(),
  '/close-before': (socket) => void socket.end(),
  '/no-http': (socket) => void socket.end('I speak no HTTP\r\n\r\n'),
  '/two-lengths': (socket) =>
    void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'),
  '/both-framings': (socket) =>
    void socket.end(
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    ),
  '/tunnel': (socket) =>
    void socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nhello',
    ),
  '/silent': () => undefined,
  '/half-a-head': (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-'),
  '/reset-in-length': (socket) =>
    partly(socket, 'Content-Length: 100\r\n\r\nhalf', () => socket.resetAndDestroy()),
  '/close-in-length': (socket) => partly(socket, 'Content-Length: 100\r\n\r\nhalf', () => socket.end()),
  '/reset-in-chunks': (socket) =>
    partly(socket, 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () => socket.resetAndDestroy()),
  '/close-in-chunks': (socket) =>
    partly(socket, 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () => socket.end()),
  '/bad-chunk': (socket) =>
    partly(socket, 'Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () => socket.end('zz\r\n')),
  '/stall': (socket) => partly(socket, 'Content-Length: 100\r\n\r\nhalf', () => undefined),
};

let upstream: Server;
let stopped: ChildProcess;
let proxy: TestProxy;
let clientHasHead: Deferred;

beforeAll(async () => {
  upstream = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head: Buffer) => answers[head.toString().split(' ')[1] ?? '']?.(socket));
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const gonePort = (gone.address() as AddressInfo).port;
  gone.close();
  const full = await fullPort();
  stopped = full.program;
  const route = (path: string, name: string) => ({
    methods: ['GET', 'POST'],
    path,
    upstream: name,
    demand: { kind: 'protected' as const },
  });
  proxy = await startProxy({
    identities: new Map([['key', { userId: 'u', tenantId: 'tenant-1', permissions: [] }]]),
    upstreams: {
      wire: {
        url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
        timeoutMs: 500,
        idleTimeoutMs: 500,
      },
      gone: { url: `http://127.0.0.1:${gonePort}`, timeoutMs: 500 },
      nowhere: { url: 'http://there-is-no-such-host.invalid', timeoutMs: 500 },
      full: { url: `http://127.0.0.1:${full.port}`, timeoutMs: 500 },
    },
    routes: [
      ...Object.keys(answers).map((path) => route(path, 'wire')),
      route('/gone', 'gone'),
      route('/nowhere', 'nowhere'),
      route('/full', 'full'),
    ],
  });
});
afterAll(async () => {
  await proxy.close();
  upstream.close();
  stopped.kill('SIGKILL');
});

beforeEach(() => void (clientHasHead = deferred()));

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${proxy.url}${path}`, {
    ...init,
    headers: { 'x-api-key': 'key', 'x-correlation-id': `about-${path.slice(1)}-1` },
  });

describe('an upstream that gives no answer', () => {
  it.each([
    ['/gone', 502, 'BAD_GATEWAY'],
    ['/nowhere', 502, 'BAD_GATEWAY'],
    ['/reset-before', 502, 'BAD_GATEWAY'],
    ['/close-before', 502, 'BAD_GATEWAY'],
    ['/no-http', 502, 'BAD_GATEWAY'],
    ['/two-lengths', 502, 'BAD_GATEWAY'],
    ['/both-framings', 502, 'BAD_GATEWAY'],
    ['/tunnel', 502, 'BAD_GATEWAY'],
    ['/full', 504, 'GATEWAY_TIMEOUT'],
    ['/silent', 504, 'GATEWAY_TIMEOUT'],
    ['/half-a-head', 504, 'GATEWAY_TIMEOUT'],
  ])('%s: %s, as a problem that says nothing of the inside', async (path, status, code) => {
    for (const init of [{}, { method: 'POST', body: 'x'.repeat(100_000) }]) {
      const answer = await ask(path, init);
      const body = await answer.text();
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.headers.get('x-correlation-id')).toBe(`about-${path.slice(1)}-1`);
      expect(answer.headers.get('x-tenant-id')).toBe('tenant-1');
      expect(JSON.parse(body)).toMatchObject({ status, code });
      expect(body).not.toMatch(/127\.0\.0\.1|invalid|ECONN|UND_ERR/);
    }
    expect(await proxy.trail.outcomeOf(path)).toBe(status);
    expect(proxy.warnings).toContainEqual(
      expect.objectContaining({ correlation_id: `about-${path.slice(1)}-1` }),
    );
  });
});

describe('an answer that breaks off', () => {
  it.each([
    '/reset-in-length',
    '/close-in-length',
    '/reset-in-chunks',
    '/close-in-chunks',
    '/bad-chunk',
    '/stall',
  ])('%s never looks whole to the client', async (path) => {
    const answer = await ask(path);
    expect(answer.status).toBe(200);
    clientHasHead.resolve();
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(await proxy.trail.outcomeOf(path)).toBe(502);
  });
});

/** The head and half of the body; the rest once the client has these. */
function partly(socket: Socket, text: string, then: () => void): void {
  socket.write(`HTTP/1.1 200 OK\r\n${text}`);
  void clientHasHead.promise.then(then);
}

/** A port whose program has stopped and whose queue is full: it neither refuses nor accepts. */
async function fullPort(): Promise<{ port: number; program: ChildProcess }> {
  const code = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port))`;
  const program = spawn(process.execPath, ['-e', code]);
  const [line] = (await once(program.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  program.kill('SIGSTOP');
  for (let waiting = 0; waiting < 4; waiting += 1)
    connect(port, '127.0.0.1')
      .on('error', () => undefined)
      .unref();
  return { port, program };
}
