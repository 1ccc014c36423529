import 'reflect-metadata';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { memoryGate, type MemoryGate } from '../../test/harness/memory-gate.js';
import type { Admission, PublicAdmission } from '../kernel/admission.js';
import { readHead } from '../kernel/request-head.js';
import { Admitted, PubliclyAdmitted } from './admitted.decorator.js';
import { AdmitsItself, Public, Requires } from './demand.decorator.js';
import { GateGuard } from './gate.guard.js';
import { Gatekeeper } from './gatekeeper.js';

const reached: string[] = [];

@Controller()
class Routes {
  @Get('protected')
  @Requires('admin.keys')
  protected(@Admitted() admission: Admission): object {
    reached.push('protected');
    return { tenant: admission.scope.tenantId };
  }

  @Get('public')
  @Public('a test')
  public(@PubliclyAdmitted() admission: PublicAdmission): object {
    reached.push('public');
    return { principal: admission.principal };
  }

  @Get('own')
  @AdmitsItself('a test')
  own(): string {
    reached.push('own');
    return '';
  }

  @Post('undeclared')
  undeclared(): string {
    reached.push('undeclared');
    return '';
  }

  @Get('mistaken')
  @Public('a test')
  mistaken(@Admitted() admission: Admission): string {
    reached.push('mistaken');
    return admission.scope.tenantId;
  }

  @Get('mistaken-too')
  @Requires('admin.keys')
  mistakenToo(@PubliclyAdmitted() admission: PublicAdmission): string {
    reached.push('mistaken-too');
    return admission.requestId;
  }
}

let app: NestFastifyApplication;
let gate: MemoryGate;

beforeAll(async () => {
  gate = memoryGate(
    new Map([
      ['key-of-a', { userId: 'a', tenantId: 'tenant-a', permissions: ['admin.keys'] }],
      ['key-of-b', { userId: 'b', tenantId: 'tenant-b', permissions: [] }],
    ]),
  );
  @Module({
    controllers: [Routes],
    providers: [
      { provide: Gatekeeper, useValue: gate.gatekeeper },
      { provide: APP_GUARD, useClass: GateGuard },
    ],
  })
  class Program {}
  const silent = { logger: false } as const;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  app = await NestFactory.create<NestFastifyApplication>(Program, new FastifyAdapter(), silent);
  const server = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', async (request) => {
    const { method = '', url: target = '', rawHeaders } = request.raw;
    const headers = rawHeaders ?? Object.entries(request.headers).flat();
    request.gatehouse = {
      head: readHead(
        { method, target, rawHeaders: headers.map(String), sourceAddress: '192.0.2.1' },
        () => 'made-up-id',
      ),
    };
  });
  server.addHook('onResponse', async (request, reply) => request.gatehouse.complete?.(reply.statusCode));
  await app.init();
});
afterAll(() => app.close());
beforeEach(() => void reached.splice(0));

/** Answers are Nest's own here: which problem a denial becomes is not the guard's affair. */
const ask = (method: 'GET' | 'POST', url: string, key?: string) =>
  app.inject({ method, url, headers: key === undefined ? {} : { 'x-api-key': key } });

describe('the guard before every handler', () => {
  it('lets in who may, hands the admission over, echoes the tenant, and sees to the outcome', async () => {
    const answer = await ask('GET', '/protected', 'key-of-a');
    expect(answer.json()).toEqual({ tenant: 'tenant-a' });
    expect(answer.headers['x-tenant-id']).toBe('tenant-a');
    expect(await gate.trail.outcomeOf('/protected')).toBe(200);
  });

  it.each([undefined, 'unknown', 'key-of-b'])('keeps out who may not: %s', async (key) => {
    const answer = await ask('GET', '/protected', key);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.headers['x-tenant-id']).toBeUndefined();
    expect(reached).toEqual([]);
  });

  it('lets everybody in where that was declared, and asks nobody who they are', async () => {
    const answer = await ask('GET', '/public', 'unknown');
    expect(answer.json()).toEqual({ principal: null });
    expect(answer.headers['x-tenant-id']).toBeUndefined();
  });

  it('leaves a door to its own judgement', async () => {
    await ask('GET', '/own');
    expect(reached).toEqual(['own']);
  });

  it.each(['key-of-a', undefined])(
    'denies a handler that declares nothing, should one ever get this far: %s',
    async (key) => {
      expect((await ask('POST', '/undeclared', key)).statusCode).toBeGreaterThanOrEqual(400);
      expect(reached).toEqual([]);
    },
  );

  it('runs no handler that takes another admission than the one it declared', async () => {
    expect((await ask('GET', '/mistaken')).statusCode).toBe(500);
    expect((await ask('GET', '/mistaken-too', 'key-of-a')).statusCode).toBe(500);
    expect(reached).toEqual([]);
  });
});
