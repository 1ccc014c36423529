import { Strategy } from 'passport-strategy';
import { standingWith } from '../../test/harness/live-credentials.js';
import { Unavailable } from '../kernel/problem.js';
import { rejected, type Verified } from './credential-scheme.js';
import { passportVerify, settle, type StrategyRequest } from './passport-verify.js';

const verified: Verified = {
  outcome: 'verified',
  principal: { kind: 'legacy-key', credentialId: 'global-key' },
  standing: standingWith(),
};
const request: StrategyRequest = { headers: { 'x-api-key': 'abc' } };

/** A strategy that does one thing. */
const strategyThat = (act: (strategy: Strategy, request: unknown) => void) =>
  new (class extends Strategy {
    override authenticate(given: unknown): void {
      act(this, given);
    }
  })();
const verdictOf = (act: (strategy: Strategy, request: unknown) => void) =>
  passportVerify(strategyThat(act), request);

describe('a Passport strategy', () => {
  it('that succeeds has verified', async () => {
    expect(await verdictOf((strategy) => strategy.success(verified))).toBe(verified);
  });

  it('that fails has rejected, for the reason it gives', async () => {
    expect(await verdictOf((strategy) => strategy.fail(new Error('wrong key') as never))).toEqual(
      rejected('wrong key'),
    );
    expect(await verdictOf((strategy) => strategy.fail(401))).toEqual(rejected('the strategy refused it'));
    expect(await verdictOf((strategy) => strategy.fail('abc', 401))).toEqual(
      rejected('the strategy refused it'),
    );
  });

  it.each([
    [
      'reports an error',
      (strategy: Strategy) => strategy.error(new Unavailable('database')),
      'database is unavailable',
    ],
    [
      'throws',
      () => {
        throw new Unavailable('database');
      },
      'database is unavailable',
    ],
    [
      'reports something that is no error',
      (strategy: Strategy) => strategy.error('abc' as never),
      'strategy failed',
    ],
    [
      'passes on what its scheme had claimed',
      (strategy: Strategy) => strategy.pass(),
      'passed on a credential',
    ],
    ['wants to redirect', (strategy: Strategy) => strategy.redirect('/login'), 'asked for a redirect'],
  ])('that %s has decided nothing: that is thrown, and is no rejection', async (_, act, message) => {
    await expect(verdictOf(act)).rejects.toThrow(message);
  });

  it('is given the credential that the scheme claimed, and nothing else of the request', async () => {
    const given: unknown[] = [];
    await verdictOf((strategy, one) => {
      given.push(one);
      strategy.success(verified);
    });
    expect(given).toEqual([request]);
  });

  it('answers each of many attempts at once on its own', async () => {
    const waiting: (() => void)[] = [];
    const strategy = strategyThat((attempt, given) => {
      const { headers } = given as StrategyRequest;
      waiting.push(() => attempt.fail(new Error(headers['x-api-key']) as never));
    });
    const attempts = ['a', 'b', 'c'].map((key) =>
      passportVerify(strategy, { headers: { 'x-api-key': key } }),
    );
    for (const answer of waiting.reverse()) answer();
    expect(await Promise.all(attempts)).toEqual([rejected('a'), rejected('b'), rejected('c')]);
  });
});

describe('a promise, told to a strategy', () => {
  const told = (outcome: Parameters<typeof settle>[0]) =>
    new Promise<unknown[]>((resolve) => settle(outcome, (...said: unknown[]) => resolve(said)));

  it('keeps its three meanings apart', async () => {
    expect(await told(Promise.resolve(verified))).toEqual([null, verified]);
    expect(await told(Promise.resolve(rejected('no')))).toEqual([null, false, new Error('no')]);
    const outage = new Unavailable('database');
    expect(await told(Promise.reject(outage))).toEqual([outage]);
  });
});
