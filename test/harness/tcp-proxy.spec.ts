import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Client } from 'pg';
import { adminUrl } from './postgres.js';
import { query } from './query.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** Answers with what it gets. */
let echo: Server;
let proxy: TcpProxy;

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startTcpProxy('127.0.0.1', (echo.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

describe('pass', () => {
  it('carries a megabyte there and back unchanged, also with latency', async () => {
    proxy.latency(5);
    const sent = Buffer.alloc(1_000_000, 'gatehouse ');
    const client = await open();
    const received: Buffer[] = [];
    client.on('data', (chunk: Buffer) => received.push(chunk));
    client.end(sent);
    await once(client, 'end');
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  it('delays by the latency in each direction', async () => {
    proxy.latency(40);
    const client = await open();
    const before = performance.now();
    await exchange(client);
    // Node's timers may be early by a millisecond each.
    expect(performance.now() - before).toBeGreaterThanOrEqual(77);
    client.destroy();
  });

  it('resets the client when the target refuses', async () => {
    await new Promise((resolve) => echo.close(resolve));
    await expect(open().then(exchange)).rejects.toThrow('ECONNRESET');
  });
});

describe('refuse', () => {
  it('cuts the connections there are, and every new one before a byte is sent', async () => {
    const existing = await open();
    await exchange(existing);
    proxy.mode('refuse');
    expect(await endOf(existing)).toBe('ECONNRESET');
    // Before or after the client has seen it accepted.
    expect(await open().then(endOf, codeOf)).toBe('ECONNRESET');
  });
});

describe('reset', () => {
  it('cuts the connections there are, and new ones at their first byte', async () => {
    const existing = await open();
    await exchange(existing);
    proxy.mode('reset');
    expect(await endOf(existing)).toBe('ECONNRESET');
    await expect(open().then(exchange)).rejects.toThrow('ECONNRESET');
  });
});

describe('blackhole', () => {
  it('keeps connections open in silence, then cuts them and lets new ones through', async () => {
    const existing = await open();
    await exchange(existing);
    proxy.mode('blackhole');
    const late = await open();
    const heard: string[] = [];
    for (const client of [existing, late]) {
      client.on('data', () => heard.push('data')).on('close', () => heard.push('close'));
      client.write('into the void');
    }
    // By then, what was sent before would long have been answered.
    await exchangeDirectly();
    expect(heard).toEqual([]);

    proxy.mode('pass');
    expect(await Promise.all([endOf(existing), endOf(late)])).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(heard).not.toContain('data');
    await exchange(await open());
  });
});

it('stands in front of PostgreSQL: a query fails in each way and works again afterwards', async () => {
  const target = new URL(adminUrl());
  const front = await startTcpProxy(target.hostname, Number(target.port || 5432));
  const url = new URL(target);
  url.host = `127.0.0.1:${front.port}`;
  try {
    for (const mode of ['refuse', 'reset', 'blackhole'] as const) {
      expect(await query(url.href, 'select 1 as answer')).toBe(1);
      front.mode(mode);
      const client = new Client({ connectionString: url.href, connectionTimeoutMillis: 300 });
      client.on('error', () => undefined);
      await expect(client.connect()).rejects.toThrow(mode === 'blackhole' ? 'timeout' : 'ECONNRESET');
      front.mode('pass');
    }
    expect(await query(url.href, 'select 1 as answer')).toBe(1);
  } finally {
    await front.close();
  }
});

async function open(port = proxy.port): Promise<Socket> {
  const client = connect(port, '127.0.0.1');
  client.on('error', () => undefined);
  await once(client, 'connect');
  return client;
}

async function exchange(client: Socket): Promise<void> {
  client.write('hello');
  expect(String((await once(client, 'data'))[0])).toBe('hello');
}

async function exchangeDirectly(): Promise<void> {
  const client = await open((echo.address() as AddressInfo).port);
  await exchange(client);
  client.destroy();
}

/** The code of the error that a connection ends with. */
async function endOf(client: Socket): Promise<unknown> {
  if (client.errored) return codeOf(client.errored);
  return once(client, 'error').then(([error]) => codeOf(error), codeOf);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
