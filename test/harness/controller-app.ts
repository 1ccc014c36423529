import { connect } from 'node:net';
import { Module, type Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createAdapter, type ServerLimits } from '../../src/http/fastify-adapter.js';
import { HttpModule } from '../../src/http/http.module.js';
import { createLogger } from '../../src/http/logger.js';
import { serveOpenApi } from '../../src/http/openapi.js';
import { ProblemFilter } from '../../src/http/problem.filter.js';
import type { Readiness } from '../../src/http/readiness.js';
import { canonicalSurfaces } from './surfaces.js';

export interface ControllerAppOptions {
  readonly controllers?: readonly Type[];
  readonly trustedProxies?: readonly string[];
  readonly readiness?: Readiness;
  readonly limits?: Partial<ServerLimits>;
  readonly logLevel?: string;
  /** Called with the application before it listens. */
  readonly prepare?: (app: NestFastifyApplication) => void;
}

/** The HTTP side of Gatehouse with the controllers of a test, without gate and database, on a free port. */
export interface ControllerApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly port: number;
  /** What was logged so far. */
  readonly logged: Record<string, unknown>[];
  stop(): Promise<void>;
}

export const publicUrl = 'https://gatehouse.test';

export async function startControllerApp(options: ControllerAppOptions = {}): Promise<ControllerApp> {
  const logged: Record<string, unknown>[] = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger({ level: options.logLevel ?? 'debug', destination: { write } });
  const readiness = options.readiness ?? { check: () => Promise.resolve([]) };
  let ids = 0;
  const newId = () => `made-id-${(ids += 1)}`;

  @Module({
    imports: [HttpModule.with({ publicUrl, logger, readiness })],
    controllers: [...(options.controllers ?? [])],
    providers: [{ provide: APP_FILTER, useExisting: ProblemFilter }],
  })
  class TestModule {}

  const { trustedProxies = [], limits } = options;
  const surfaces = canonicalSurfaces();
  const adapter = createAdapter({ publicUrl, logger, trustedProxies, surfaces, newId, limits });
  const silent = { logger: false, abortOnError: false } as const;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app = await NestFactory.create<NestFastifyApplication>(TestModule, adapter, silent);
  serveOpenApi(app);
  options.prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { app, url: `http://127.0.0.1:${port}`, port, logged, stop: () => app.close() };
}

/** Sends bytes as they are, and gives back all that comes until the server closes the connection. */
export function rawExchange(port: number, ...parts: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part);
    });
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => (received += data));
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
  });
}
