import { questionBy } from '../harness/doors.js';
import { eventually } from '../harness/eventually.js';
import { startTestGatehouse, trustingYaml, type TestGatehouse } from '../harness/gatehouse.js';
import { bearer } from '../harness/guests.js';
import {
  makeKey,
  makePerson,
  makeRole,
  makeTenant,
  ok,
  type Person,
  type Tenant,
} from '../harness/people.js';

type Headers = Readonly<Record<string, string>>;
/** The status of every answer, by what was presented. */
interface Standing {
  readonly session: number;
  readonly key: number;
}

let replicas: [TestGatehouse, TestGatehouse];

beforeAll(async () => {
  const first = await startTestGatehouse({ yaml: trustingYaml });
  const second = await startTestGatehouse({ yaml: trustingYaml, databaseUrl: first.databaseUrl });
  replicas = [first, second];
});
afterAll(async () => {
  await replicas[1].stop();
  await replicas[0].stop();
});

/** A person in a tenant of their own, with a role of their own, a session and a key. */
interface Subject {
  readonly tenant: Tenant;
  readonly roleId: string;
  readonly person: Person;
  readonly keyId: string;
  readonly session: Headers;
  readonly key: Headers;
}

/** Something that is taken away, and given back if that can be done. */
interface Change {
  readonly what: string;
  readonly take: (subject: Subject) => Promise<unknown>;
  readonly taken: Standing;
  readonly giveBack?: (subject: Subject) => Promise<unknown>;
  readonly given?: Standing;
}

const all: Standing = { session: 200, key: 200 };
const permissions = ['scans.read', 'admin.audit', 'keys.own'];

const changes: readonly Change[] = [
  {
    what: 'a permission that the role loses',
    take: ({ tenant, roleId }) =>
      patch(`/admin/roles/${roleId}`, tenant.owner.token, { permissions: ['keys.own'] }),
    taken: { session: 403, key: 403 },
    giveBack: ({ tenant, roleId }) => patch(`/admin/roles/${roleId}`, tenant.owner.token, { permissions }),
    given: all,
  },
  {
    what: 'a role that is exchanged for a lesser one',
    take: ({ tenant, person }) => patch(`/admin/users/${person.id}`, tenant.owner.token, { role: 'Nothing' }),
    taken: { session: 403, key: 403 },
    giveBack: ({ tenant, person }) =>
      patch(`/admin/users/${person.id}`, tenant.owner.token, { role: 'Watch' }),
    given: all,
  },
  {
    what: 'a user who is disabled',
    take: ({ tenant, person }) =>
      patch(`/admin/users/${person.id}`, tenant.owner.token, { status: 'disabled' }),
    taken: { session: 401, key: 401 },
    giveBack: ({ tenant, person }) =>
      patch(`/admin/users/${person.id}`, tenant.owner.token, { status: 'active' }),
    // The sessions have ended with it: whoever took one over is not let in again.
    given: { session: 401, key: 200 },
  },
  {
    what: 'a tenant that is suspended',
    take: ({ tenant }) =>
      patch(`/admin/tenants/${tenant.id}`, replicas[0].adminToken, { status: 'suspended' }),
    taken: { session: 401, key: 401 },
    giveBack: ({ tenant }) =>
      patch(`/admin/tenants/${tenant.id}`, replicas[0].adminToken, { status: 'active' }),
    given: all,
  },
  {
    what: 'a key that its owner revokes',
    take: async ({ person, keyId }) =>
      ok(await replicas[0].http.delete(`/auth/api-keys/${keyId}`, { token: person.token }), 204),
    taken: { session: 200, key: 401 },
  },
  {
    what: 'a key that an admin revokes',
    take: async ({ tenant, person, keyId }) => {
      const path = `/admin/users/${person.id}/api-keys/${keyId}`;
      return ok(await replicas[0].http.delete(path, { token: tenant.owner.token }), 204);
    },
    taken: { session: 200, key: 401 },
  },
  {
    what: 'a session that is logged out',
    take: async ({ person }) => ok(await replicas[0].http.post('/auth/logout', { token: person.token }), 204),
    taken: { session: 401, key: 200 },
  },
];

describe.each(changes)('$what', ({ take, taken, giveBack, given }) => {
  it('counts from the next request on, at every door of every replica', async () => {
    const subject = await makeSubject();
    await expectStanding(subject, all);
    await take(subject);
    await expectStanding(subject, taken);
    if (giveBack === undefined) return;
    await giveBack(subject);
    await expectStanding(subject, given ?? all);
    await take(subject);
    await expectStanding(subject, taken);
  });

  it('counts at once also while requests never stop coming', async () => {
    const subject = await makeSubject();
    const asking = replicas.flatMap((replica) => [
      keepAsking(replica, subject, 'session'),
      keepAsking(replica, subject, 'key'),
    ]);
    try {
      await inEachPhase(asking, 'before', all);
      const takenAt = await timed(() => take(subject));
      await inEachPhase(asking, 'after it was taken', taken, takenAt.acknowledged);
      // Whatever came while it was being taken went one way or the other, and no third.
      for (const { asked, holds } of asking) {
        const between = asked.filter(
          ({ start, end }) => end >= takenAt.sent && start <= takenAt.acknowledged,
        );
        expect([200, taken[holds]]).toEqual(
          expect.arrayContaining([...new Set(between.map(({ status }) => status))]),
        );
      }
      if (giveBack === undefined) return;
      const givenAt = await timed(() => giveBack(subject));
      await inEachPhase(asking, 'after it was given back', given ?? all, givenAt.acknowledged);
    } finally {
      await Promise.all(asking.map(({ stop }) => stop()));
    }
  });
});

/** Asks many times at once, at every door of both replicas, right away. */
async function expectStanding(subject: Subject, expected: Standing): Promise<void> {
  const asked = replicas.flatMap((replica, index) =>
    (['session', 'key'] as const).flatMap((holds) =>
      doors.flatMap((door) =>
        [1, 2].map(async () => {
          const headers = { ...door.headers, ...subject[holds] };
          const { status } = await replica.http.get(door.path, { headers });
          return { replica: index, door: door.path, holds, status };
        }),
      ),
    ),
  );
  const answers = await Promise.all(asked);
  expect(answers).toEqual(answers.map((answer) => ({ ...answer, status: expected[answer.holds] })));
}

const doors = [
  { path: '/admin/audit?limit=1', headers: {} },
  { path: '/scans/1', headers: {} },
  questionBy('caddy', 'GET', '/scans/1'),
];

interface Asking {
  readonly holds: keyof Standing;
  readonly asked: { readonly start: number; readonly end: number; readonly status: number }[];
  stop(): Promise<unknown>;
}

/** Asks again and again, several requests always being under way. */
function keepAsking(replica: TestGatehouse, subject: Subject, holds: keyof Standing): Asking {
  const asked: Asking['asked'] = [];
  let going = true;
  const ask = async () => {
    while (going) {
      const start = performance.now();
      const { status } = await replica.http.get('/scans/1', { headers: subject[holds] });
      asked.push({ start, end: performance.now(), status });
    }
  };
  const lanes = [ask(), ask(), ask()];
  return {
    holds,
    asked,
    stop() {
      going = false;
      return Promise.all(lanes);
    },
  };
}

/** Waits until enough requests that began after a moment are over, and looks at all of them. */
async function inEachPhase(asking: Asking[], when: string, expected: Standing, since = 0): Promise<void> {
  const late = ({ asked }: Asking) => asked.filter(({ start }) => start > since);
  await eventually(() => asking.every((one) => late(one).length >= 12));
  const found = asking.map((one) => ({
    when,
    holds: one.holds,
    statuses: [...new Set(late(one).map(({ status }) => status))],
  }));
  expect(found).toEqual(asking.map(({ holds }) => ({ when, holds, statuses: [expected[holds]] })));
}

async function timed(work: () => Promise<unknown>): Promise<{ sent: number; acknowledged: number }> {
  const sent = performance.now();
  await work();
  return { sent, acknowledged: performance.now() };
}

async function makeSubject(): Promise<Subject> {
  const { http } = replicas[0];
  const tenant = await makeTenant(replicas[0]);
  const roleId = await makeRole(http, tenant.owner.token, 'Watch', permissions);
  await makeRole(http, tenant.owner.token, 'Nothing', []);
  const person = await makePerson(http, tenant.owner.token, { role: 'Watch' });
  const { id: keyId, key } = await makeKey(http, person.token, permissions);
  return { tenant, roleId, person, keyId, session: bearer(person.token), key: { 'x-api-key': key } };
}

async function patch(path: string, token: string, body: object): Promise<void> {
  ok(await replicas[0].http.patch(path, { token, body }), 200);
}
