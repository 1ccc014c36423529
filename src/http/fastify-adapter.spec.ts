import { connect } from 'node:net';
import { Controller, Get, Post } from '@nestjs/common';
import { rawExchange, startControllerApp, type ControllerApp } from '../../test/harness/controller-app.js';
import { deferred } from '../../test/harness/deferred.js';
import { OpenPage } from './open-page.decorator.js';

const held = { arrived: deferred(), released: deferred() };

@Controller('echo')
class EchoController {
  @Post()
  @OpenPage('a test', 'a test')
  post() {
    return { done: true };
  }

  @Get('held')
  @OpenPage('a test', 'a test')
  async hold() {
    held.arrived.resolve();
    await held.released.promise;
    return { done: true };
  }

  @Get('long/:text')
  @OpenPage('a test', 'a test')
  long() {
    return { done: true };
  }
}

const limits = {
  headersTimeoutMs: 200,
  requestTimeoutMs: 400,
  keepAliveTimeoutMs: 5000,
  maxHeaderBytes: 8192,
};

describe('the server', () => {
  let server: ControllerApp;
  beforeAll(async () => {
    server = await startControllerApp({ controllers: [EchoController], limits });
  });
  afterAll(() => server.stop());

  const problemIn = (answer: string) =>
    JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;

  it.each([
    ['what is not HTTP', 'hello\r\n\r\n', 400, 'INVALID_REQUEST'],
    [
      'two lengths',
      'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na',
      400,
      'INVALID_REQUEST',
    ],
    [
      'a length beside chunks',
      'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'INVALID_REQUEST',
    ],
    [
      'a folded header',
      'GET /echo HTTP/1.1\r\nhost: a\r\nx-a: 1\r\n x-api-key: b\r\n\r\n',
      400,
      'INVALID_REQUEST',
    ],
    [
      'headers without end',
      `GET /echo HTTP/1.1\r\nhost: a\r\nx-a: ${'a'.repeat(9000)}\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
  ])('answers %s with a problem document, and closes the connection', async (_what, bytes, status, code) => {
    const answer = await rawExchange(server.port, bytes);
    expect(answer).toMatch(
      new RegExp(`^HTTP/1.1 ${status} .*\\r\\n(.*\\r\\n)*content-type: application/problem\\+json\\r\\n`),
    );
    expect(answer).toMatch(/^connection: close\r$/m);
    const id = /^x-correlation-id: (\S+)\r$/m.exec(answer)?.[1];
    expect(problemIn(answer)).toMatchObject({ status, code, correlation_id: id });
  });

  it.each([
    ['headers', 'GET /echo HTTP/1.1\r\nhost: a\r\n'],
    ['a body', 'POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc'],
  ])('does not wait for ever for %s', async (_what, bytes) => {
    expect(await rawExchange(server.port, bytes)).toMatch(/HTTP\/1\.1 (408|201) /);
  });

  it('leaves bodies unread until somebody wants them, whatever they are', async () => {
    const bodies: [string, string][] = [
      ['application/json', '{"__proto__":'],
      ['text/plain', 'a'],
      ['image/png', 'a'],
      ['application/x-www-form-urlencoded', 'a=b'],
    ];
    for (const [type, body] of bodies) {
      const response = await fetch(`${server.url}/echo`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      expect({ type, status: response.status }).toEqual({ type, status: 201 });
    }
  });

  it('can be given no middleware: that would run before the gate', () => {
    expect(() => server.app.use(() => undefined)).toThrow();
  });

  it('routes a long path like a short one', async () => {
    expect((await fetch(`${server.url}/echo/long/${'a'.repeat(4000)}`)).status).toBe(200);
  });

  it('answers HEAD like GET, without a body', async () => {
    const response = await fetch(`${server.url}/health/live`, { method: 'HEAD' });
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: '' });
  });

  it('finishes what is under way when it is stopped, and keeps nobody waiting who is not', async () => {
    const stopping = await startControllerApp({ controllers: [EchoController], limits });
    const idle = connect(stopping.port, '127.0.0.1');
    const idleClosed = new Promise<void>((resolve) => idle.once('close', () => resolve()));
    const answer = rawExchange(stopping.port, 'GET /echo/held HTTP/1.1\r\nhost: a\r\n\r\n');
    await held.arrived.promise;
    const stopped = stopping.stop();
    await idleClosed;
    held.released.resolve();
    expect(await answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"done":true\}$/);
    await stopped;
  });
});
