import { startTestGatehouse, trustingYaml, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
import { makeKey, makePerson, makeTenant, ok, type Person, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

/** This machine is a trusted proxy of one, and a stranger to the other. */
let trusting: TestGatehouse;
let tenant: Tenant;
let member: Person;

beforeAll(async () => {
  trusting = await startTestGatehouse({ yaml: trustingYaml });
  tenant = await makeTenant(trusting);
  member = await makePerson(trusting.http, tenant.owner.token);
});
afterAll(() => trusting.stop());

const scopes = ['scans.read'];
const from = (key: string, address?: string): Promise<Answer> =>
  trusting.http.get('/scans/1', {
    key,
    headers: address === undefined ? {} : { 'x-forwarded-for': address },
  });
const make = (body: object, by: object = { token: member.token }) =>
  trusting.http.post('/auth/api-keys', { ...by, body: { name: 'Somewhere', scopes, ...body } });
const limited = async (...ranges: string[]) =>
  (await makeKey(trusting.http, member.token, scopes, { source_ranges: ranges })).key;

describe('a key that may be used only from certain addresses', () => {
  it('is taken from there and from nowhere else, in both families of addresses', async () => {
    const key = await limited('192.0.2.0/24', '2001:db8::/32');
    for (const address of [
      '192.0.2.1',
      '192.0.2.255',
      '::ffff:192.0.2.1',
      '2001:db8:1::1',
      '203.0.113.1, 192.0.2.9',
    ])
      expect({ address, status: (await from(key, address)).status }).toEqual({ address, status: 200 });
    for (const address of [
      '192.0.3.1',
      '::ffff:192.0.3.1',
      '2001:db9::1',
      '192.0.2.9, 203.0.113.1',
      'garbage',
      undefined,
    ])
      expect({ address, status: (await from(key, address)).status }).toEqual({ address, status: 401 });
  });

  it('is refused elsewhere with the answer that an unknown key gets, and the trail says why', async () => {
    const key = await limited('192.0.2.0/24');
    const refused = await from(key, '203.0.113.7');
    const unknown = await from(`${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`, '203.0.113.7');
    const said = ({ status, headers, body: { correlation_id: _, ...body } }: Answer) => ({
      status,
      challenge: headers['www-authenticate'],
      body,
    });
    expect(said(refused)).toEqual(said(unknown));
    const reason = await query(
      trusting.databaseUrl,
      `SELECT reason AS answer FROM gatehouse.audit_events WHERE correlation_id = '${refused.body.correlation_id}'`,
    );
    expect(reason).toContain('may not be used from 203.0.113.7');
  });

  it('is held to it as soon as the database says so', async () => {
    const { id, key } = await makeKey(trusting.http, member.token, scopes);
    ok(await from(key, '203.0.113.7'), 200);
    const restrict = (ranges: string) =>
      query(
        trusting.databaseUrl,
        `UPDATE gatehouse.api_keys SET source_ranges = ${ranges} WHERE id = '${id}'`,
      );
    await restrict(`'{192.0.2.0/24}'`);
    expect((await from(key, '203.0.113.7')).status).toBe(401);
    ok(await from(key, '192.0.2.1'), 200);
    await restrict(`'{something else}'`);
    expect((await from(key, '192.0.2.1')).status).toBe(401);
    await restrict('NULL');
    ok(await from(key, '203.0.113.7'), 200);
  });

  it('is held to it at the door where proxies ask, too', async () => {
    const key = await limited('192.0.2.0/24');
    const ask = (address: string) =>
      trusting.http.get('/forward-auth/nginx', {
        key,
        headers: { 'x-forwarded-for': address, 'x-original-method': 'GET', 'x-original-uri': '/scans/1' },
      });
    expect([(await ask('192.0.2.1')).status, (await ask('203.0.113.1')).status]).toEqual([200, 401]);
  });

  it('shows the ranges, in one spelling', async () => {
    const made = ok(await make({ source_ranges: ['192.0.2.7', '2001:DB8::/32', '192.0.2.7/32'] }), 201).body;
    expect(made.source_ranges).toEqual(['192.0.2.7/32', '2001:db8::/32']);
    const shown = ok(await trusting.http.get(`/auth/api-keys/${made.id}`, { token: member.token }), 200).body;
    expect(shown.source_ranges).toEqual(made.source_ranges);
  });

  it.each([
    ['everybody', ['0.0.0.0/0'], 'source_ranges.0'],
    ['everybody in IPv6', ['192.0.2.0/24', '::/0'], 'source_ranges.1'],
    ['IPv4 dressed as IPv6', ['::ffff:0:0/96'], 'source_ranges.0'],
    ['none', [], 'source_ranges'],
    ['too many', Array.from({ length: 21 }, (_, part) => `10.0.${part}.0/24`), 'source_ranges'],
  ])('is not made for %s', async (_what, ranges, field) => {
    expect(await make({ source_ranges: ranges })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', errors: [{ field }] },
    });
  });

  it('makes no key for its user that may be used elsewhere', async () => {
    const all = ['scans.read', 'keys.own'];
    const { key } = await makeKey(trusting.http, member.token, all, { source_ranges: ['192.0.2.0/24'] });
    const by = { key, headers: { 'x-forwarded-for': '192.0.2.1' } };
    expect(ok(await make({}, by), 201).body.source_ranges).toEqual(['192.0.2.0/24']);
    expect(ok(await make({ source_ranges: ['192.0.2.128/25'] }, by), 201).body.source_ranges).toEqual([
      '192.0.2.128/25',
    ]);
    for (const ranges of [['203.0.113.0/24'], ['192.0.2.0/23'], ['192.0.2.0/24', '2001:db8::/32']]) {
      expect(await make({ source_ranges: ranges }, by)).toMatchObject({
        status: 403,
        body: { code: 'RANGE_BEYOND_OWN' },
      });
    }
    // Nor does it get hold of one that may, by rotating it.
    const free = await makeKey(trusting.http, member.token, scopes);
    expect(await trusting.http.post(`/auth/api-keys/${free.id}/rotate`, by)).toMatchObject({
      status: 403,
      body: { code: 'RANGE_BEYOND_OWN' },
    });
  });
});

describe('an address that a client claims', () => {
  it('counts for nothing when no trusted proxy says it', async () => {
    const stranger = await startTestGatehouse();
    try {
      const { owner } = await makeTenant(stranger);
      const { key } = await makeKey(stranger.http, owner.token, scopes, { source_ranges: ['192.0.2.0/24'] });
      for (const name of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'true-client-ip', 'x-client-ip']) {
        const value = name === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1';
        const answer = await stranger.http.get('/scans/1', { key, headers: { [name]: value } });
        expect({ name, status: answer.status }).toEqual({ name, status: 401 });
      }
      const local = await makeKey(stranger.http, owner.token, scopes, { source_ranges: ['127.0.0.1'] });
      ok(
        await stranger.http.get('/scans/1', { key: local.key, headers: { 'x-forwarded-for': '192.0.2.1' } }),
        200,
      );
    } finally {
      await stranger.stop();
    }
  });
});
