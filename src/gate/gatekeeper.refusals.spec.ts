import { headWith } from '../../test/harness/heads.js';
import { settled } from '../../test/harness/held-sink.js';
import { homeTenant, otherTenant, standingWith, tenantWith } from '../../test/harness/live-credentials.js';
import {
  denialOf,
  reading,
  secrets,
  signToken,
  startGate,
  valid,
  wrong,
} from '../../test/harness/real-gate.js';
import type { ProtectedDemand } from '../kernel/demand.js';
import { Denial } from '../kernel/denial.js';
import { PermissionSet } from '../kernel/permission-set.js';

beforeAll(signToken);

describe('a refusal', () => {
  it('is not given before its record is durable', async () => {
    const { gate, sink } = startGate();
    sink.hold();
    let refused = false;
    const attempt = gate.admit(headWith(), reading, 'api').catch(() => (refused = true));
    await settled();
    expect([sink.attempts, refused]).toEqual([1, false]);
    await sink.release();
    expect(refused).toBe(true);
    await attempt;
  });

  it.each<[string, () => Record<string, string>, Partial<ProtectedDemand>, number, string]>([
    ['nothing', () => ({}), {}, 401, 'UNAUTHORIZED'],
    ['a wrong master key', wrong.master, {}, 401, 'UNAUTHORIZED'],
    ['a wrong JWT', wrong.session, {}, 401, 'UNAUTHORIZED'],
    ['an unknown API key', wrong.apiKey, {}, 401, 'UNAUTHORIZED'],
    ['a wrong global key', wrong.globalKey, {}, 401, 'UNAUTHORIZED'],
    [
      'a wrong master key beside a valid JWT',
      () => ({ ...wrong.master(), ...valid.session() }),
      {},
      401,
      'UNAUTHORIZED',
    ],
    [
      'a wrong JWT beside a valid API key',
      () => ({ ...wrong.session(), ...valid.apiKey() }),
      {},
      401,
      'UNAUTHORIZED',
    ],
    [
      'a wrong JWT beside a valid global key',
      () => ({ ...wrong.session(), ...valid.globalKey() }),
      {},
      401,
      'UNAUTHORIZED',
    ],
    [
      'an unknown API key as bearer beside a valid global key',
      () => ({ Authorization: `Bearer ${secrets.unknownKey}`, ...valid.globalKey() }),
      {},
      401,
      'UNAUTHORIZED',
    ],
    [
      'a scheme nobody knows beside a valid API key',
      () => ({ Authorization: 'Basic eDp5', ...valid.apiKey() }),
      {},
      401,
      'UNAUTHORIZED',
    ],
    [
      'a master key without a reason',
      () => ({ 'X-Master-Key': secrets.masterKey }),
      {},
      400,
      'BREAK_GLASS_REASON_REQUIRED',
    ],
    [
      'two API keys',
      () => ({ ...valid.apiKey(), Authorization: `Bearer ${secrets.apiKey}` }),
      {},
      400,
      'AMBIGUOUS_CREDENTIAL',
    ],
    ['a header in another spelling', () => ({ X_API_Key: secrets.apiKey }), {}, 400, 'AMBIGUOUS_HEADER'],
    [
      'a tenant that is no id',
      () => ({ ...valid.apiKey(), 'X-Tenant-ID': 'acme' }),
      {},
      400,
      'INVALID_TENANT',
    ],
    [
      'another tenant',
      () => ({ ...valid.apiKey(), 'X-Tenant-ID': otherTenant }),
      {},
      403,
      'TENANT_FORBIDDEN',
    ],
    ['a key without the permission', valid.apiKey, { permission: 'scans.write' }, 403, 'FORBIDDEN'],
    ['a tenant without the feature', valid.apiKey, { feature: 'other' }, 403, 'FEATURE_NOT_LICENSED'],
    ['a session without a second factor', valid.session, { mfaMinutes: 5 }, 403, 'MFA_REQUIRED'],
  ])('of %s is on record before it is given, with its code', async (_, credential, demand, status, code) => {
    const { gate, decisions } = startGate();
    const denial = await denialOf(gate.admit(headWith(credential()), { ...reading, ...demand }, 'api'));
    expect(denial).toMatchObject({ status, code });
    expect(decisions()).toEqual([
      expect.objectContaining({ decision: 'deny', status, code, reason: denial.reason }),
    ]);
  });

  it('of an act on one’s own account is given to whoever is visiting another tenant', async () => {
    const { gate, live, decisions } = startGate();
    const may = { permissions: PermissionSet.of(['admin.users', 'admin.settings']) };
    const there = { ...tenantWith({ tenantId: otherTenant, ...may }), member: true };
    live.addKey(secrets.apiKey, { standing: standingWith(may, there) });
    const head = headWith({ ...valid.apiKey(), 'X-Tenant-ID': otherTenant });
    const own = { kind: 'protected', ownAccount: true } as const;
    expect(await gate.admit(head, { kind: 'protected' }, 'api')).toMatchObject({
      scope: { tenantId: otherTenant },
    });
    expect(await denialOf(gate.admit(head, own, 'api'))).toMatchObject({
      status: 403,
      code: 'HOME_TENANT_ONLY',
    });
    expect(decisions()[1]).toMatchObject({ actor: { tenantId: otherTenant }, code: 'HOME_TENANT_ONLY' });
    expect(await gate.admit(headWith(valid.apiKey()), own, 'api')).toMatchObject({
      scope: { tenantId: homeTenant },
    });
  });

  it('of a suspended tenant’s identity is a 401, not a word about the tenant', async () => {
    const { gate, live, decisions } = startGate();
    live.addKey(secrets.apiKey, {
      id: 'key-1',
      standing: standingWith({ active: false, permissions: PermissionSet.of(['scans.read']) }),
    });
    const denial = await denialOf(gate.admit(headWith(valid.apiKey()), reading, 'api'));
    expect(denial).toMatchObject({ status: 401, detail: 'The credential presented is not valid.' });
    expect(decisions()[0]).toMatchObject({
      actor: { tenantId: homeTenant },
      reason: expect.stringContaining('suspended'),
    });
  });

  it('is recorded about whom it is known to be about', async () => {
    const { gate, decisions } = startGate();
    const attempts: readonly Record<string, string>[] = [
      {},
      wrong.apiKey(),
      { ...valid.apiKey(), 'X-Tenant-ID': otherTenant },
    ];
    for (const credential of attempts) await denialOf(gate.admit(headWith(credential), reading, 'api'));
    expect(decisions().map(({ actor }) => actor)).toMatchObject([
      { scheme: null, principal: null, tenantId: null },
      { scheme: 'api-key', principal: null, tenantId: null },
      { scheme: 'api-key', principal: { credentialId: 'key-1' }, tenantId: homeTenant },
    ]);
  });

  it('looks nothing up for a head that could be read in two ways, or a tenant that can’t be one', async () => {
    const { gate, live } = startGate();
    await denialOf(gate.admit(headWith(valid.apiKey(), { target: '//' }), reading, 'api'));
    await denialOf(gate.admit(headWith({ ...valid.apiKey(), 'X-Tenant-ID': '1' }), reading, 'api'));
    expect(live.asked).toEqual([]);
  });

  it('never compares an unknown per-user key with the global key', async () => {
    const { gate, live } = startGate();
    await denialOf(gate.admit(headWith(wrong.apiKey()), reading, 'api'));
    expect(live.asked.map(({ what }) => what)).toEqual(['key']);
  });

  it('that was not the gate’s own to find is written down as well, and a faulty head comes first', async () => {
    const { gate, decisions } = startGate();
    const noRoute = Denial.noRoute('no route answers to it');
    expect(await denialOf(gate.refuse(headWith(), noRoute, 'proxy'))).toBe(noRoute);
    expect(await denialOf(gate.refuse(headWith({}, { target: '//' }), noRoute, 'proxy'))).toMatchObject({
      status: 400,
    });
    expect(decisions().map(({ status, door }) => [status, door])).toEqual([
      [404, 'proxy'],
      [400, 'proxy'],
    ]);
  });
});
