import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { AdmitsItself, demandMetadata, Public, Requires } from './demand.decorator.js';

@Controller()
class Routes {
  @Get('permission')
  @Requires('admin.keys', { persists: true })
  permission(): void {}

  @Get('known')
  @Requires()
  known(): void {}

  @Get('user')
  @Requires('keys.own', { ownAccount: true })
  user(): void {}

  @Get('session')
  @Requires(undefined, { session: true, mfaMinutes: 15 })
  session(): void {}

  @Get('public')
  @Public('a status page', { unrecorded: 'a probe' })
  public(): void {}

  @Get('own')
  @AdmitsItself('it asks the table of routes')
  own(): void {}
}

@Module({ controllers: [Routes] })
class Program {}

const handlers = Routes.prototype as unknown as Record<string, object>;
const demandOf = (name: string): unknown => Reflect.getMetadata(demandMetadata, handlers[name]!);

const silent = { logger: false } as const;
let document: OpenAPIObject;
beforeAll(async () => {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app = await NestFactory.create(Program, new FastifyAdapter(), silent);
  document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
});
const operation = (name: string) => document.paths[`/${name}`]?.get as Record<string, unknown> | undefined;

describe('what a handler declares', () => {
  it.each([
    ['permission', { kind: 'protected', permission: 'admin.keys', persists: true }],
    ['known', { kind: 'protected' }],
    ['user', { kind: 'protected', permission: 'keys.own', ownAccount: true }],
    ['session', { kind: 'protected', session: true, mfaMinutes: 15 }],
    ['public', { kind: 'public', why: 'a status page', unrecorded: 'a probe' }],
    ['own', { kind: 'own', why: 'it asks the table of routes' }],
  ])('is one and the same for the guard and for OpenAPI: %s', (name, demand) => {
    expect(demandOf(name)).toEqual(demand);
    expect(operation(name)?.['x-gatehouse-demand']).toStrictEqual(demand);
  });

  it.each([
    ['permission', ['api-key', 'global-key', 'master-key', 'session']],
    ['known', ['api-key', 'global-key', 'master-key', 'session']],
    ['user', ['api-key', 'session']],
    ['session', ['session']],
    ['public', undefined],
    ['own', undefined],
  ])('tells OpenAPI which credentials can meet it: %s', (name, schemes) => {
    const security = operation(name)?.['security'] as readonly object[] | undefined;
    expect(security?.flatMap(Object.keys).sort()).toEqual(schemes);
  });
});
