import { Global, Module, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { v7 as newId } from 'uuid';
import { EdgeModule } from '../../src/edge/edge.module.js';
import { registerProxyDoor } from '../../src/edge/proxy-door.js';
import { RouteTable } from '../../src/edge/route-table.js';
import { TrustedPeers } from '../../src/edge/trusted-peers.js';
import { UpstreamPool } from '../../src/edge/upstream-pool.js';
import { GateGuard } from '../../src/gate/gate.guard.js';
import { GateModule } from '../../src/gate/gate.module.js';
import { Gatekeeper } from '../../src/gate/gatekeeper.js';
import { createAdapter } from '../../src/http/fastify-adapter.js';
import { HttpModule } from '../../src/http/http.module.js';
import { createLogger, type Logger } from '../../src/http/logger.js';
import { ProblemFilter } from '../../src/http/problem.filter.js';
import { memoryGate, type MemoryGate } from './memory-gate.js';
import type { TestProxyOptions } from './proxy.js';
import { canonicalSurfaces } from './surfaces.js';

export interface EdgeAppOptions extends TestProxyOptions {
  readonly controllers?: readonly Type[];
  readonly trustedProxies?: readonly string[];
}

export interface EdgeApp extends MemoryGate {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const publicUrl = 'https://gatehouse.test';

/** Own API, forward-auth and proxy on the real server, as they are in the shipped program, without a database. */
export async function startEdgeApp(options: EdgeAppOptions): Promise<EdgeApp> {
  const logger = createLogger({ level: 'silent' });
  const gate = memoryGate(options.identities ?? new Map());
  const table = new RouteTable(options.routes);
  const upstreams = new UpstreamPool(options.upstreams);
  const { trustedProxies = [] } = options;
  const surfaces = canonicalSurfaces();
  const adapter = createAdapter({ publicUrl, logger, newId, trustedProxies, surfaces });
  const root = rootModule(gate, table, options, logger);
  const silent = { logger: false, abortOnError: false } as const;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, silent);
  const parts = { gatekeeper: gate.gatekeeper, table: () => table, upstreams, publicUrl, log: logger };
  registerProxyDoor(adapter.getInstance<FastifyInstance>(), parts);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const close = async (): Promise<void> => {
    await app.close();
    await upstreams.close(100);
  };
  return { ...gate, url, port: Number(new URL(url).port), close };
}

function rootModule(gate: MemoryGate, table: RouteTable, options: EdgeAppOptions, logger: Logger): Type {
  const { trustedProxies = [], controllers = [] } = options;
  const edge = EdgeModule.register({ table: () => table, trustedPeers: new TrustedPeers(trustedProxies) });
  const http = HttpModule.with({ publicUrl, logger, readiness: { check: () => Promise.resolve([]) } });

  @Global()
  @Module({
    imports: [GateModule, http, edge],
    controllers: [...controllers],
    providers: [
      { provide: Gatekeeper, useValue: gate.gatekeeper },
      { provide: APP_GUARD, useClass: GateGuard },
      { provide: APP_FILTER, useExisting: ProblemFilter },
    ],
    exports: [Gatekeeper],
  })
  class RootModule {}
  return RootModule;
}
