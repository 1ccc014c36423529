import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { newApiKey } from '../../src/kernel/api-key-format.js';
import { eventuallyHolds } from '../harness/eventually.js';
import { startTestGatehouse, trustingYaml, type TestGatehouse } from '../harness/gatehouse.js';
import type { Answer } from '../harness/http-client.js';
import { Mailbox } from '../harness/mailbox.js';
import { makeKey, makePerson, makeTenant, ok, type Person, type Tenant } from '../harness/people.js';
import { query } from '../harness/query.js';

const github = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const impostor = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = github.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const yaml = `${trustingYaml}leaked_keys:
  github:
    - key_identifier: current
      key: ${JSON.stringify(pem)}
`;
const mailbox = new Mailbox();

let gatehouse: TestGatehouse;
let tenant: Tenant;
let member: Person;

beforeAll(async () => {
  gatehouse = await startTestGatehouse({ yaml, mailer: mailbox });
  tenant = await makeTenant(gatehouse);
  member = await makePerson(gatehouse.http, tenant.owner.token);
});
afterAll(() => gatehouse.stop());

const make = (more: Record<string, unknown> = {}) =>
  makeKey(gatehouse.http, member.token, ['scans.read'], more);
const status = async (key: string) => (await gatehouse.http.get('/scans/1', { key })).status;
const report = (key: unknown) => gatehouse.http.post('/keys/leaked', { body: { key } });
const recordsOf = async (id: string) => {
  const trail = ok(await gatehouse.http.get('/admin/audit?limit=200', { token: tenant.owner.token }), 200);
  return (trail.body.data as { object: string; action: string; details: object }[]).filter(
    ({ object, action }) => object === id && action === 'api_key.revoked',
  );
};
/** All of an answer that doesn't differ from one request to the next. */
const said = ({ status: code, headers, text }: Answer) => {
  const fixed = Object.entries(headers).filter(([name]) => name !== 'date' && name !== 'x-correlation-id');
  return { code, headers: fixed, text };
};

describe('a leaked key', () => {
  it('is revoked at once when anybody reports it; its tenant’s trail says why, and its owner gets a mail', async () => {
    const { id, key } = await make({ name: 'In a gist', source_ranges: ['127.0.0.1'] });
    expect(await status(key)).toBe(200);
    expect(ok(await report(` ${key}\n`), 202).body).toEqual({ status: 'received' });
    expect(await status(key)).toBe(401);
    const [record, ...more] = await recordsOf(id);
    expect(more).toEqual([]);
    expect(record?.details).toMatchObject({ why: 'leaked', reported_by: 'finder', name: 'In a gist' });
    await eventuallyHolds(() =>
      expect(mailbox.subjectsTo(member.email)).toEqual(['An API key of yours has leaked and was revoked']),
    );
    expect(JSON.stringify(mailbox.mails)).not.toContain(key);
  });

  it('that was reported before is not revoked again, nor told of again', async () => {
    const { id, key } = await make();
    await Promise.all([report(key), report(key), report(key)]);
    await report(key);
    expect(await recordsOf(id)).toHaveLength(1);
  });

  it('gets the same answer as anything else, and no sooner or later: nobody learns what is genuine', async () => {
    const genuine = await make();
    const gone = await make();
    ok(await gatehouse.http.delete(`/auth/api-keys/${gone.id}`, { token: member.token }), 204);
    const others = [
      gone.key,
      newApiKey('cspm_').secret.reveal(),
      'garbage',
      'cspm_',
      gatehouse.adminToken.slice(0, 400),
    ];
    const timed = async (key: string) => {
      const startedAt = performance.now();
      const answer = await report(key);
      return { answer: said(answer), tookMs: performance.now() - startedAt };
    };
    const first = await timed(genuine.key);
    expect(await status(genuine.key)).toBe(401);
    for (const key of others) {
      const other = await timed(key);
      expect(other.answer).toEqual(first.answer);
      expect(Math.min(first.tookMs, other.tookMs)).toBeGreaterThanOrEqual(149);
    }
  });

  it.each<[string, unknown, number]>([
    ['nothing', {}, 400],
    ['another member', { key: 'x', user_id: 'x' }, 400],
    ['an empty key', { key: ' ' }, 400],
    ['something else than a text', { key: ['x'] }, 400],
    ['a text that no key is as long as', { key: 'x'.repeat(501) }, 400],
    ['a megabyte', { key: 'x'.repeat(1_000_000) }, 413],
  ])('is not looked for in %s', async (_what, body, code) => {
    expect((await gatehouse.http.post('/keys/leaked', { body })).status).toBe(code);
  });

  it('cannot be searched for by trying: reports from one address are limited like log-ins', async () => {
    const limited = await startTestGatehouse({
      yaml: yaml.replace('attempts: { requests: 1000000', 'attempts: { requests: 5'),
    });
    try {
      const statuses: number[] = [];
      for (let times = 0; times < 6; times += 1)
        statuses.push((await limited.http.post('/keys/leaked', { body: { key: 'guess' } })).status);
      // The one before them was the log-in that every test begins with.
      expect(statuses).toEqual([202, 202, 202, 202, 429, 429]);
    } finally {
      await limited.stop();
    }
  });
});

describe('a report by GitHub’s secret scanning', () => {
  const signedBy = (text: string, key = github.privateKey) =>
    sign('sha256', Buffer.from(text), key).toString('base64');
  const send = async (text: string, signature?: string, identifier = 'current'): Promise<Answer> => {
    const response = await fetch(`${gatehouse.url}/keys/leaked/github`, {
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/json',
        'Github-Public-Key-Identifier': identifier,
        ...(signature === undefined ? {} : { 'Github-Public-Key-Signature': signature }),
      },
    });
    const answer = await response.text();
    return { status: response.status, headers: {}, text: answer, body: JSON.parse(answer) as unknown };
  };
  const match = (token: string, more: object = {}) => ({
    token,
    type: 'gatehouse_api_key',
    url: 'https://github.com/octocat/Hello-World/blob/main/config.yml',
    source: 'content',
    ...more,
  });
  const hash = (token: string) => createHash('sha256').update(token).digest('hex');

  it('revokes what is genuine, and says of each match whether it is', async () => {
    const [one, other] = [await make(), await make()];
    const made_up = newApiKey('cspm_').secret.reveal();
    // Spaced as nobody would write it again: what is signed are the bytes that were sent.
    const text = JSON.stringify(
      [match(one.key), match(made_up, { type: 'other', url: '' }), match(other.key)],
      null,
      3,
    );
    const answer = ok(await send(text, signedBy(text)), 200);
    expect(answer.body).toEqual([
      { token_hash: hash(one.key), token_type: 'gatehouse_api_key', label: 'true_positive' },
      { token_hash: hash(made_up), token_type: 'other', label: 'false_positive' },
      { token_hash: hash(other.key), token_type: 'gatehouse_api_key', label: 'true_positive' },
    ]);
    expect([await status(one.key), await status(other.key)]).toEqual([401, 401]);
    const [record] = await recordsOf(one.id);
    expect(record?.details).toMatchObject({
      why: 'leaked',
      reported_by: 'github',
      found_at: 'https://github.com/octocat/Hello-World/blob/main/config.yml',
    });
  });

  it('keeps a key out of the trail that stands in the address it was found at', async () => {
    const { id, key } = await make();
    const text = JSON.stringify([match(key, { url: `https://example.test/?key=${key}` })]);
    ok(await send(text, signedBy(text)), 200);
    expect(await recordsOf(id)).toMatchObject([{ details: { found_at: null } }]);
    const leaked = await query(
      gatehouse.databaseUrl,
      `SELECT count(*)::int AS answer FROM gatehouse.audit_events e WHERE e::text LIKE '%${key.slice(12)}%'`,
    );
    expect(leaked).toBe(0);
  });

  it('is taken from nobody else: every other signature gets one answer, and nothing is revoked', async () => {
    const { key } = await make();
    const text = JSON.stringify([match(key)]);
    const notJson = '[{';
    const answers = [
      await send(text),
      await send(text, ''),
      await send(text, 'garbage'),
      await send(text, signedBy(text, impostor.privateKey)),
      await send(text, signedBy(text), 'unknown'),
      await send(text, signedBy(`${text} `)),
      await send(`${text} `, signedBy(text)),
      await send(JSON.stringify([match('nothing')]), signedBy(text)),
      await send(notJson, signedBy(text)),
      await send('', signedBy(text)),
    ];
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 403, body: { code: 'SIGNATURE_INVALID' } });
      expect(answer.body.detail).toBe(answers[0]?.body.detail);
      expect(Object.keys(answer.body)).toEqual(Object.keys(answers[0]?.body));
    }
    expect(await status(key)).toBe(200);
  });

  it('is refused when it is signed and is no list of matches, or too long to read', async () => {
    for (const text of ['{}', '[1]', '[{"token":""}]', '[', '"x"'])
      expect({ text, status: (await send(text, signedBy(text))).status }).toEqual({ text, status: 400 });
    const long = JSON.stringify([match('x'.repeat(1_000_000))]);
    expect((await send(long, signedBy(long))).status).toBe(413);
    expect(ok(await send('[]', signedBy('[]')), 200).body).toEqual([]);
  });
});
