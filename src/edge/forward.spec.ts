import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { deferred } from '../../test/harness/deferred.js';
import {
  sendRaw,
  startProxy,
  startServer,
  type TestProxy,
  type TestServer,
} from '../../test/harness/proxy.js';
import { bodyOf, zeros, responseTo, whenStill } from '../../test/harness/streams.js';

const methods = ['GET', 'POST', 'PUT', 'DELETE'];
const mebibyte = 1 << 20;
const listeners = new Map<string, RequestListener>();
let upstream: TestServer;
let proxy: TestProxy;

beforeAll(async () => {
  upstream = await startServer((request, response) => {
    listeners.get(new URL(request.url ?? '', 'http://x').pathname)?.(request, response);
  });
  proxy = await startProxy({
    upstreams: { up: { url: upstream.url, timeoutMs: 700 } },
    routes: [{ methods, path: '/x/**', upstream: 'up', demand: { kind: 'public', why: 'a test' } }],
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

describe('a body', () => {
  it('streams up: the upstream has its beginning before the client has sent its end', async () => {
    const first = deferred<string>();
    const url = upstreamAt('/x/up', (request, response) => {
      request.once('data', (chunk: Buffer) => first.resolve(chunk.toString()));
      request.on('end', () => response.end('whole'));
    });
    const sending = httpRequest(url, { method: 'POST' });
    sending.write('beginning');
    expect(await first.promise).toBe('beginning');
    sending.end('end');
    expect(await bodyOf(sending)).toBe('whole');
  });

  it('streams down: the client has its beginning before the upstream has written its end', async () => {
    const go = deferred();
    const url = upstreamAt('/x/down', (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
      void go.promise.then(() => response.end('data: 2\n\n'));
    });
    const response = await responseTo(httpRequest(url).end());
    const [event] = (await once(response, 'data')) as [Buffer];
    expect(event.toString()).toBe('data: 1\n\n');
    go.resolve();
    expect(await text(response)).toBe('data: 2\n\n');
  });

  it.each([
    ['a length', { 'content-length': String(16 * mebibyte) }, { 'content-length': String(16 * mebibyte) }],
    ['chunks', { 'transfer-encoding': 'chunked' }, { 'transfer-encoding': 'chunked' }],
  ])(
    'of 16 MiB with %s arrives byte for byte, both ways, framed as it was',
    async (_name, headers, framing) => {
      const bytes = randomBytes(16 * mebibyte);
      const url = upstreamAt('/x/large', (request, response) => {
        response.writeHead(200, request.headers['content-length'] ? { 'content-length': bytes.length } : {});
        expect(request.headers).toMatchObject(framing);
        request.pipe(response);
      });
      const sending = httpRequest(url, { method: 'PUT', headers });
      Readable.from(slices(bytes)).pipe(sending);
      const response = await responseTo(sending);
      expect(response.headers).toMatchObject(framing);
      expect(await digestOf(response)).toBe(createHash('sha256').update(bytes).digest('hex'));
    },
  );

  it.each(['application/json', 'not a media type', ''])(
    'is not read on its way, whatever its type says: %s',
    async (type) => {
      const url = upstreamAt('/x/opaque', (request, response) => void request.pipe(response));
      const sending = httpRequest(url, {
        method: 'POST',
        headers: type === '' ? {} : { 'content-type': type },
      });
      expect(await bodyOf(sending.end('{"broken"'))).toBe('{"broken"');
    },
  );

  it('waits for a client that doesn’t read', async () => {
    const source = zeros(256 * mebibyte);
    const url = upstreamAt('/x/wait-for-client', (_request, response) => void source.stream.pipe(response));
    const response = await responseTo(httpRequest(url).end());
    response.pause();
    expect(await whenStill(source.produced)).toBeLessThan(64 * mebibyte);
    response.destroy();
  });

  it('waits for an upstream that doesn’t read', async () => {
    const source = zeros(256 * mebibyte);
    const arrived = deferred<IncomingMessage>();
    const url = upstreamAt('/x/wait-for-upstream', (request) => arrived.resolve(request));
    const sending = httpRequest(url, { method: 'POST' });
    sending.on('error', () => undefined);
    source.stream.pipe(sending);
    await arrived.promise;
    expect(await whenStill(source.produced)).toBeLessThan(64 * mebibyte);
    sending.destroy();
  });

  it('is announced by 100 Continue at our own door, and Expect stays there', async () => {
    const url = upstreamAt('/x/expect', (request, response) => {
      response.setHeader('x-expect', String(request.headers.expect));
      request.pipe(response);
    });
    const sending = httpRequest(url, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': '4' },
    });
    sending.flushHeaders();
    await once(sending, 'continue');
    sending.end('body');
    const response = await responseTo(sending);
    expect(response.headers['x-expect']).toBe('undefined');
    expect(await text(response)).toBe('body');
  });

  it('loses its trailers, in both directions', async () => {
    const url = upstreamAt('/x/trailers', (request, response) => {
      response.writeHead(200, { trailer: 'x-late' });
      response.addTrailers({ 'x-late': '1' });
      request.resume().on('end', () => response.end(JSON.stringify(request.trailers)));
    });
    const sending = httpRequest(url, { method: 'POST', headers: { trailer: 'x-gatehouse-user' } });
    sending.write('x');
    sending.addTrailers({ 'x-gatehouse-user': 'root' });
    const response = await responseTo(sending.end());
    expect(await text(response)).toBe('{}');
    expect(response.trailers).toEqual({});
    expect(response.headers).not.toHaveProperty('trailer');
  });
});

describe('an upload that is slow to begin', () => {
  it('takes no connection of the upstream’s until it does', async () => {
    const sockets: Socket[] = [];
    const other = upstreamAt('/x/slow-start/other', (request, response) => {
      sockets.push(request.socket);
      response.end();
    });
    const url = upstreamAt('/x/slow-start', (request, response) => void request.pipe(response));
    await (await fetch(other)).text();
    const sending = httpRequest(url, { method: 'POST', headers: { 'content-length': '4' } });
    sending.flushHeaders();
    await proxy.trail.find((record) => record.kind === 'decision' && record.path === '/x/slow-start');
    await (await fetch(other)).text();
    expect(sockets[1]).toBe(sockets[0]);
    sending.end('body');
    expect(await bodyOf(sending)).toBe('body');
  });
});

describe('an answer', () => {
  it('without a body keeps what it says of one', async () => {
    const url = upstreamAt('/x/bodiless', (request, response) => {
      response
        .writeHead(request.method === 'HEAD' ? 200 : 304, { 'content-length': '42', etag: '"e"' })
        .end();
    });
    expect((await responseTo(httpRequest(url, { method: 'HEAD' }).end())).headers['content-length']).toBe(
      '42',
    );
    const unchanged = await responseTo(httpRequest(url).end());
    expect(unchanged.statusCode).toBe(304);
    expect(unchanged.headers.etag).toBe('"e"');
  });

  it('is the final one: interim ones stay behind', async () => {
    const url = upstreamAt('/x/interim', (_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('final');
    });
    expect(await (await fetch(url)).text()).toBe('final');
  });

  it('that comes before the upload has ended is delivered, and the connection lives on', async () => {
    upstreamAt('/x/early', (_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too much');
    });
    const client = connect(proxy.port, '127.0.0.1');
    client.write(`POST /x/early HTTP/1.1\r\nHost: x\r\nContent-Length: ${8 * mebibyte + 1}\r\n\r\n.`);
    const [begin] = (await once(client, 'data')) as [Buffer];
    expect(begin.toString()).toMatch(/^HTTP\/1\.1 413 /);
    client.write(Buffer.alloc(8 * mebibyte));
    client.write('GET /x/bodiless HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await text(client)).toContain('HTTP/1.1 304 ');
  });

  it('travels on a connection that is used again', async () => {
    const sockets = new Set<unknown>();
    const url = upstreamAt('/x/again', (request, response) => {
      sockets.add(request.socket);
      response.end('ok');
    });
    for (let times = 0; times < 5; times += 1) expect(await (await fetch(url)).text()).toBe('ok');
    expect(sockets.size).toBe(1);
  });
});

describe('a request', () => {
  it('that an upstream drops is not sent a second time', async () => {
    let times = 0;
    const url = upstreamAt('/x/once', (request) => {
      times += 1;
      request.socket.destroy();
    });
    expect((await fetch(url)).status).toBe(502);
    expect(times).toBe(1);
  });

  it('of the old protocol version gets an answer that such a client can read', async () => {
    upstreamAt('/x/old', (_request, response) => {
      response.write('a');
      response.end('b');
    });
    const answer = await sendRaw(proxy.port, 'GET /x/old HTTP/1.0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toMatch(/transfer-encoding/i);
    expect(answer).toMatch(/\r\n\r\nab$/);
  });
});

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

async function digestOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
