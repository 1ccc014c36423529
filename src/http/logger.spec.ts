import { inspect } from 'node:util';
import { Secret } from '../kernel/secret.js';
import { createLogger, nestLogger, type Logger } from './logger.js';

describe('the log', () => {
  const collect = (level = 'trace'): { logger: Logger; lines: string[] } => {
    const lines: string[] = [];
    return {
      logger: createLogger({ level, destination: { write: (line) => void lines.push(line) } }),
      lines,
    };
  };
  const one = (write: (logger: Logger) => void): Record<string, unknown> => {
    const { logger, lines } = collect();
    write(logger);
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  };

  it('is one JSON object a line, with level and time in words', () => {
    expect(one((logger) => logger.info({ a: 1 }, 'said'))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      a: 1,
      msg: 'said',
    });
  });

  it('leaves out what is less important than its level', () => {
    const { logger, lines } = collect('warn');
    logger.info('not this');
    logger.warn('this');
    expect(lines).toHaveLength(1);
    const { logger: silent, lines: none } = collect('silent');
    silent.fatal('nothing');
    expect(none).toEqual([]);
  });

  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'Set-Cookie',
    'x-api-key',
    'X-Master-Key',
    'api_key',
    'apiKey',
    'password',
    'newPassword',
    'secret',
    'clientSecret',
    'access_token',
    'refreshToken',
    'token',
    'private_jwk',
    'backupCodes',
  ])('never shows a member called %s, however deep', (name) => {
    const line = one((logger) =>
      logger.info({ [name]: 'sentinel', deep: [{ [name]: { a: 'sentinel' } }] }, 'said'),
    );
    expect(JSON.stringify(line)).not.toContain('sentinel');
    expect(line[name]).toBe('[redacted]');
  });

  it('shows what only speaks of a secret', () => {
    const facts = {
      credentialId: 'a',
      api_key_id: 'b',
      token_type: 'Bearer',
      prefix: 'cspm_',
      accessTokenTtlSeconds: 900,
    };
    expect(one((logger) => logger.info(facts))).toMatchObject(facts);
  });

  it.each([
    ['a bearer token', 'Bearer sentinel-token'],
    ['a JWT', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzZW50aW5lbCJ9.c2VudGluZWw'],
    ['an API key', 'cspm_sentinel0123456789ABCDEFGHIJKLMNO'],
    ['a token', 'at_live_sentinel0123456789ABCDEFGHIJKLMNO'],
    ['a URL with a password', 'postgres://gatehouse:sentinel@db.example:5432/gatehouse'],
  ])('never shows %s, wherever it stands', (_what, text) => {
    const error = new Error(`failed with ${text}`, { cause: new Error(text) });
    const { logger, lines } = collect();
    logger.info(`said ${text}`);
    logger.info({ a: { b: [`x ${text} y`] } }, text);
    logger.error({ err: error }, 'failed');
    logger.error(error);
    nestLogger(logger).error(text, text, 'Context');
    for (const line of lines) expect(line).not.toMatch(/sentinel|c2VudGluZWw/);
    expect(lines).toHaveLength(5);
  });

  it('shows a secret of ours as [secret]', () => {
    const secret = new Secret('sentinel');
    const { logger, lines } = collect();
    logger.info({ a: secret, b: [{ c: secret }], d: String(secret), e: inspect({ secret }) }, 'said');
    expect(lines[0]).not.toContain('sentinel');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      a: '[secret]',
      b: [{ c: '[secret]' }],
      d: '[secret]',
    });
  });

  it('keeps what helps to find a defect', () => {
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), { code: 'E_TEST' });
    expect(one((logger) => logger.error({ err: error }, 'failed')).err).toEqual({
      type: 'Error',
      message: 'outer',
      code: 'E_TEST',
      stack: expect.stringContaining('logger.spec'),
      cause: expect.objectContaining({ message: 'inner' }),
    });
  });

  it('takes the framework’s messages as well', () => {
    expect(one((logger) => nestLogger(logger).log('started', 'Router'))).toMatchObject({
      level: 'debug',
      msg: 'started',
      context: 'Router',
    });
    expect(one((logger) => nestLogger(logger).error('failed', 'the stack', 'Router'))).toMatchObject({
      level: 'error',
      msg: 'failed',
      stack: 'the stack',
      context: 'Router',
    });
    expect(one((logger) => nestLogger(logger).warn(new Error('odd')))).toMatchObject({
      level: 'warn',
      msg: 'odd',
      err: { message: 'odd' },
    });
    expect(one((logger) => nestLogger(logger).log({ a: 1 }))).toMatchObject({ details: [{ a: 1 }] });
  });
});
