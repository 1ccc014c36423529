import { Controller, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { rawExchange, startControllerApp, type ControllerApp } from '../../test/harness/controller-app.js';
import { Public } from './demand.decorator.js';
import { AnswersWith, IdParam, ValidBody, ValidParams, ValidQuery } from './validation.js';

const Widget = z.strictObject({
  name: z.string().min(1),
  size: z.int().optional(),
  inner: z.strictObject({ a: z.string() }).optional(),
  tags: z.record(z.string(), z.unknown()).optional(),
});
const Page = z.strictObject({
  limit: z.coerce.number().int().max(100).default(50),
  cursor: z.string().optional(),
});
const Place = z.strictObject({ row: z.coerce.number().int() });

@Controller('widgets')
class WidgetsController {
  @Post()
  @Public('a test')
  @AnswersWith(Widget, 201)
  create(@ValidBody(Widget) widget: z.output<typeof Widget>) {
    return widget;
  }

  @Get()
  @Public('a test')
  list(@ValidQuery(Page) page: z.output<typeof Page>) {
    return page;
  }

  @Get('rows/:row')
  @Public('a test')
  row(@ValidParams(Place) place: z.output<typeof Place>) {
    return place;
  }

  @Get(':id')
  @Public('a test')
  find(@IdParam('id', 'widget') id: string) {
    return { id };
  }
}

describe('what a handler is given', () => {
  let server: ControllerApp;
  beforeAll(async () => {
    server = await startControllerApp({ controllers: [WidgetsController] });
  });
  afterAll(() => server.stop());

  const post = async (
    body: string | Buffer,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => {
    const response = await fetch(`${server.url}/widgets`, { method: 'POST', body, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('is what the schema makes of the body', async () => {
    expect(await post('{"name":"a","size":3}')).toEqual({ status: 201, body: { name: 'a', size: 3 } });
  });

  it('never holds a member the schema does not know: each is named', async () => {
    const { status, body } = await post(
      '{"name":"a","role":"owner","inner":{"a":"b","admin":true},"constructor":{}}',
    );
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'INVALID_REQUEST' });
    const message = 'is not a member that is known here';
    expect(body.errors).toEqual([
      { field: 'inner.admin', message },
      { field: 'role', message },
      { field: 'constructor', message },
    ]);
  });

  it('has every member of the right type, or the wrong ones are named, without their values', async () => {
    const { body } = await post('{"size":"sentinel-value"}');
    expect(body.errors).toEqual([
      { field: 'name', message: 'is required' },
      { field: 'size', message: expect.stringContaining('expected number') },
    ]);
    expect(JSON.stringify(body)).not.toContain('sentinel');
  });

  it.each([
    ['nothing', ''],
    ['broken JSON', '{"name":'],
    ['invalid UTF-8', Buffer.from('{"name":"\xff"}', 'latin1')],
    ['a prototype, even where any member may stand', '{"name":"a","tags":{"__proto__":{"size":1}}}'],
    ['a list', '[]'],
  ])('is refused when the body is %s', async (_what, body) => {
    const answer = await post(body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status: 400,
      code: 'INVALID_REQUEST',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', { 'content-type': 'text/plain' }],
    ['another character set', { 'content-type': 'application/json; charset=utf-16' }],
    ['compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('is refused when the body is %s', async (_what, headers) => {
    const answer = await post('{"name":"a"}', headers);
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    });
  });

  it('is refused when the body is larger than 256 KiB, also when its length is not told', async () => {
    const large = JSON.stringify({ name: 'x'.repeat(256 * 1024) });
    const told = await post(large);
    expect({ status: told.status, code: told.body.code }).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    const chunk = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`;
    const head =
      'POST /widgets HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    expect(await rawExchange(server.port, head, chunk)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('is what the schema makes of the query; a name that comes twice is not one value', async () => {
    expect(await get('/widgets?limit=7')).toEqual({ status: 200, body: { limit: 7 } });
    expect(await get('/widgets')).toEqual({ status: 200, body: { limit: 50 } });
    for (const query of [
      'limit=7&limit=8',
      'limit=abc',
      'limit=101',
      'offset=1',
      '__proto__=1',
      'constructor=1',
    ]) {
      const { status, body } = await get(`/widgets?${query}`);
      expect({ query, status, code: body.code }).toEqual({ query, status: 400, code: 'INVALID_REQUEST' });
    }
  });

  it('is what the schema makes of the path parameters', async () => {
    expect(await get('/widgets/rows/12')).toEqual({ status: 200, body: { row: 12 } });
    expect((await get('/widgets/rows/twelve')).status).toBe(400);
  });

  it('is an id, or the answer is that of an id that does not exist', async () => {
    const id = '018f2f6e-4b7a-7c3d-9e2f-0a1b2c3d4e5f';
    expect(await get(`/widgets/${id}`)).toEqual({ status: 200, body: { id } });
    for (const bad of ['12', id.toUpperCase(), `${id}0`, '%20', 'x'.repeat(3000)]) {
      const { status, body } = await get(`/widgets/${bad}`);
      expect({ status, code: body.code, detail: body.detail }).toEqual({
        status: 404,
        code: 'NOT_FOUND',
        detail: 'There is no such widget.',
      });
    }
  });

  it('appears in the description of the API', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    expect(document.paths['/widgets']).toMatchObject({
      post: {
        requestBody: {
          content: { 'application/json': { schema: { required: ['name'], additionalProperties: false } } },
        },
        responses: {
          '201': {
            content: { 'application/json': { schema: { properties: { name: { type: 'string' } } } } },
          },
        },
      },
      get: {
        parameters: [
          { in: 'query', name: 'limit' },
          { in: 'query', name: 'cursor' },
        ],
      },
    });
    expect(document.paths['/widgets/{id}']).toMatchObject({
      get: {
        parameters: [{ in: 'path', name: 'id', required: true, schema: { type: 'string', format: 'uuid' } }],
      },
    });
  });
});
