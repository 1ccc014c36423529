import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { deferred, type Deferred } from '../../test/harness/deferred.js';
import { sendRaw, startProxy, type TestProxy } from '../../test/harness/proxy.js';

let upstream: Server;
let proxy: TestProxy;
/** Every byte that reached the upstream. */
let received = '';
/** The connection on which they came. */
let arrived: Deferred<Socket>;

beforeAll(async () => {
  // No HTTP server: what one would make of the bytes is what this is about.
  upstream = createServer((socket: Socket) => {
    socket.on('error', () => undefined).setEncoding('latin1');
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString();
      arrived.resolve(socket);
      if (isWhole(received))
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
    });
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = upstream.address() as AddressInfo;
  proxy = await startProxy({
    upstreams: { up: { url: `http://127.0.0.1:${port}`, timeoutMs: 2000 } },
    routes: [
      { methods: ['GET', 'POST'], path: '/open', upstream: 'up', demand: { kind: 'public', why: 'a test' } },
      { methods: ['GET', 'POST'], path: '/closed', upstream: 'up', demand: { kind: 'protected' } },
    ],
  });
});
afterAll(async () => {
  await proxy.close();
  upstream.close();
});
beforeEach(() => {
  received = '';
  arrived = deferred();
});

/** A second request, hidden where a lax reader would find it. */
const hidden = 'GET /closed HTTP/1.1\r\nHost: x\r\n\r\n';
const post = (headers: string, body: string) => `POST /open HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;
const chunked = `5\r\nhello\r\n0\r\n\r\n`;

describe('a message that could be framed in two ways is refused, its connection closed, and nothing of it forwarded', () => {
  it.each([
    ['length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked', chunked + hidden)],
    ['chunks and length', post('Transfer-Encoding: chunked\r\nContent-Length: 5', chunked + hidden)],
    ['two lengths', post(`Content-Length: 5\r\nContent-Length: ${5 + hidden.length}`, `hello${hidden}`)],
    ['the same length twice', post('Content-Length: 5\r\nContent-Length: 5', `hello${hidden}`)],
    ['a list of lengths', post('Content-Length: 5, 5', `hello${hidden}`)],
    ['a signed length', post('Content-Length: +5', `hello${hidden}`)],
    ['a hexadecimal length', post('Content-Length: 0x5', `hello${hidden}`)],
    ['an empty length', post('Content-Length: ', `hello${hidden}`)],
    ['space before the colon', post('Content-Length : 5', `hello${hidden}`)],
    ['space before the other colon', post('Transfer-Encoding : chunked', chunked + hidden)],
    ['a folded header', post('X-A: b\r\n Transfer-Encoding: chunked', chunked + hidden)],
    ['a folded coding', post('Transfer-Encoding:\r\n chunked', chunked + hidden)],
    ['a bare line feed', post('X-A: b\nTransfer-Encoding: chunked', chunked + hidden)],
    ['a bare carriage return', post('X-A: b\rTransfer-Encoding: chunked', chunked + hidden)],
    ['a NUL', post('X-A: b\0c', hidden)],
    ['chunked twice', post('Transfer-Encoding: chunked, chunked', chunked + hidden)],
    [
      'two codings headers',
      post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', chunked + hidden),
    ],
    ['a coding before chunked', post('Transfer-Encoding: gzip, chunked', chunked + hidden)],
    ['identity', post('Transfer-Encoding: identity', hidden)],
    ['almost chunked', post('Transfer-Encoding: xchunked', chunked + hidden)],
    ['chunked in quotes', post('Transfer-Encoding: "chunked"', chunked + hidden)],
    ['a vertical tab', post('Transfer-Encoding:\x0bchunked', chunked + hidden)],
    ['two hosts', 'GET /open HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET /open HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['bare line feeds throughout', 'GET /open HTTP/1.1\nHost: x\n\n'],
    ['an unknown version', 'GET /open HTTP/3.7\r\nHost: x\r\n\r\n'],
    ['a header without a colon', 'GET /open HTTP/1.1\r\nHost: x\r\nX-A\r\n\r\n'],
    ['a header without a name', 'GET /open HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n'],
    ['a space in a header’s name', 'GET /open HTTP/1.1\r\nHost: x\r\nX A: b\r\n\r\n'],
  ])('%s', async (_name, bytes) => {
    const answer = await sendRaw(proxy.port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|505) /);
    expect(answer.split('HTTP/1.1 ').length - 1).toBe(1);
    expect(received).toBe('');
  });
});

describe('a body that breaks the rules of its framing never looks whole to the upstream', () => {
  it.each([
    ['a chunk size that is none', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['a chunk longer than it says', '3\r\nhello\r\n0\r\n\r\n'],
    ['a negative chunk', '-5\r\nhello\r\n0\r\n\r\n'],
    ['bare line feeds', '5\nhello\n0\n\n'],
    ['a chunk size beyond counting', 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n'],
  ])('%s', async (_name, body) => {
    await sendRaw(proxy.port, post('Transfer-Encoding: chunked', body + hidden));
    expect(isWhole(received)).toBe(false);
    expect(received).not.toContain('/closed');
  });
});

it('a client that breaks the rules and stays leaves nothing running at the upstream', async () => {
  const client = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  client.write(post('Transfer-Encoding: chunked', '5\r\nhello\r\n'));
  const closed = once(await arrived.promise, 'close');
  client.write('zz\r\n');
  await closed;
  expect(client.destroyed).toBe(false);
  client.destroy();
});

describe('what is well framed goes through once, framed anew', () => {
  it.each([
    ['chunks', post('Transfer-Encoding: chunked\r\nConnection: close', chunked)],
    [
      'chunks with an extension',
      post('Transfer-Encoding: Chunked\r\nConnection: close', '5;a=b\r\nhello\r\n0\r\n\r\n'),
    ],
    ['a length', post('Content-Length: 5\r\nConnection: close', 'hello')],
    [
      'a length beside an alias',
      post('Content-Length: 5\r\nContent_Length: 99\r\nConnection: close', 'hello'),
    ],
    [
      'a coding under an alias',
      post('Content-Length: 5\r\nTransfer_Encoding: chunked\r\nConnection: close', 'hello'),
    ],
    [
      'a length that Connection names',
      post('Content-Length: 5\r\nConnection: close, Content-Length', 'hello'),
    ],
  ])('%s', async (_name, bytes) => {
    expect(await sendRaw(proxy.port, bytes)).toMatch(/^HTTP\/1\.1 200 /);
    const [head = '', ...body] = received.split('\r\n\r\n');
    const framing = head.split('\r\n').filter((line) => /^(content.length|transfer.encoding)/i.test(line));
    expect(framing).toHaveLength(1);
    expect(head).toMatch(/^POST \/open HTTP\/1\.1\r\n/);
    expect(body.join('')).toContain('hello');
    expect(body.join('')).not.toContain('a=b');
  });

  it('a request after another one on the same connection is judged by itself', async () => {
    const answer = await sendRaw(
      proxy.port,
      `${post('Content-Length: 5', 'hello')}${hidden.replace('Host', 'Connection: close\r\nHost')}`,
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401']);
    expect(received).not.toContain('/closed');
  });
});

/** Whether what arrived is a whole message by its own framing. */
function isWhole(text: string): boolean {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return rest.join('\r\n\r\n').length >= Number(length);
  return /transfer-encoding/i.test(head) ? text.endsWith('0\r\n\r\n') : rest.length > 0;
}
