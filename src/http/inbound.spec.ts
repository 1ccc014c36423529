import { connect } from 'node:net';
import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { rawExchange, startControllerApp, type ControllerApp } from '../../test/harness/controller-app.js';
import { deferred } from '../../test/harness/deferred.js';
import { OpenPage } from './open-page.decorator.js';

/** What the last requests to the probe saw, and what they are told to do. */
const probe = {
  completed: [] as number[],
  arrived: (): void => undefined,
  released: deferred(),
};

@Controller('probe')
class ProbeController {
  @Get('head')
  @OpenPage('a test', 'a test')
  head(@Req() request: FastifyRequest) {
    const { path, query, sourceAddress, correlationId, fault } = request.gatehouse.head;
    return { path, query, sourceAddress, correlationId, fault: fault?.detail };
  }

  @Get('hijacked')
  @OpenPage('a test', 'a test')
  hijacked(@Res() reply: FastifyReply) {
    reply.hijack();
    reply.raw.writeHead(202, ['x-own', '1']);
    reply.raw.end('hijacked');
  }

  @Post('admitted')
  @OpenPage('a test', 'a test')
  async admitted(@Req() request: FastifyRequest) {
    request.gatehouse.complete = (status) => probe.completed.push(status);
    probe.arrived();
    await probe.released.promise;
    return {};
  }

  @Post('judged')
  @OpenPage('a test', 'a test')
  async judged(@Req() request: FastifyRequest) {
    probe.arrived();
    await probe.released.promise;
    request.gatehouse.complete = (status) => probe.completed.push(status);
    return {};
  }
}

describe('every request', () => {
  let server: ControllerApp;
  beforeAll(async () => {
    server = await startControllerApp({
      controllers: [ProbeController],
      trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'],
    });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    probe.completed = [];
    probe.arrived = () => undefined;
    probe.released = deferred();
    server.logged.length = 0;
  });

  const exchange = (...lines: string[]) =>
    rawExchange(server.port, [...lines, 'connection: close', '', ''].join('\r\n'));
  const headOf = async (path: string, ...headers: string[]) => {
    const answer = await exchange(`GET ${path} HTTP/1.1`, 'host: a', ...headers);
    return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;
  };

  describe('has a correlation id', () => {
    it('which is the one it came with, if that is well formed', async () => {
      expect(await headOf('/probe/head', 'x-correlation-id: 0123-abcd.ef')).toMatchObject({
        correlationId: '0123-abcd.ef',
      });
      for (const bad of ['short', 'has space in it', 'a'.repeat(129), '<script>alert(1)</script>']) {
        const answer = await exchange('GET /probe/head HTTP/1.1', 'host: a', `x-correlation-id: ${bad}`);
        expect(answer).toMatch(/^x-correlation-id: made-id-\d+\r$/im);
      }
    });

    it.each([
      ['an answer', 'GET /probe/head HTTP/1.1\r\nhost: a', 200],
      ['an answer to HEAD', 'HEAD /probe/head HTTP/1.1\r\nhost: a', 200],
      [
        'an answer that was taken out of the framework’s hands',
        'GET /probe/hijacked HTTP/1.1\r\nhost: a',
        202,
      ],
      ['a path without a handler', 'GET /nothing HTTP/1.1\r\nhost: a', 404],
      ['a method without a handler', 'DELETE /probe/head HTTP/1.1\r\nhost: a', 404],
      ['a path that can be read in two ways', 'GET /probe//head HTTP/1.1\r\nhost: a', 400],
      ['a malformed escape', 'GET /probe/%zz HTTP/1.1\r\nhost: a', 400],
      ['a path that is no UTF-8', 'GET /probe/%C3%28 HTTP/1.1\r\nhost: a', 400],
      ['no path at all', 'OPTIONS * HTTP/1.1\r\nhost: a', 400],
      ['malformed HTTP', 'GET /probe/head HTTP/1.1\r\nhost : a', 400],
      ['an expectation', 'GET /probe/head HTTP/1.1\r\nhost: a\r\nexpect: the-impossible', 200],
    ])('on %s', async (_what, request, status) => {
      const answer = await exchange(...request.split('\r\n'));
      expect(answer.split('\r\n')[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer.match(/^x-correlation-id: (\S+)\r$/gim)).toHaveLength(1);
    });
  });

  describe('comes from', () => {
    it('the right-most address that is no trusted proxy', async () => {
      const forwarded = (value: string) => headOf('/probe/head', `x-forwarded-for: ${value}`);
      expect(await forwarded('203.0.113.9')).toMatchObject({ sourceAddress: '203.0.113.9' });
      expect(await forwarded('198.51.100.1, 203.0.113.9, 10.1.2.3')).toMatchObject({
        sourceAddress: '203.0.113.9',
      });
      expect(await forwarded('10.9.9.9, 10.1.2.3')).toMatchObject({ sourceAddress: '10.9.9.9' });
      expect(await forwarded('203.0.113.9:4711')).toMatchObject({ sourceAddress: '203.0.113.9' });
      expect(await forwarded('[2001:db8::0:1]:443')).toMatchObject({ sourceAddress: '2001:db8::1' });
      expect(await forwarded('::ffff:203.0.113.9')).toMatchObject({ sourceAddress: '203.0.113.9' });
    });

    it('the last proxy that said something sensible, when the header is nonsense', async () => {
      const values = ['unknown', '', '1', '0x7f.1', '198.51.100.1, nonsense', '_hidden'];
      for (const value of values) {
        expect(await headOf('/probe/head', `x-forwarded-for: ${value}`)).toMatchObject({
          sourceAddress: '127.0.0.1',
        });
      }
    });

    it('the right-most address also when the header comes several times', async () => {
      const headers = ['x-forwarded-for: 198.51.100.1', 'x-forwarded-for: 203.0.113.9'];
      expect(await headOf('/probe/head', ...headers)).toMatchObject({ sourceAddress: '203.0.113.9' });
    });

    it('the peer, whatever it says, when that is no trusted proxy', async () => {
      const untrusting = await startControllerApp({ controllers: [ProbeController] });
      try {
        const headers = {
          'x-forwarded-for': '203.0.113.9',
          forwarded: 'for=203.0.113.9',
          'x-real-ip': '203.0.113.9',
        };
        const head = (await (await fetch(`${untrusting.url}/probe/head`, { headers })).json()) as object;
        expect(head).toMatchObject({ sourceAddress: '127.0.0.1' });
      } finally {
        await untrusting.stop();
      }
    });
  });

  it('is routed by the path that is judged', async () => {
    expect(await headOf('/%70robe/h%65ad?a=%2F&a')).toMatchObject({ path: '/probe/head', query: 'a=%2F&a' });
    for (const path of [
      '/x/../probe/head',
      '/probe/%2e/head',
      '/probe;x/head',
      '/probe%2Fhead',
      '/probe/head%2500',
      '//probe/head',
      '/probe\\head',
    ]) {
      const answer = await exchange(`GET ${path} HTTP/1.1`, 'host: a');
      expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*"AMBIGUOUS_PATH"/);
    }
    expect(await exchange('GET /Probe/head HTTP/1.1', 'host: a')).toMatch(/^HTTP\/1.1 404 /);
  });

  it('names one host, or its head is faulty', async () => {
    const answer = async (...lines: string[]) => exchange(...lines);
    expect(await answer('GET /probe/head HTTP/1.1')).toContain('The header host is missing.');
    expect(await answer('GET /probe/head HTTP/1.1', 'host: a', 'host: b')).toContain(
      'The header host came more than once.',
    );
    expect(await answer('GET /probe/head HTTP/1.0')).not.toContain('The header host');
  });

  describe('has exactly one outcome', () => {
    const arrivals = (count: number) => {
      const all = deferred();
      let left = count;
      probe.arrived = () => {
        left -= 1;
        if (left === 0) all.resolve();
      };
      return all.promise;
    };
    const logLine = async () => {
      while (server.logged.length === 0) await new Promise((resolve) => setImmediate(resolve));
      return server.logged.map(({ path, status }) => ({ path, status }));
    };

    it('when it is answered', async () => {
      probe.released.resolve();
      expect((await fetch(`${server.url}/probe/admitted`, { method: 'POST' })).status).toBe(201);
      expect(await logLine()).toEqual([{ path: '/probe/admitted', status: 201 }]);
      expect(probe.completed).toEqual([201]);
    });

    it('when its client leaves before the answer', async () => {
      const arrived = arrivals(1);
      const socket = connect(server.port, '127.0.0.1');
      socket.write('POST /probe/admitted HTTP/1.1\r\nhost: a\r\n\r\n');
      await arrived;
      socket.destroy();
      expect(await logLine()).toEqual([{ path: '/probe/admitted', status: 499 }]);
      probe.released.resolve();
      expect((await fetch(`${server.url}/probe/head`)).status).toBe(200);
      expect(probe.completed).toEqual([499]);
    });

    it('when its client leaves before it is admitted', async () => {
      const arrived = arrivals(1);
      const socket = connect(server.port, '127.0.0.1');
      socket.write('POST /probe/judged HTTP/1.1\r\nhost: a\r\n\r\n');
      await arrived;
      socket.destroy();
      await logLine();
      expect(probe.completed).toEqual([]);
      probe.released.resolve();
      expect((await fetch(`${server.url}/probe/head`)).status).toBe(200);
      expect(probe.completed).toEqual([499]);
    });

    it('when it waits behind another one on a connection that goes', async () => {
      const arrived = arrivals(2);
      const socket = connect(server.port, '127.0.0.1');
      const one = 'POST /probe/admitted HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n';
      socket.write(one + one);
      await arrived;
      socket.destroy();
      while (server.logged.length < 2) await new Promise((resolve) => setImmediate(resolve));
      probe.released.resolve();
      expect((await fetch(`${server.url}/probe/head`)).status).toBe(200);
      expect(probe.completed).toEqual([499, 499]);
    });
  });

  it('leaves one line in the log, without its query', async () => {
    await fetch(`${server.url}/probe/head?api_key=sentinel`, {
      headers: { 'x-correlation-id': 'log-line-1' },
    });
    while (server.logged.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(server.logged).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        msg: 'request',
        correlation_id: 'log-line-1',
        method: 'GET',
        path: '/probe/head',
        surface: 'redcloud',
        status: 200,
        duration_ms: expect.any(Number),
        tenant: null,
        principal: null,
      },
    ]);
  });
});
