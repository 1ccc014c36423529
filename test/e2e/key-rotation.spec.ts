import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { rotateKeys } from '../../src/commands/keys.command.js';
import { loadConfig } from '../../src/config/load-config.js';
import { eventually } from '../harness/eventually.js';
import {
  adminEmail,
  adminPassword,
  defaultYaml,
  logIn,
  startTestGatehouse,
  testSecret,
  type TestGatehouse,
} from '../harness/gatehouse.js';
import { query } from '../harness/query.js';

const reload = { keyReloadSeconds: 0.05 };
let gatehouse: TestGatehouse;
/** Another process on the same database. */
let replica: TestGatehouse;
let folder: string;

beforeEach(async () => {
  gatehouse = await startTestGatehouse(reload);
  replica = await startTestGatehouse({ ...reload, databaseUrl: gatehouse.databaseUrl });
  folder = await mkdtemp(path.join(tmpdir(), 'gatehouse-keys-'));
  await writeFile(path.join(folder, 'gatehouse.yaml'), defaultYaml);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await replica.stop();
  await gatehouse.stop();
});

it('gatehouse keys rotate makes a key that every replica knows before it signs, and no session notices', async () => {
  const before = await newToken(gatehouse);
  const said = await rotate();
  const next = /^Key ([\w-]{43}) was made and signs from \d{4}-/.exec(said)?.[1] ?? '';
  expect(await rotate()).toContain(`Key ${next} is waiting already`);

  for (const each of [gatehouse, replica])
    await eventually(async () => (await published(each)).includes(next));
  expect(kid(await newToken(gatehouse))).toBe(kid(before));

  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.signing_keys SET activates_at = activates_at - interval '2 minutes', retired_at = retired_at - interval '2 minutes'`,
  );
  for (const each of [gatehouse, replica]) {
    await eventually(async () => kid(await newToken(each)) === next);
    const token = await newToken(each);
    for (const at of [gatehouse, replica]) {
      expect((await at.http.get('/auth/me', { token })).status).toBe(200);
      expect((await at.http.get('/auth/me', { token: before })).status).toBe(200);
    }
  }
});

it('a key whose last token has expired is gone from every replica, and with it what it signed', async () => {
  const before = await newToken(gatehouse);
  await rotate();
  const moved = `interval '25 hours 5 minutes'`;
  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.signing_keys SET activates_at = activates_at - ${moved}, retired_at = retired_at - ${moved}`,
  );
  for (const each of [gatehouse, replica]) {
    await eventually(async () => !(await published(each)).includes(kid(before)));
    expect((await each.http.get('/auth/me', { token: before })).status).toBe(401);
  }
  expect(
    await query(gatehouse.databaseUrl, 'SELECT count(*)::int AS answer FROM gatehouse.signing_keys'),
  ).toBe(1);
});

it('a key that has grown old is followed by another without anybody’s doing, and by one only', async () => {
  const [old = ''] = await published(gatehouse);
  await query(
    gatehouse.databaseUrl,
    `UPDATE gatehouse.signing_keys SET activates_at = now() - interval '91 days'`,
  );
  for (const each of [gatehouse, replica]) await eventually(async () => (await published(each)).length === 2);
  expect((await published(gatehouse)).sort()).toEqual((await published(replica)).sort());
  expect(await published(gatehouse)).toContain(old);
  const records = `SELECT count(*)::int AS answer FROM gatehouse.audit_events WHERE action = 'signing_key.rotated'`;
  expect(await query(gatehouse.databaseUrl, records)).toBe(1);
});

it('what operators read of the trail names the new key', async () => {
  const next = /Key ([\w-]{43})/.exec(await rotate())?.[1];
  const { http, adminToken: token } = gatehouse;
  const { body } = await http.get('/admin/audit?action=signing_key.rotated', { token });
  expect(body.data).toMatchObject([{ action: 'signing_key.rotated', object: next, tenant_id: null }]);
});

async function rotate(): Promise<string> {
  const env = {
    NODE_ENV: 'test',
    DATABASE_URL: gatehouse.databaseUrl,
    GATEHOUSE_SECRET: testSecret,
    PUBLIC_URL: 'http://gatehouse.test',
    GATEHOUSE_DATA_DIR: folder,
  };
  let said = '';
  await rotateKeys(loadConfig(env, folder), (text) => (said += text));
  return said;
}

function newToken({ http }: TestGatehouse): Promise<string> {
  return logIn(http, adminEmail, adminPassword);
}

function kid(token: string): string {
  return String(decodeProtectedHeader(token).kid);
}

async function published({ http }: TestGatehouse): Promise<string[]> {
  const { body } = await http.get('/.well-known/jwks.json');
  return (body.keys as { kid: string }[]).map((key) => key.kid);
}
