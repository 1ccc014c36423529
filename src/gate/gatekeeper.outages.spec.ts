import type { ThrottlerStorage } from '@nestjs/throttler';
import { headWith } from '../../test/harness/heads.js';
import {
  denialOf,
  publicPage,
  reading,
  secrets,
  signToken,
  startGate,
  noLimits,
  valid,
  wrong,
} from '../../test/harness/real-gate.js';
import type { ProtectedDemand, PublicDemand } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';
import { problemResponse } from '../kernel/problem-document.js';
import { RateLimiter } from './rate-limiter.js';

beforeAll(signToken);

describe('with the trail gone', () => {
  it.each<[string, () => Record<string, string>, ProtectedDemand | PublicDemand]>([
    ['an admission', valid.apiKey, reading],
    ['a missing credential', () => ({}), reading],
    ['a wrong credential', wrong.session, reading],
    ['a missing permission', valid.apiKey, { kind: 'protected', permission: 'other' }],
    ['a public page', () => ({}), publicPage],
  ])('%s becomes 503: no audit, no effect', async (_, credential, demand) => {
    const { gate, sink } = startGate();
    sink.down = true;
    const denial = await denialOf(gate.admit(headWith(credential()), demand, 'api'));
    expect(denial).toMatchObject({ status: 503, code: 'UNAVAILABLE', headers: { 'retry-after': '2' } });
    expect(sink.records).toEqual([]);
  });

  it('so does a path that no route answers to', async () => {
    const { gate, sink } = startGate();
    sink.down = true;
    expect(await denialOf(gate.refuse(headWith(), Denial.noRoute('none'), 'proxy'))).toMatchObject({
      status: 503,
    });
  });

  it('everything goes on by itself once it is back', async () => {
    const { gate, sink } = startGate();
    sink.down = true;
    await denialOf(gate.admit(headWith(valid.apiKey()), reading, 'api'));
    sink.down = false;
    expect(await gate.admit(headWith(valid.apiKey()), reading, 'api')).toMatchObject({ scheme: 'api-key' });
  });
});

describe('with the database gone', () => {
  it.each<[string, () => Record<string, string>]>([
    ['a master key', valid.master],
    ['a session', valid.session],
    ['an API key', valid.apiKey],
    ['an unknown API key', wrong.apiKey],
    ['a global key', valid.globalKey],
    ['a session and an API key', () => ({ ...valid.session(), ...valid.apiKey() })],
    ['a master key and a session', () => ({ ...valid.master(), ...valid.session() })],
    [
      'an API key as bearer and a global key',
      () => ({ Authorization: `Bearer ${secrets.apiKey}`, ...valid.globalKey() }),
    ],
  ])(
    '%s gets 503 with Retry-After: never a yes, a no, or a try at the next credential',
    async (_, credential) => {
      const { gate, live, sink } = startGate();
      live.down = true;
      const denial = await denialOf(gate.admit(headWith(credential()), reading, 'api'));
      expect(denial).toMatchObject({ status: 503, code: 'UNAVAILABLE', headers: { 'retry-after': '2' } });
      expect(live.asked).toHaveLength(1);
      expect(sink.records).toEqual([]);
    },
  );

  it('the answer is the same whether or not the credential exists', async () => {
    const { gate, live } = startGate();
    live.down = true;
    const answers = [valid.apiKey(), wrong.apiKey()].map((credential) =>
      denialOf(gate.admit(headWith(credential), reading, 'api')),
    );
    const [known, unknown] = (await Promise.all(answers)) as [Denial, Denial];
    expect(asWritten(known)).toEqual(asWritten(unknown));
  });

  it('what can be told without it still is', async () => {
    const { gate, live } = startGate();
    live.down = true;
    expect(await denialOf(gate.admit(headWith(), reading, 'api'))).toMatchObject({ status: 401 });
    expect(await denialOf(gate.admit(headWith(wrong.master()), reading, 'api'))).toMatchObject({
      status: 401,
    });
  });
});

const asWritten = (denial: Denial) => problemResponse(denial, 'correlation-1', 'https://gate.example');

describe('a decision that takes too long', () => {
  it('is 503, when the store does not answer', async () => {
    const { gate, live } = startGate({ deadlineMs: 5 });
    live.key = () => new Promise(() => undefined);
    expect(await denialOf(gate.admit(headWith(valid.apiKey()), reading, 'api'))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
    });
  });

  it('is 503, when the trail does not answer, and stays so when it answers later', async () => {
    const { gate, sink } = startGate({ deadlineMs: 5 });
    sink.hold();
    const denial = await denialOf(gate.admit(headWith(valid.apiKey()), reading, 'api'));
    expect(denial).toMatchObject({ status: 503 });
    expect(await denialOf(gate.refuse(headWith(), Denial.noRoute('none'), 'proxy'))).toMatchObject({
      status: 503,
    });
    await sink.release();
  });
});

describe('an error of our own inside a check', () => {
  it('is 503, and its words stay private', async () => {
    const broken: ThrottlerStorage = {
      increment: () => {
        throw new TypeError('the private words');
      },
    };
    const { gate } = startGate({
      limiter: new RateLimiter(broken, noLimits),
    });
    for (const attempt of [
      gate.admit(headWith(valid.apiKey()), reading, 'api'),
      gate.refuse(headWith(), Denial.noRoute('none'), 'proxy'),
    ]) {
      const denial = await denialOf(attempt);
      expect(denial).toMatchObject({ status: 503, reason: 'the private words' });
      expect(denial.detail).not.toContain('private');
    }
  });
});
