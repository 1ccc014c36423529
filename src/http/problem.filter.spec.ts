import { BadRequestException, Controller, Get, HttpException, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  publicUrl,
  rawExchange,
  startControllerApp,
  type ControllerApp,
} from '../../test/harness/controller-app.js';
import { Denial } from '../kernel/denial.js';
import { Problem, Unavailable } from '../kernel/problem.js';
import { OpenPage } from './open-page.decorator.js';

const thrown: Record<string, () => unknown> = {
  problem: () =>
    new Problem({
      status: 409,
      code: 'SLUG_TAKEN',
      detail: 'Taken.',
      reason: 'sentinel',
      headers: { 'x-more': '1' },
    }),
  invalid: () => Problem.invalid([{ field: 'a.b', message: 'is required' }]),
  denial: () => Denial.rejected('sentinel'),
  unavailable: () => new Unavailable('database', { cause: new Error('sentinel') }),
  error: () => new Error('sentinel', { cause: new Error('sentinel') }),
  // Nobody validates by throwing these; that they are thrown is a defect, and what they say is not for the public.
  zod: () => z.strictObject({ sentinel: z.string() }).safeParse({ a: 1 }).error,
  nest: () => new BadRequestException('sentinel', { description: 'sentinel' }),
  nestServer: () => new HttpException('sentinel', 502),
  teapot: () => new HttpException('sentinel', 418),
  imitation: () => Object.assign(new Error('sentinel'), { statusCode: 400, status: 400, expose: true }),
  text: () => 'sentinel',
  nothing: () => undefined,
};

@Controller('throws')
class ThrowingController {
  @Get('late')
  @OpenPage('a test', 'a test')
  late(@Res() reply: FastifyReply) {
    reply.raw.writeHead(200, { 'content-length': '100' });
    reply.raw.write('half');
    throw new Error('sentinel');
  }

  @Get(':what')
  @OpenPage('a test', 'a test')
  throws(@Res({ passthrough: true }) reply: FastifyReply) {
    void reply.header('content-type', 'text/plain');
    throw thrown[reply.request.url.split('/').at(-1) ?? '']?.();
  }
}

describe('an error', () => {
  let server: ControllerApp;
  beforeAll(async () => {
    server = await startControllerApp({ controllers: [ThrowingController] });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    server.logged.length = 0;
  });

  const answerTo = async (what: string) => {
    const response = await fetch(`${server.url}/throws/${what}`, {
      headers: { 'x-correlation-id': 'problem-test' },
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: JSON.parse(text) as Record<string, unknown>,
    };
  };

  it('becomes a problem document that is not kept by anybody', async () => {
    const { status, headers, body } = await answerTo('problem');
    expect(status).toBe(409);
    expect(body).toEqual({
      type: `${publicUrl}/docs/errors/SLUG_TAKEN`,
      title: 'Slug taken',
      status: 409,
      code: 'SLUG_TAKEN',
      detail: 'Taken.',
      correlation_id: 'problem-test',
    });
    const {
      'content-type': type,
      'cache-control': cache,
      'x-correlation-id': id,
      'x-more': more,
    } = Object.fromEntries(headers);
    expect({ type, cache, id, more }).toEqual({
      type: 'application/problem+json',
      cache: 'no-store',
      id: 'problem-test',
      more: '1',
    });
  });

  it('in the request names the members', async () => {
    expect((await answerTo('invalid')).body).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
      errors: [{ field: 'a.b', message: 'is required' }],
    });
  });

  it.each([
    ['denial', 401, 'UNAUTHORIZED'],
    ['unavailable', 503, 'UNAVAILABLE'],
    ['error', 500, 'INTERNAL_ERROR'],
    ['zod', 500, 'INTERNAL_ERROR'],
    ['nest', 400, 'INVALID_REQUEST'],
    ['nestServer', 500, 'INTERNAL_ERROR'],
    ['teapot', 500, 'INTERNAL_ERROR'],
    ['imitation', 500, 'INTERNAL_ERROR'],
    ['text', 500, 'INTERNAL_ERROR'],
    ['nothing', 500, 'INTERNAL_ERROR'],
  ])('of the kind "%s" says %d %s and nothing of what was thrown', async (what, status, code) => {
    const answer = await answerTo(what);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('sentinel');
  });

  it('that nobody expected is in the log, by its correlation id', async () => {
    await answerTo('error');
    expect(server.logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        correlation_id: 'problem-test',
        err: expect.objectContaining({ message: 'sentinel', stack: expect.any(String) }),
      }),
    );
  });

  it('of an unavailable dependency says when to come back', async () => {
    const { headers } = await answerTo('unavailable');
    expect(headers.get('retry-after')).toBe('2');
  });

  it('after half an answer breaks the connection, so that nobody takes the half for the whole', async () => {
    const answer = await rawExchange(server.port, 'GET /throws/late HTTP/1.1\r\nhost: a\r\n\r\n');
    expect(answer).toMatch(/half$/);
  });

  it('for a path without a handler is 404', async () => {
    const response = await fetch(`${server.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      code: 'NOT_FOUND',
      detail: 'There is nothing at this address.',
    });
  });
});
