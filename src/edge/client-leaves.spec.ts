import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { deferred } from '../../test/harness/deferred.js';
import { startProxy, startServer, type TestProxy, type TestServer } from '../../test/harness/proxy.js';
import { closeOf, zeros, responseTo } from '../../test/harness/streams.js';

const methods = ['GET', 'POST', 'PUT', 'DELETE'];
const mebibyte = 1 << 20;
const listeners = new Map<string, RequestListener>();
let upstream: TestServer;
let proxy: TestProxy;
let lookUpEnds: () => void;

beforeAll(async () => {
  upstream = await startServer((request, response) => {
    listeners.get(new URL(request.url ?? '', 'http://x').pathname)?.(request, response);
  });
  const foundAfter = new Promise<void>((resolve) => (lookUpEnds = resolve));
  proxy = await startProxy({
    upstreams: { up: { url: upstream.url, timeoutMs: 700 } },
    routes: [
      { methods, path: '/x/**', upstream: 'up', demand: { kind: 'public', why: 'a test' } },
      { methods, path: '/slow-look-up', upstream: 'up', demand: { kind: 'protected' } },
    ],
    identities: new Map([['late', { userId: 'u', tenantId: 't', permissions: [], foundAfter }]]),
  });
});
afterAll(async () => {
  await proxy.close();
  await upstream.close();
});

/** The upstream's part in a test, at an address of its own. */
function upstreamAt(path: string, listener: RequestListener): string {
  listeners.set(path, listener);
  return `${proxy.url}${path}`;
}

describe('a client that leaves', () => {
  it('in the middle of the answer ends the upstream’s work', async () => {
    const closed = deferred<boolean>();
    const url = upstreamAt('/x/leave-down', (_request, response) => {
      response.write('beginning');
      response.once('close', () => closed.resolve(response.writableFinished));
    });
    const response = await responseTo(httpRequest(url).end());
    await once(response, 'data');
    response.destroy();
    expect(await closed.promise).toBe(false);
    expect(await proxy.trail.outcomeOf('/x/leave-down')).toBe(499);
  });

  it('while the upstream is thinking ends its work too', async () => {
    const arrived = deferred<IncomingMessage>();
    const sending = httpRequest(upstreamAt('/x/leave-waiting', (request) => arrived.resolve(request)));
    sending.on('error', () => undefined).end();
    const closed = closeOf((await arrived.promise).socket);
    sending.destroy();
    await closed;
    expect(await proxy.trail.outcomeOf('/x/leave-waiting')).toBe(499);
  });

  it('in the middle of an upload leaves the upstream with one that is visibly incomplete', async () => {
    const ended = deferred<boolean>();
    const begun = deferred();
    const url = upstreamAt('/x/leave-up', (request) => {
      request.once('data', () => begun.resolve());
      request.on('error', () => undefined).once('close', () => ended.resolve(request.complete));
    });
    const sending = httpRequest(url, { method: 'POST' });
    sending.on('error', () => undefined).write('beginning');
    await begun.promise;
    sending.destroy();
    expect(await ended.promise).toBe(false);
    expect(await proxy.trail.outcomeOf('/x/leave-up')).toBe(499);
  });

  it('while being looked up causes nothing upstream, and is written down as gone', async () => {
    let reached = false;
    upstreamAt('/slow-look-up', () => (reached = true));
    const sending = httpRequest(`${proxy.url}/slow-look-up`, { headers: { 'x-api-key': 'late' } });
    const arrival = once(proxy.server, 'request') as Promise<[IncomingMessage]>;
    sending.on('error', () => undefined).end();
    const [arrived] = await arrival;
    const gone = closeOf(arrived.socket);
    sending.destroy();
    await gone;
    lookUpEnds();
    expect(await proxy.trail.outcomeOf('/slow-look-up')).toBe(499);
    // Whatever had been sent would be there before this is.
    await fetch(upstreamAt('/x/after-look-up', (_request, response) => response.end()));
    expect(reached).toBe(false);
  });

  it('with requests waiting in line on its connection leaves none of them running', async () => {
    const arrived: Promise<void>[] = [];
    const closed: Promise<void>[] = [];
    for (const name of ['one', 'two', 'three']) {
      const arrival = deferred();
      arrived.push(arrival.promise);
      upstreamAt(`/x/line-${name}`, (request, response) => {
        closed.push(closeOf(request.socket));
        if (name !== 'one') zeros(256 * mebibyte).stream.pipe(response);
        arrival.resolve();
      });
    }
    const client = connect(proxy.port, '127.0.0.1');
    for (const name of ['one', 'two', 'three'])
      client.write(`GET /x/line-${name} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await Promise.all(arrived);
    client.destroy();
    await Promise.all(closed);
    expect(closed).toHaveLength(3);
  });

  it('a hundred times over leaves no answer hanging, and the next request is served', async () => {
    const closed: Promise<void>[] = [];
    const url = upstreamAt('/x/flood', (request, response) => {
      closed.push(closeOf(request.socket));
      zeros(64 * mebibyte).stream.pipe(response);
    });
    const clients = Array.from({ length: 100 }, () => httpRequest(url, { agent: false }).end());
    // Nobody reads: every one of the answers is held up by its client.
    const responses = await Promise.all(clients.map(responseTo));
    for (const response of responses) response.destroy();
    await Promise.all(closed);
    expect(closed).toHaveLength(100);
    const next = upstreamAt('/x/after', (_request, response) => response.end('served'));
    expect(await (await fetch(next)).text()).toBe('served');
  });
});
