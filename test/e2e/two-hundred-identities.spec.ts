import { decodeJwt } from 'jose';
import { questionBy } from '../harness/doors.js';
import { gather } from '../harness/gather.js';
import { startTestGatehouse, trustingYaml, type TestGatehouse } from '../harness/gatehouse.js';
import { bearer } from '../harness/guests.js';
import { makeKey, makePerson, makeTenant } from '../harness/people.js';
import { query } from '../harness/query.js';

/** Somebody, and everything that an answer to them, or a record of them, must say. */
interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  readonly user: string;
  readonly tenant: string;
  readonly credential: string;
  readonly scheme: 'session' | 'api-key';
  readonly permissions: string;
}

const scopeSets = [
  ['scans.read'],
  ['scans.read', 'deploy'],
  ['keys.own', 'scans.read'],
  ['scans.read', 'scans.write'],
];
const memberMay = 'databases:read deploy keys.own scans.read scans.write';

let gatehouse: TestGatehouse;
let identities: Identity[];

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml: trustingYaml });
  const tenants = await gather([1, 2, 3, 4, 5], () => makeTenant(gatehouse), 2);
  const places = tenants.flatMap((tenant) => Array.from({ length: 8 }, () => tenant));
  const perPerson = await gather(places, ({ id, owner }) => identitiesOfOne(id, owner.token), 8);
  identities = perPerson.flat();
});
afterAll(() => gatehouse.stop());

describe('two hundred identities at once', () => {
  const rounds = ['first', 'second', 'third'];

  it('get each their own answer, at every door, and each their own record', async () => {
    expect(new Set(identities.map(({ credential }) => credential)).size).toBe(200);
    const asked: { id: string; door: string; identity: Identity }[] = [];
    for (const round of rounds) {
      const requests = shuffled(identities).flatMap((identity, index) =>
        Object.keys(doors).map((door) => ({ id: `${round}-${index}-${door}`, door, identity })),
      );
      asked.push(...requests);
      // All six hundred are under way before the first is answered.
      const answers = await Promise.all(
        requests.map(async ({ id, door, identity }) => {
          const said = await doors[door as Door]({ ...identity.headers, 'x-correlation-id': id });
          return { id, ...said };
        }),
      );
      const wanted = requests.map(({ id, identity: { user, tenant, permissions } }) => {
        return { id, status: 200, correlation: id, echoed: tenant, user, tenant, permissions };
      });
      expect(answers).toEqual(wanted);
    }
    const records = (await query(
      gatehouse.databaseUrl,
      `SELECT json_object_agg(correlation_id, concat_ws(' ', n, tenants, users, credentials, schemes)) AS answer FROM (
         SELECT correlation_id, count(*) AS n, string_agg(tenant_id::text, ',') AS tenants,
           string_agg(user_id::text, ',') AS users, string_agg(credential_id, ',') AS credentials,
           string_agg(scheme, ',') AS schemes
         FROM gatehouse.audit_events WHERE kind = 'decision' AND correlation_id LIKE '%-%-%' GROUP BY correlation_id
       ) r WHERE correlation_id ~ '^(${rounds.join('|')})-'`,
    )) as Record<string, string>;
    expect(records).toEqual(
      Object.fromEntries(
        asked.map(({ id, identity: { tenant, user, credential, scheme } }) => {
          return [id, `1 ${tenant} ${user} ${credential} ${scheme}`];
        }),
      ),
    );
  });
});

type Door = keyof typeof doors;
type Headers = Readonly<Record<string, string>>;

/** Who each door says the caller is. */
const doors = {
  async own(headers: Headers) {
    const { status, body, headers: answered } = await gatehouse.http.get('/auth/me', { headers });
    const { id: user, tenant_id: tenant, permissions } = body;
    return { status, ...common(answered), user, tenant, permissions: permissions.join(' ') };
  },
  async proxied(headers: Headers) {
    const { status, body, headers: answered } = await gatehouse.http.get('/scans/1', { headers });
    const { user, tenant, permissions } = body.seen;
    return { status, ...common(answered), user, tenant, permissions };
  },
  async asked(headers: Headers) {
    const question = questionBy('caddy', 'GET', '/scans/1');
    const answer = await gatehouse.http.get(question.path, { headers: { ...headers, ...question.headers } });
    const of = (name: string) => answer.headers[`x-gatehouse-${name}`];
    const { status, headers: answered } = answer;
    return {
      status,
      ...common(answered),
      user: of('user'),
      tenant: of('tenant'),
      permissions: of('permissions'),
    };
  },
};

function common(headers: Readonly<Record<string, unknown>>) {
  return { correlation: headers['x-correlation-id'], echoed: headers['x-tenant-id'] };
}

/** A person's session and their four keys. */
async function identitiesOfOne(tenant: string, ownerToken: string): Promise<Identity[]> {
  const { id: user, token } = await makePerson(gatehouse.http, ownerToken);
  const credential = String(decodeJwt(token).sid);
  const session = {
    headers: bearer(token),
    user,
    tenant,
    credential,
    scheme: 'session',
    permissions: memberMay,
  } as const;
  const keys = scopeSets.map(async (scopes) => {
    const { id, key } = await makeKey(gatehouse.http, token, scopes);
    const permissions = [...scopes].sort().join(' ');
    return {
      headers: { 'x-api-key': key },
      user,
      tenant,
      credential: id,
      scheme: 'api-key',
      permissions,
    } as const;
  });
  return [session, ...(await Promise.all(keys))];
}

/** In another order each time, and in the same one on every run. */
function shuffled<T>(items: readonly T[]): T[] {
  seed = (seed * 48_271) % 2_147_483_647;
  const start = seed;
  return items
    .map((item, index) => ({ item, place: (start * (index + 1)) % 104_729 }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}
let seed = 20_011;
