import 'reflect-metadata';
import { All, Controller, Get, Module, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AdmitsItself, Public, Requires } from './demand.decorator.js';
import { GateModule } from './gate.module.js';
import { OwnApi } from './own-api.decorator.js';

@Controller('things')
class Declared {
  @Get()
  @Public('a test')
  list(): void {}

  @Post(':id/parts')
  @Requires('admin.keys')
  create(): void {}

  @All(['door', 'gate'])
  @AdmitsItself('it asks the table of routes')
  door(): void {}

  notARoute(): void {}
}

@OwnApi('auth')
class OwnRoutes {
  @Get('me')
  @Requires()
  me(): void {}
}

@Controller('forgotten')
class Forgetful {
  @Get()
  @Public('a test')
  declared(): void {}

  @Get('one')
  undeclared(): void {}

  @Post('two')
  alsoUndeclared(): void {}
}

@Public('a class can’t speak for its methods')
@Controller('class')
class DeclaredAsAClass {
  @Get()
  undeclared(): void {}
}

class Base {
  @Get('inherited')
  inherited(): void {}
}

@Controller('heir')
class Heir extends Base {}

const silent = { logger: false, abortOnError: false } as const;

/** Starts a program of these controllers as the real one is started: by asking Nest. */
async function start(...controllers: Type[]): Promise<GateModule> {
  @Module({ imports: [GateModule], controllers })
  class Program {}
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  const app = await NestFactory.createApplicationContext(Program, silent);
  return app.get(GateModule);
}

describe('a program in which every handler declares its demand', () => {
  it('starts, and lists its routes with what each demands', async () => {
    const routes = (await start(Declared, OwnRoutes)).routes();
    expect(
      routes.map(({ method, path, handler, demand }) => `${method} ${path} ${handler} ${demand.kind}`),
    ).toEqual([
      'GET /auth/me OwnRoutes.me protected',
      'GET /things Declared.list public',
      'POST /things/:id/parts Declared.create protected',
      'ALL /things/door Declared.door own',
      'ALL /things/gate Declared.door own',
    ]);
  });

  it('may have no routes at all', async () => {
    expect((await start()).routes()).toEqual([]);
  });
});

describe('a program with a handler that declares nothing', () => {
  it('does not start, and names every one of them', async () => {
    await expect(start(Declared, Forgetful)).rejects.toThrow(
      'these handlers declare neither @Requires nor @Public: Forgetful.alsoUndeclared, Forgetful.undeclared',
    );
  });

  it('does not start for a declaration on its class: each method speaks for itself', async () => {
    await expect(start(DeclaredAsAClass)).rejects.toThrow('DeclaredAsAClass.undeclared');
  });

  it('does not start for one that is inherited', async () => {
    await expect(start(Heir)).rejects.toThrow('Heir.inherited');
  });
});
