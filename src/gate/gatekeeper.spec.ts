import { inspect } from 'node:util';
import { headWith } from '../../test/harness/heads.js';
import { settled } from '../../test/harness/held-sink.js';
import {
  homeTenant,
  otherTenant,
  someUser,
  standingWith,
  tenantWith,
} from '../../test/harness/live-credentials.js';
import {
  denialOf,
  publicPage,
  reading,
  reason,
  secrets,
  signToken,
  startGate,
  valid,
  wrong,
} from '../../test/harness/real-gate.js';
import { newApiKey } from '../kernel/api-key-format.js';
import type { PublicDemand } from '../kernel/demand.js';
import { PermissionSet } from '../kernel/permission-set.js';

beforeAll(signToken);

const unrecordedPage: PublicDemand = { ...publicPage, unrecorded: 'a probe' };

describe('an admission', () => {
  it('is not given before its record is durable', async () => {
    const { gate, sink } = startGate();
    sink.hold();
    let admitted = false;
    const attempt = gate.admit(headWith(valid.apiKey()), reading, 'api').then(() => (admitted = true));
    await settled();
    expect([sink.attempts, admitted]).toEqual([1, false]);
    await sink.release();
    expect(admitted).toBe(true);
    await attempt;
  });

  it('says who, where and what they may do, and can’t be changed', async () => {
    const { gate } = startGate();
    const head = headWith({ ...valid.apiKey(), 'X-Correlation-ID': 'correlation-1', 'User-Agent': 'curl' });
    const admission = await gate.admit(head, reading, 'api');
    expect(admission).toEqual({
      requestId: 'request-1',
      correlationId: 'correlation-1',
      sourceAddress: '192.0.2.1',
      userAgent: 'curl',
      scheme: 'api-key',
      principal: { kind: 'api-key', userId: someUser, credentialId: 'key-1', environment: 'live' },
      scope: { tenantId: homeTenant, operator: false },
      permissions: PermissionSet.of(['scans.read']),
    });
    expect(Object.isFrozen(admission) && Object.isFrozen(admission.scope)).toBe(true);
  });

  it('is on record with everything but the query and the credential', async () => {
    const { gate, decisions } = startGate();
    const head = headWith(valid.master(), { method: 'POST', target: '/scans?token=abc' });
    await gate.admit(head, reading, 'proxy');
    expect(decisions()).toEqual([
      {
        kind: 'decision',
        request: {
          requestId: 'request-1',
          correlationId: 'made-up-correlation-id',
          sourceAddress: '192.0.2.1',
          userAgent: '',
        },
        actor: {
          tenantId: otherTenant,
          scheme: 'master-key',
          principal: { kind: 'break-glass', credentialId: expect.stringMatching(/^mk_/), reason },
        },
        door: 'proxy',
        method: 'POST',
        path: '/scans',
        decision: 'allow',
        status: null,
        code: null,
        reason,
      },
    ]);
  });

  it('is given for each of the four credentials, and their secrets are in no record', async () => {
    const { gate, sink } = startGate();
    for (const credential of Object.values(valid)) {
      await gate.admit(headWith(credential()), reading, 'api');
    }
    expect(sink.records).toHaveLength(4);
    const text = inspect(sink.records, { depth: Infinity }) + JSON.stringify(sink.records);
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
  });

  it('carries nobody else’s identity, however many are asked about at once', async () => {
    const { gate, live } = startGate();
    const keys = Array.from({ length: 200 }, (_, index) => ({
      text: newApiKey('cspm_').secret.reveal(),
      id: `key-${index}`,
    }));
    for (const { text, id } of keys) {
      live.addKey(text, {
        id,
        userId: `user of ${id}`,
        standing: standingWith({
          tenantId: `tenant of ${id}`,
          permissions: PermissionSet.of(['scans.read', id]),
        }),
      });
    }
    const admissions = await Promise.all(
      keys.map(({ text }) => gate.admit(headWith({ 'X-API-Key': text }), reading, 'api')),
    );
    for (const [index, { id }] of keys.entries()) {
      expect(admissions[index]).toMatchObject({
        principal: { credentialId: id, userId: `user of ${id}` },
        scope: { tenantId: `tenant of ${id}` },
      });
      expect(admissions[index]?.permissions.has(id)).toBe(true);
    }
    expect(new Set(admissions.map(({ requestId }) => requestId)).size).toBe(200);
  });

  it('is followed by the record of how it ended', async () => {
    const { gate, sink } = startGate();
    const head = headWith(valid.apiKey());
    const admission = await gate.admit(head, reading, 'api');
    gate.complete(admission, head, 'api', 204);
    await settled();
    expect(sink.records[1]).toMatchObject({
      kind: 'outcome',
      status: 204,
      path: '/scans',
      request: { requestId: admission.requestId },
      actor: { tenantId: homeTenant, scheme: 'api-key', principal: { credentialId: 'key-1' } },
    });
  });
});

describe('a public page', () => {
  it('asks nobody who they are, whatever they present, and is on record', async () => {
    const { gate, live, decisions } = startGate();
    const admission = await gate.admit(
      headWith({ ...wrong.session(), 'X-Tenant-ID': 'nonsense' }),
      publicPage,
      'api',
    );
    expect(admission).toMatchObject({ principal: null, requestId: 'request-1' });
    expect(Object.isFrozen(admission)).toBe(true);
    expect(live.asked).toEqual([]);
    expect(decisions()).toMatchObject([
      { decision: 'allow', actor: { tenantId: null, scheme: null, principal: null } },
    ]);
  });

  it('that says why it need not be recorded isn’t, and works while the trail is gone', async () => {
    const { gate, sink } = startGate({ limits: { source: { requests: 0, windowMs: 60_000 } } });
    sink.down = true;
    expect(await gate.admit(headWith(), unrecordedPage, 'api')).toMatchObject({ principal: null });
    expect(sink.attempts).toBe(0);
  });

  it.each([
    ['recorded', publicPage],
    ['unrecorded', unrecordedPage],
  ])('does not serve a head that could be read in two ways: %s', async (_, demand) => {
    const { gate } = startGate();
    for (const head of [headWith({}, { target: '/a//b' }), headWith({ X_API_Key: 'x' })]) {
      expect(await denialOf(gate.admit(head, demand, 'api'))).toMatchObject({ status: 400 });
    }
  });
});

describe('break-glass', () => {
  it('acts in the tenant it names, and the record says so', async () => {
    const { gate, live, decisions } = startGate();
    const named = { ...tenantWith(), member: false };
    live.setOperator(standingWith({ tenantId: otherTenant, operator: true }, named));
    const admission = await gate.admit(
      headWith({ ...valid.master(), 'X-Tenant-ID': homeTenant.toUpperCase() }),
      reading,
      'api',
    );
    expect(admission.scope).toEqual({ tenantId: homeTenant, operator: false });
    expect(decisions()[0]).toMatchObject({ actor: { tenantId: homeTenant }, reason });
    expect(live.asked).toEqual([{ what: 'breakGlass', named: homeTenant }]);
  });
});
