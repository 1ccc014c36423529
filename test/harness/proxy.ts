import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { v7 as newId } from 'uuid';
import { registerProxyDoor } from '../../src/edge/proxy-door.js';
import { RouteTable, type RouteConfig } from '../../src/edge/route-table.js';
import { UpstreamPool, type UpstreamOptions } from '../../src/edge/upstream-pool.js';
import { createAdapter } from '../../src/http/fastify-adapter.js';
import { createLogger } from '../../src/http/logger.js';
import { canonicalSurfaces } from './surfaces.js';
import { memoryGate, type MemoryGate, type TestIdentity } from './memory-gate.js';

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  close(): Promise<void>;
}

/** A real HTTP server on a free port. */
export async function startServer(listener: RequestListener): Promise<TestServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, server, close: () => closeServer(server) };
}

export interface TestProxy extends MemoryGate, TestServer {
  /** What the proxy told the operator. */
  readonly warnings: readonly object[];
}

export interface TestProxyOptions {
  readonly routes: readonly RouteConfig[];
  readonly upstreams: Readonly<Record<string, UpstreamOptions>>;
  readonly identities?: ReadonlyMap<string, TestIdentity>;
}

const publicUrl = 'https://gatehouse.test';

/** The proxy door alone on the real server, with the real gate behind it. */
export async function startProxy(options: TestProxyOptions): Promise<TestProxy> {
  const gate = memoryGate(options.identities ?? new Map());
  const table = new RouteTable(options.routes);
  const upstreams = new UpstreamPool(options.upstreams);
  const warnings: object[] = [];
  const note = (facts: object): void => void warnings.push(facts);
  const adapter = createAdapter({
    publicUrl,
    newId,
    trustedProxies: [],
    surfaces: canonicalSurfaces(),
    logger: createLogger({ level: 'silent' }),
  });
  const app = adapter.getInstance<FastifyInstance>();
  const log = { warn: note, error: note };
  registerProxyDoor(app, { gatekeeper: gate.gatekeeper, table: () => table, upstreams, publicUrl, log });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const close = async (): Promise<void> => {
    app.server.closeAllConnections();
    await app.close();
    await upstreams.close(100);
  };
  return { ...gate, url, port: Number(new URL(url).port), server: app.server, warnings, close };
}

/** Sends bytes as they stand. @returns all that came back until the other end closed */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1').on('error', () => undefined);
  socket.write(bytes, 'latin1');
  return text(socket);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
