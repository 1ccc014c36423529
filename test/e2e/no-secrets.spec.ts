import { Client } from 'pg';
import { newApiKey } from '../../src/kernel/api-key-format.js';
import { Secret } from '../../src/kernel/secret.js';
import { appRole } from '../../src/storage/schema/app-role.js';
import { eventually } from '../harness/eventually.js';
import { adminEmail, adminPassword, globalKey, masterKey, testSecret } from '../harness/gatehouse.js';
import type { Answer, Sent } from '../harness/http-client.js';
import { makeInstallation, type Installation, type Running } from '../harness/installation.js';
import { Leftovers } from '../harness/leftovers.js';
import { makeKey, makePerson, ok, personPassword } from '../harness/people.js';
import { everyCredentialEnv } from '../harness/presented.js';
import { proxied } from '../harness/proxied.js';
import type { TcpProxy } from '../harness/tcp-proxy.js';

/** What a caller made up: nobody's secret, but somebody's for all we know. */
const guesses = {
  password: 'guessed-Pq8mZw3Xk6Vt',
  masterKey: 'guessed-Xq7-vT2m9Lw_4RzK8pNc-3bHd6YsJf1Ge5Ua',
  globalKey: 'guessed-Kd83mWq0Zr7-vTn5Xy2Lb9Pc4',
  apiKey: newApiKey('cspm_').secret.reveal(),
  refreshToken: 'rt_guessed-guessed-guessed-guessed-Tb5Hf2Js6Gy0Ea',
  basic: Buffer.from('somebody:guessed-Basic-4Rz').toString('base64'),
};

let installation: Installation;
let proxy: TcpProxy;
let running: Running;
/** Everything that must not be found, and what it is. */
const secrets = new Map<string, string>();
/** Errors as callers saw them: heads and bodies. */
const refusals: string[] = [];

const leftovers = new Leftovers();
beforeAll(async () => {
  const yaml = `
permissions: [scans.read]
upstreams:
  scanner: { url: example, timeout: 5s }
  nobody: { url: "http://127.0.0.1:1", timeout: 1s }
routes:
  - { methods: [GET], path: "/scans/**", upstream: scanner, require: { permission: scans.read } }
  - { methods: [GET, POST], path: "/nobody/**", upstream: nobody, require: { permission: scans.read } }
`;
  const env = { ...everyCredentialEnv, LOG_LEVEL: 'trace' };
  installation = leftovers.add(await makeInstallation({ yaml, env }), (it) => it.remove());
  const behind = leftovers.add(await proxied(installation.database.url), (it) => it.proxy.close());
  proxy = behind.proxy;
  running = await installation.start({ DATABASE_URL: behind.url });
  note('the password in DATABASE_URL', decodeURIComponent(new URL(behind.url).password));
  note('GATEHOUSE_SECRET', testSecret);
  note("the password of the program's role", appRole(new Secret(testSecret)).password);
  note('MASTER_KEY', masterKey);
  note('LEGACY_API_KEY', globalKey);
  note('BOOTSTRAP_ADMIN_PASSWORD', adminPassword);
  note("a person's password", personPassword);
  for (const [name, guess] of Object.entries(guesses)) note(`a guessed ${name}`, guess);
});
afterAll(() => leftovers.clear());

describe('after traffic with every kind of credential, right and wrong, and an outage, at the most talkative log level', () => {
  beforeAll(async () => {
    const { key, session, refreshToken } = await rightOnes();
    await wrongOnes(key, session);
    proxy.mode('refuse');
    const body = { email: adminEmail, password: adminPassword };
    for (const sent of [{ key }, { token: session }, { headers: master }, { key: globalKey }])
      await send('GET', '/scans', sent);
    await send('POST', '/auth/login', { body });
    await send('POST', '/auth/refresh', { body: { refresh_token: refreshToken } });
    proxy.mode('pass');
    await eventually(async () => (await running.http.get('/health/ready')).status === 200);
    // It is stopped, so that it has written all that it is going to write.
    await running.program.end('SIGTERM');
  });

  it('there was something to find: the log has a line for each request', () => {
    expect(secrets.size).toBeGreaterThan(15);
    const lines = running.program
      .output()
      .stdout.split('\n')
      .filter((line) => line.includes('"request"'));
    expect(lines.length).toBeGreaterThan(20);
    expect(refusals.length).toBeGreaterThan(15);
  });

  it('no secret stands in what the process wrote', () => {
    const { stdout, stderr } = running.program.output();
    expect(found(stdout + stderr)).toEqual([]);
  });

  it('no secret stands in what callers who were refused got', () => {
    expect(found(refusals.join('\n'))).toEqual([]);
  });

  it('no secret stands in the trail, nor anywhere else in the database', async () => {
    const dump = await dumpOf(installation.database.url);
    expect(dump.get('audit_events')?.split('\n').length).toBeGreaterThan(30);
    const places = [...dump].map(([table, rows]) => ({ table, found: found(rows) }));
    expect(places.filter((place) => place.found.length > 0)).toEqual([]);
  });
});

const master = { 'x-master-key': masterKey, 'x-break-glass-reason': 'looking for secrets' };

async function rightOnes() {
  const { http } = running;
  const login = await http.post('/auth/login', { body: { email: adminEmail, password: adminPassword } });
  const { access_token: session, refresh_token: used } = ok(login, 200).body as Record<string, string>;
  const refreshed = ok(await http.post('/auth/refresh', { body: { refresh_token: used } }), 200);
  const { access_token: next, refresh_token: refreshToken } = refreshed.body as Record<string, string>;
  const { key } = await makeKey(http, next!, ['scans.read', 'keys.own']);
  const member = await makePerson(http, next!, { role: 'viewer' });
  for (const [name, secret] of Object.entries({
    session,
    next,
    used,
    refreshToken,
    key,
    member: member.token,
  })) {
    note(name, secret!);
    // A token is as good as its signature.
    if (secret!.split('.').length === 3) note(`the signature of ${name}`, secret!.split('.')[2]!);
  }
  for (const sent of [{ key }, { token: key }, { token: next }, { headers: master }, { key: globalKey }]) {
    await send('GET', '/scans', sent);
    await send('GET', '/nobody', sent);
    await send('GET', '/admin/users', sent);
  }
  return { key, session: next!, refreshToken: refreshToken! };
}

async function wrongOnes(key: string, session: string): Promise<void> {
  const [header, claims] = session.split('.');
  const forged = `${header}.${claims}.${'B'.repeat(86)}`;
  note('a forged session', forged);
  const presented: Sent[] = [
    { key: guesses.apiKey },
    { token: guesses.apiKey },
    { key: guesses.globalKey },
    { token: forged },
    { headers: { 'x-master-key': guesses.masterKey, 'x-break-glass-reason': 'guessing' } },
    { headers: { authorization: `Basic ${guesses.basic}` } },
    // Ambiguous: two, and the same in another spelling.
    { headers: { 'x-api-key': [key, guesses.apiKey] } },
    { key, headers: { X_Api_Key: guesses.apiKey } },
    { headers: { 'x-api-key': `${key},${guesses.apiKey}` } },
    { token: key, key },
    { token: session, headers: { 'x-tenant-id': guesses.globalKey } },
  ];
  for (const sent of presented) {
    await send('GET', '/scans', sent);
    await send('GET', '/auth/me', sent);
  }
  await send('GET', `/scans?api_key=${key}&access_token=${session}`, {});
  await send('POST', '/auth/login', { body: { email: adminEmail, password: guesses.password } });
  await send('POST', '/auth/login', { body: { email: 'no address', password: guesses.password } });
  await send('POST', '/auth/login', { body: [guesses.password] });
  await send('POST', '/auth/refresh', { body: { refresh_token: guesses.refreshToken } });
  const odd = { email: 'odd@example.test', name: 'Odd', role: 'no such role', password: guesses.password };
  await send('POST', '/admin/users', { token: session, body: odd });
  await send('POST', '/auth/api-keys', {
    token: session,
    body: { name: 'x', scopes: ['unknown.permission'], api_key: guesses.apiKey },
  });
}

/** Sends, and keeps what a refused caller gets to see. */
async function send(method: string, path: string, sent: Sent): Promise<Answer> {
  const answer = await running.http.send(method, path, sent);
  if (answer.status >= 400) refusals.push(JSON.stringify(answer.headers) + answer.text);
  return answer;
}

function note(name: string, secret: string): void {
  // A database may let its user in without a password.
  if (secret.length >= 6) secrets.set(name, secret);
}

/** Names of the secrets that stand in a text, as they are or encoded. */
function found(text: string): string[] {
  const spellings = (secret: string) =>
    (['utf8', 'base64', 'base64url', 'hex'] as const).map((encoding) =>
      Buffer.from(secret).toString(encoding),
    );
  return [...secrets]
    .filter(([, secret]) => spellings(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}

/** Every row of every table of Gatehouse, as text. */
async function dumpOf(url: string): Promise<Map<string, string>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'gatehouse'::regnamespace AND relkind IN ('r', 'p')`,
    );
    const dump = new Map<string, string>();
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT t::text AS row FROM gatehouse."${name}" t`,
      );
      dump.set(name, rows.map(({ row }) => row).join('\n'));
    }
    return dump;
  } finally {
    await client.end();
  }
}
