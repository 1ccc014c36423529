import { QueryFailedError } from 'typeorm';
import { Problem, Unavailable } from '../kernel/problem.js';
import { asUnavailable, sqlState } from './outage.js';

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code });
const wrapped = (error: Error) => new QueryFailedError('SELECT 1', [], error);

const outages: readonly (readonly [string, Error])[] = [
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ].map((code) => [`the network says ${code}`, withCode(code)] as const),
  ['connection exception', withCode('08006')],
  ['too many connections', withCode('53300')],
  ['disk full', withCode('53100')],
  ['the server is shut down by its administrator', withCode('57P01')],
  ['the server is starting', withCode('57P03')],
  ['statement timeout', withCode('57014')],
  ['lock timeout', withCode('55P03')],
  ['idle in transaction too long', withCode('25P03')],
  ['a standby, not the primary', withCode('25006')],
  ['an error of the file system', withCode('58030')],
  ['an error of the server’s own', withCode('XX000')],
  ['pg: no connection in time', new Error('timeout exceeded when trying to connect')],
  ['pg: no answer in time', new Error('Query read timeout')],
  ['pg: cut', new Error('Connection terminated unexpectedly')],
  ['pg: the client is broken', new Error('Client has encountered a connection error and is not queryable')],
];

const answers: readonly (readonly [string, unknown])[] = [
  ['unique violation', withCode('23505')],
  ['foreign key violation', withCode('23503')],
  ['a constraint that mentions a timeout', withCode('23514', 'check "timeout" is violated')],
  ['row-level security', withCode('42501')],
  ['syntax error', withCode('42601')],
  ['invalid text', withCode('22P02')],
  ['a defect of ours', new TypeError('x is undefined')],
  ['one address of two says no', new AggregateError([withCode('ECONNREFUSED'), withCode('42501')])],
  ['a problem of the caller', Problem.notFound()],
  ['a text', 'timeout'],
  ['nothing', undefined],
  ['null', null],
];

describe('an error that says "not now"', () => {
  it.each(outages)('becomes Unavailable: %s', (_, error) => {
    for (const one of [error, wrapped(error)]) {
      const result = asUnavailable(one);
      expect(result).toBeInstanceOf(Unavailable);
      expect(result).toMatchObject({ dependency: 'database', cause: one });
    }
  });

  it('may come as many: none of a host’s addresses could be reached', () => {
    const none = new AggregateError([withCode('ECONNREFUSED'), withCode('ETIMEDOUT')]);
    expect(asUnavailable(none)).toBeInstanceOf(Unavailable);
  });

  it('names the dependency, and not what the driver said', () => {
    const result = asUnavailable(
      withCode('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:5432'),
      'redis',
    ) as Error;
    expect(result.message).toBe('redis is unavailable');
  });
});

describe('an error that is an answer', () => {
  it.each(answers)('stays what it is: %s', (_, error) => {
    expect(asUnavailable(error)).toBe(error);
    if (error instanceof Error) {
      const outer = wrapped(error);
      expect(asUnavailable(outer)).toBe(outer);
    }
  });
});

describe('the state of an error', () => {
  it('is found under the wrapping, and is none for what has none', () => {
    expect(sqlState(wrapped(withCode('23505')))).toBe('23505');
    expect(sqlState({ driverError: withCode('23505') })).toBe('23505');
    for (const other of [new Error('x'), {}, undefined, null]) expect(sqlState(other)).toBeUndefined();
  });
});
