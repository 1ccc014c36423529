import { newApiKey } from '../../src/kernel/api-key-format.js';
import { Secret } from '../../src/kernel/secret.js';
import { gather } from '../harness/gather.js';
import {
  globalKey,
  masterKey,
  startTestGatehouse,
  trustingYaml,
  type TestGatehouse,
} from '../harness/gatehouse.js';
import { bearer } from '../harness/guests.js';
import { makeKey, makePerson, makeTenant, type Person } from '../harness/people.js';
import { everyCredentialEnv } from '../harness/presented.js';

type Headers = Readonly<Record<string, string>>;
/** What one header holds, and who that is; `nobody` where it is no valid credential. */
interface Presented {
  readonly name: string;
  readonly kind: 'absent' | 'master' | 'session' | 'key' | 'global';
  readonly headers: Headers;
  readonly is: { readonly scheme: string; readonly user: string } | 'nobody';
}

let gatehouse: TestGatehouse;
/** The three headers in which a credential can stand, in the order in which they count. */
let inMasterKey: Presented[];
let inAuthorization: Presented[];
let inApiKey: Presented[];
let reader: Person;
let writer: Person;
let session: Headers;
let key: Headers;

const absent: Presented = { name: 'nothing', kind: 'absent', headers: {}, is: 'nobody' };

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml: trustingYaml, env: everyCredentialEnv });
  const { http } = gatehouse;
  const tenant = await makeTenant(gatehouse);
  reader = await makePerson(http, tenant.owner.token, { role: 'viewer' });
  writer = await makePerson(http, tenant.owner.token, { role: 'member' });
  const bearing = await makePerson(http, tenant.owner.token, { role: 'member' });
  const writersKey = await makeKey(http, writer.token, ['scans.read', 'scans.write']);
  const bearersKey = await makeKey(http, bearing.token, ['scans.read']);
  const unknown = () => newApiKey('cspm_').secret.reveal();
  session = bearer(reader.token);
  key = { 'x-api-key': writersKey.key };
  inMasterKey = [
    absent,
    {
      name: 'the master key',
      kind: 'master',
      headers: master(masterKey),
      is: { scheme: 'master-key', user: '' },
    },
    { name: 'a wrong master key', kind: 'master', headers: master(`${masterKey}x`), is: 'nobody' },
  ];
  inAuthorization = [
    absent,
    { name: 'a session', kind: 'session', headers: session, is: { scheme: 'session', user: reader.id } },
    { name: 'a forged session', kind: 'session', headers: bearer(forged(reader.token)), is: 'nobody' },
    { name: 'garbage', kind: 'session', headers: { authorization: 'Digest garbage' }, is: 'nobody' },
    {
      name: 'a key as bearer',
      kind: 'key',
      headers: bearer(bearersKey.key),
      is: { scheme: 'api-key', user: bearing.id },
    },
    { name: 'an unknown key as bearer', kind: 'key', headers: bearer(unknown()), is: 'nobody' },
  ];
  inApiKey = [
    absent,
    { name: 'a key', kind: 'key', headers: key, is: { scheme: 'api-key', user: writer.id } },
    { name: 'an unknown key', kind: 'key', headers: { 'x-api-key': unknown() }, is: 'nobody' },
    {
      name: 'the global key',
      kind: 'global',
      headers: { 'x-api-key': globalKey },
      is: { scheme: 'global-key', user: '' },
    },
    { name: 'a wrong global key', kind: 'global', headers: { 'x-api-key': `${globalKey}x` }, is: 'nobody' },
  ];
});
afterAll(() => gatehouse.stop());

describe('of several credentials', () => {
  it('the first that is present decides, whatever stands behind it: every combination, at every door', async () => {
    const combinations = inMasterKey.flatMap((first) =>
      inAuthorization.flatMap((second) => inApiKey.map((third) => [first, second, third])),
    );
    expect(combinations).toHaveLength(90);
    const found = await gather(combinations, async (presented) => {
      const headers = Object.assign({}, ...presented.map((one) => one.headers)) as Headers;
      const name = presented.map((one) => one.name).join(', ');
      return { want: { name, ...decided(presented) }, got: { name, ...(await whoIs(headers)) } };
    });
    expect(found.map(({ got }) => got)).toEqual(found.map(({ want }) => want));
  });

  it('the lower is never united with the higher: what only the key may do, a session beside it may not', async () => {
    const body = { target: 'both.example' };
    const post = (headers: Headers) => gatehouse.http.post('/scans', { headers, body });
    expect((await post(key)).status).toBe(201);
    expect(await post({ ...session, ...key })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect((await post({ ...master(masterKey), ...key })).status).toBe(403);
    const named = await gatehouse.http.get('/auth/me', { headers: { ...session, ...key } });
    expect(named.body).toMatchObject({
      id: reader.id,
      permissions: expect.not.arrayContaining(['scans.write']),
    });
  });

  it('the one that decided is the one in the trail', async () => {
    const id = 'which-one-was-it';
    await gatehouse.http.get('/scans/1', {
      headers: { ...master('wrong'), ...session, ...key, 'x-correlation-id': id },
    });
    const trail = await gatehouse.http.get(`/admin/audit?correlation_id=${id}`, {
      token: gatehouse.adminToken,
    });
    expect(trail.body.data).toMatchObject([
      { scheme: 'master-key', decision: 'deny', reason: 'wrong master key', user_id: null },
    ]);
  });
});

describe('a key with a reserved prefix', () => {
  it('is never compared with the global key, even if that were the same', async () => {
    const same = newApiKey('cspm_').secret;
    const twin = await startTestGatehouse({
      databaseUrl: gatehouse.databaseUrl,
      env: everyCredentialEnv,
      // No configuration says so: it is refused at the start, as the next test shows.
      alter: (config) => ({ ...config, legacyKey: config.legacyKey && { ...config.legacyKey, key: same } }),
    });
    try {
      const places: Headers[] = [{ 'x-api-key': same.reveal() }, bearer(same.reveal())];
      for (const [index, headers] of places.entries()) {
        const id = `never-compared-${index}`;
        const answer = await twin.http.get('/scans/1', { headers: { ...headers, 'x-correlation-id': id } });
        expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHORIZED' } });
        const trail = await twin.http.get(`/admin/audit?correlation_id=${id}`, { token: twin.adminToken });
        expect(trail.body.data).toMatchObject([{ scheme: 'api-key', reason: 'unknown key' }]);
      }
    } finally {
      await twin.stop();
    }
  });

  it.each(['cspm_', 'ch_live_', 'at_live_'])('can’t be configured as the global key: %s', async (prefix) => {
    const looksOwn = new Secret(`${prefix}Kd83mWq0Zr7vTn5Xy2Lb9Pc4Gh6`);
    const env = { ...everyCredentialEnv, LEGACY_API_KEY: looksOwn.reveal() };
    const start = startTestGatehouse({ databaseUrl: gatehouse.databaseUrl, env });
    await expect(start).rejects.toThrow(/^(?=[^]*LEGACY_API_KEY)(?![^]*Kd83mWq0Zr7)/);
  });
});

describe('break-glass that is disabled', () => {
  it('answers the right key, byte for byte, as a wrong key is answered where it is enabled', async () => {
    const disabled = await startTestGatehouse({
      databaseUrl: gatehouse.databaseUrl,
      env: { ...everyCredentialEnv, BREAK_GLASS_ENABLED: 'false' },
    });
    try {
      for (const reason of ['the night of the outage', 'short', undefined]) {
        const headers = {
          'x-correlation-id': 'armed-or-not',
          ...(reason && { 'x-break-glass-reason': reason }),
        };
        const right = await disabled.http.get('/admin/audit', {
          headers: { ...headers, 'x-master-key': masterKey },
        });
        const wrong = await gatehouse.http.get('/admin/audit', {
          headers: { ...headers, 'x-master-key': `${masterKey}x` },
        });
        expect(right.status).toBe(401);
        expect(withoutDate(right)).toEqual(withoutDate(wrong));
      }
    } finally {
      await disabled.stop();
    }
  });
});

/** The rule, told once more, in the test's own words. */
function decided(presented: readonly Presented[]) {
  const [first, second] = presented.filter(({ kind }) => kind !== 'absent');
  if (first === undefined) return { status: 401, challenge: 'Bearer realm="gatehouse"' };
  // Two keys of users' are one kind of credential twice.
  if (first.kind === 'key' && second?.kind === 'key') return { status: 400, code: 'AMBIGUOUS_CREDENTIAL' };
  if (first.is !== 'nobody') return { status: 200, ...first.is };
  return { status: 401, challenge: 'Bearer realm="gatehouse", error="invalid_token"' };
}

/** Who the gate says somebody is: to an upstream, and to a proxy that asks. Both always say the same. */
async function whoIs(headers: Headers) {
  const { http } = gatehouse;
  const proxied = await http.get('/scans/1', { headers });
  const question = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/scans/1' };
  const asked = await http.get('/forward-auth/caddy', { headers: { ...headers, ...question } });
  expect(asked.status).toBe(proxied.status);
  const { status, body } = proxied;
  if (status === 200) {
    const { scheme, user } = body.seen;
    expect(asked.headers).toMatchObject({ 'x-gatehouse-scheme': scheme, 'x-gatehouse-user': user });
    return { status, scheme, user };
  }
  return status === 401
    ? { status, challenge: proxied.headers['www-authenticate'] }
    : { status, code: body.code };
}

function master(value: string): Headers {
  return { 'x-master-key': value, 'x-break-glass-reason': 'the night of the outage' };
}

function forged(token: string): string {
  return `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(86)}`;
}

function withoutDate({ status, headers, text }: { status: number; headers: object; text: string }) {
  return { status, text, headers: { ...headers, date: undefined } };
}
