import { Controller, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { startControllerApp, type ControllerApp } from '../../test/harness/controller-app.js';
import { AdmitsItself, Public, Requires } from '../gate/demand.decorator.js';
import { OwnApi } from '../gate/own-api.decorator.js';
import { AnswersWith, IdParam, ValidBody } from '../gate/validation.js';
import { buildOpenApi } from './openapi.js';

const Gadget = z.strictObject({ name: z.string() }).meta({ id: 'Gadget' });

@OwnApi('gadgets')
class GadgetsController {
  @Get(':id')
  @Requires('admin.users')
  @AnswersWith(Gadget)
  find(@IdParam() id: string) {
    return { name: id };
  }

  @Post()
  @Requires('admin.users', { session: true })
  @AnswersWith(Gadget, 201)
  create(@ValidBody(Gadget) gadget: z.output<typeof Gadget>) {
    return gadget;
  }

  @Get()
  @Public('a test')
  list() {
    return [];
  }
}

@Controller('door')
class DoorController {
  @Get()
  @AdmitsItself('a test')
  open() {
    return {};
  }
}

describe('the description of the API', () => {
  let server: ControllerApp;
  let document: ReturnType<typeof buildOpenApi>;
  beforeAll(async () => {
    server = await startControllerApp({ controllers: [GadgetsController, DoorController] });
    document = (await (await fetch(`${server.url}/openapi.json`)).json()) as typeof document;
  });
  afterAll(() => server.stop());

  const operation = (path: string, method: 'get' | 'post') => {
    const found = document.paths[path]?.[method];
    if (found === undefined) throw new Error(`${method} ${path} is not described`);
    return found;
  };

  it('lists each path once; the second place of all of them is a server', () => {
    expect(Object.keys(document.paths)).toEqual([
      '/door',
      '/gadgets',
      '/gadgets/{id}',
      '/health/live',
      '/health/ready',
    ]);
    expect(document.servers?.map(({ url }) => url)).toEqual(['/', '/api/v1']);
  });

  it('is true of both places', async () => {
    for (const prefix of ['', '/api/v1'])
      expect((await fetch(`${server.url}${prefix}/gadgets`)).status).toBe(200);
  });

  it('shows what each operation demands, and every credential that can meet it', () => {
    expect(operation('/gadgets/{id}', 'get')).toMatchObject({
      'x-gatehouse-demand': { kind: 'protected', permission: 'admin.users' },
    });
    const names = (path: string, method: 'get' | 'post') =>
      operation(path, method).security?.flatMap(Object.keys).sort();
    expect(names('/gadgets/{id}', 'get')).toEqual(['api-key', 'global-key', 'master-key', 'session']);
    expect(names('/gadgets', 'get')).toBeUndefined();
    const described = Object.keys(document.components?.securitySchemes ?? {});
    for (const { security = [] } of Object.values(document.paths).flatMap(({ get, post }) =>
      [get, post].filter((found) => found !== undefined),
    )) {
      for (const name of security.flatMap(Object.keys)) expect(described).toContain(name);
    }
  });

  it('shows the refusals that follow from the demand', () => {
    const statuses = (path: string, method: 'get' | 'post') =>
      Object.keys(operation(path, method).responses).sort();
    expect(statuses('/gadgets/{id}', 'get')).toEqual(['200', '400', '401', '403', '404', '429', '503']);
    expect(statuses('/gadgets', 'post')).toEqual(['201', '400', '401', '403', '413', '415', '429', '503']);
    expect(statuses('/gadgets', 'get')).toEqual(['200', '400', '429', '503']);
    expect(statuses('/door', 'get')).toEqual(['200', '400', '401', '403', '404', '429', '503']);
    expect(statuses('/health/live', 'get')).toEqual(['200', '400']);
  });

  it('leads from every reference to something', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(references.length).toBeGreaterThan(10);
    const resolve = (reference: string) =>
      reference
        .split('/')
        .reduce((part: unknown, name) => (part as Record<string, unknown> | undefined)?.[name], document);
    expect(references.filter((reference) => resolve(reference) === undefined)).toEqual([]);
    expect(document.components?.schemas).toHaveProperty('Gadget');
  });

  it('gives each operation a name of its own', () => {
    const ids = Object.values(document.paths).flatMap((item) =>
      [item.get, item.post].flatMap((found) => found?.operationId ?? []),
    );
    expect(ids).toContain('Gadgets.find');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is the same each time it is made', async () => {
    const again = await startControllerApp({ controllers: [DoorController, GadgetsController] });
    try {
      expect(JSON.stringify(buildOpenApi(again.app))).toBe(JSON.stringify(document));
    } finally {
      await again.stop();
    }
  });
});
