import { headWith } from '../../test/harness/heads.js';
import { denialOf, publicPage, reading, signToken, startGate, valid } from '../../test/harness/real-gate.js';
import type { PublicDemand } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';

beforeAll(signToken);

describe('too many requests', () => {
  const two = { requests: 2, windowMs: 60_000 };

  it('of one source are refused before anybody is asked who they are, and only the first refusal is recorded', async () => {
    const { gate, live, decisions } = startGate({ limits: { source: two } });
    const request = () => gate.admit(headWith(valid.apiKey()), reading, 'api');
    await request();
    await request();
    const asked = live.asked.length;
    for (let times = 0; times < 3; times += 1) {
      expect(await denialOf(request())).toMatchObject({
        status: 429,
        code: 'RATE_LIMITED',
        headers: { 'retry-after': '60' },
      });
    }
    expect(live.asked).toHaveLength(asked);
    expect(decisions().map(({ status }) => status)).toEqual([null, null, 429]);
  });

  it('of one source do not bother another, and are forgotten when the window is over', async () => {
    const { gate, clock } = startGate({ limits: { source: { ...two, requests: 1 } } });
    const request = (sourceAddress: string) =>
      gate.admit(headWith(valid.apiKey(), { sourceAddress }), reading, 'api');
    await request('192.0.2.1');
    expect(await denialOf(request('192.0.2.1'))).toMatchObject({ status: 429 });
    await request('192.0.2.2');
    clock.now = 60_000;
    await request('192.0.2.1');
  });

  it('of one identity are refused wherever they come from, and those of another are not', async () => {
    const { gate, decisions } = startGate({ limits: { identity: two } });
    const from = (host: number, credential = valid.apiKey()) =>
      gate.admit(headWith(credential, { sourceAddress: `192.0.2.${host}` }), reading, 'api');
    await from(1);
    await from(2);
    expect(await denialOf(from(3))).toMatchObject({ status: 429 });
    expect(await denialOf(from(4))).toMatchObject({ status: 429 });
    await gate.admit(headWith(valid.session()), reading, 'api');
    const refused = decisions().filter(({ status }) => status === 429);
    expect(refused).toMatchObject([{ actor: { principal: { credentialId: 'key-1' } } }]);
  });

  it('that guess at a secret are refused sooner, at all such doors together, and others go on', async () => {
    const { gate } = startGate({ limits: { attempts: two } });
    const guess: PublicDemand = { ...publicPage, attempt: true };
    const at = (target: string, sourceAddress = '192.0.2.1') => headWith({}, { target, sourceAddress });
    await gate.admit(at('/auth/login'), guess, 'api');
    await gate.admit(at('/api/v1/auth/login'), guess, 'api');
    expect(await denialOf(gate.admit(at('/auth/refresh'), guess, 'api'))).toMatchObject({ status: 429 });
    await gate.admit(at('/auth/login', '192.0.2.2'), guess, 'api');
    await gate.admit(at('/status'), publicPage, 'api');
    await gate.admit(headWith(valid.apiKey()), reading, 'api');
  });

  it('for paths that no route answers to count as well', async () => {
    const { gate, decisions } = startGate({ limits: { source: { ...two, requests: 1 } } });
    const statuses: number[] = [];
    for (let times = 0; times < 3; times += 1) {
      statuses.push((await denialOf(gate.refuse(headWith(), Denial.noRoute('none'), 'proxy'))).status);
    }
    expect(statuses).toEqual([404, 429, 429]);
    expect(decisions()).toHaveLength(2);
  });
});
