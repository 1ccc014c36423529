import { Catch, Global, Module, type ArgumentsHost, type ExceptionFilter, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as newId } from 'uuid';
import { EdgeModule } from '../../src/edge/edge.module.js';
import { registerProxyDoor } from '../../src/edge/proxy-door.js';
import { RouteTable } from '../../src/edge/route-table.js';
import { TrustedPeers } from '../../src/edge/trusted-peers.js';
import { UpstreamPool } from '../../src/edge/upstream-pool.js';
import { GateGuard } from '../../src/gate/gate.guard.js';
import { GateModule } from '../../src/gate/gate.module.js';
import { Gatekeeper } from '../../src/gate/gatekeeper.js';
import { problemResponse } from '../../src/kernel/problem-document.js';
import { Problem } from '../../src/kernel/problem.js';
import { readHead } from '../../src/kernel/request-head.js';
import { memoryGate, type MemoryGate } from './memory-gate.js';
import type { TestProxyOptions } from './proxy.js';

export interface EdgeAppOptions extends TestProxyOptions {
  readonly controllers?: readonly Type[];
  readonly trustedProxies?: readonly string[];
}

export interface EdgeApp extends MemoryGate {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Own API, forward-auth and proxy in one Nest program, as they are in the shipped one, without a database. */
export async function startEdgeApp(options: EdgeAppOptions): Promise<EdgeApp> {
  const gate = memoryGate(options.identities ?? new Map());
  const table = new RouteTable(options.routes);
  const upstreams = new UpstreamPool(options.upstreams);
  const adapter = new FastifyAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(rootModule(gate, table, options), adapter, {
    logger: false,
  });
  adapter.getInstance().addHook('onRequest', async (request) => {
    const { method = 'GET', url: target = '', rawHeaders, socket } = request.raw;
    request.gatehouse = {
      head: readHead({ method, target, rawHeaders, sourceAddress: socket.remoteAddress ?? '' }, newId),
    };
  });
  adapter
    .getInstance()
    .addHook('onResponse', async (request, reply) => request.gatehouse.complete?.(reply.statusCode));
  const log = { warn: () => undefined, error: () => undefined };
  const parts = {
    gatekeeper: gate.gatekeeper,
    table: () => table,
    upstreams,
    publicUrl: 'http://gate.test',
    log,
  };
  registerProxyDoor(adapter.getInstance(), parts);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const close = async (): Promise<void> => {
    await app.close();
    await upstreams.close(100);
  };
  return { ...gate, url, port: Number(new URL(url).port), close };
}

function rootModule(gate: MemoryGate, table: RouteTable, options: EdgeAppOptions): Type {
  const trustedPeers = new TrustedPeers(options.trustedProxies ?? []);

  @Global()
  @Module({
    imports: [GateModule, EdgeModule.register({ table: () => table, trustedPeers })],
    controllers: [...(options.controllers ?? [])],
    providers: [
      { provide: Gatekeeper, useValue: gate.gatekeeper },
      {
        provide: APP_GUARD,
        useFactory: (reflector: Reflector) => new GateGuard(gate.gatekeeper, reflector),
        inject: [Reflector],
      },
      { provide: APP_FILTER, useClass: ProblemFilter },
    ],
    exports: [Gatekeeper],
  })
  class RootModule {}
  return RootModule;
}

@Catch(Problem)
class ProblemFilter implements ExceptionFilter {
  catch(problem: Problem, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { head } = host.switchToHttp().getRequest<FastifyRequest>().gatehouse;
    const { status, headers, body } = problemResponse(problem, head.correlationId, 'http://gate.test');
    void reply.code(status).headers(headers).header('x-correlation-id', head.correlationId).send(body);
  }
}
