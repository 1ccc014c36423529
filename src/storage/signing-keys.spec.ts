import { createMigratedDatabase, type MigratedDatabase } from '../../test/harness/migrated-database.js';
import { query } from '../../test/harness/query.js';
import { Sealer } from '../kernel/sealer.js';
import { Secret } from '../kernel/secret.js';
import { Database } from './database.js';
import { SigningKeys } from './signing-keys.js';

const notice = { noticeSeconds: 120 };
let database: MigratedDatabase;
let app: Database;
let keys: SigningKeys;

beforeEach(async () => {
  database = await createMigratedDatabase();
  app = new Database({ url: database.appUrl, connectTimeoutMs: 5000, statementTimeoutMs: 5000 });
  await app.open();
  keys = new SigningKeys(app, new Sealer(new Secret('a secret of an installation')));
});
afterEach(async () => {
  await app.close();
  await database.drop();
});

describe('the signing keys', () => {
  it('of replicas that start together are one', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => keys.open()));
    expect(new Set(opened.flat().map(({ kid }) => kid)).size).toBe(1);
    expect(opened[0]).toMatchObject([{ retiresInSeconds: null }]);
    expect(opened[0]?.[0]?.signsInSeconds).toBeLessThanOrEqual(0);
  });

  it('hand over at one moment, once the new one has been known for its notice', async () => {
    const [old] = await keys.open();
    const rotation = await keys.rotate(notice);
    const [next, before] = await keys.load();
    expect([next?.kid, before?.kid]).toEqual([rotation?.kid, old?.kid]);
    expect(next?.signsInSeconds).toBeGreaterThan(110);
    expect(next?.retiresInSeconds).toBeNull();
    // Not a moment in which both sign, nor one in which none does.
    expect(before?.retiresInSeconds).toBe(next?.signsInSeconds);
    expect(
      await query(
        database.url,
        `SELECT object AS answer FROM gatehouse.audit_events WHERE action = 'signing_key.rotated'`,
      ),
    ).toBe(rotation?.kid);
  });

  it('are not piled up: however many rotate at once, one key waits', async () => {
    // All connections are open already, so that nobody is held up by that.
    await Promise.all(Array.from({ length: 8 }, () => keys.open()));
    const rotations = await Promise.all(Array.from({ length: 8 }, () => keys.rotate(notice)));
    expect(new Set(rotations.map((rotation) => rotation?.kid)).size).toBe(1);
    expect(rotations.filter((rotation) => rotation?.isNew)).toHaveLength(1);
    expect(await keys.load()).toHaveLength(2);
  });

  it('are followed by age only when the newest has grown old', async () => {
    await keys.open();
    const byAge = () => keys.rotate({ ...notice, olderThanSeconds: 90 * 86_400 });
    expect(await byAge()).toBeUndefined();
    await query(
      database.url,
      `UPDATE gatehouse.signing_keys SET activates_at = now() - interval '89 days 23 hours'`,
    );
    expect(await byAge()).toBeUndefined();
    await query(database.url, `UPDATE gatehouse.signing_keys SET activates_at = now() - interval '90 days'`);
    expect(await byAge()).toMatchObject({ isNew: true });
    expect(await byAge()).toMatchObject({ isNew: false });
  });

  it('verify until the last token of theirs has expired, and are then gone', async () => {
    const [old] = await keys.open();
    await keys.rotate(notice);
    const retire = (ago: string) =>
      query(
        database.url,
        `UPDATE gatehouse.signing_keys SET retired_at = now() - interval '${ago}' WHERE kid = '${old?.kid}'`,
      );
    await retire('24 hours 30 minutes');
    expect((await keys.load()).map(({ kid }) => kid)).toContain(old?.kid);
    await retire('25 hours 1 second');
    expect((await keys.open()).map(({ kid }) => kid)).not.toContain(old?.kid);
    expect((await keys.load()).map(({ kid }) => kid)).not.toContain(old?.kid);
    expect(await query(database.url, 'SELECT count(*)::int AS answer FROM gatehouse.signing_keys')).toBe(1);
  });

  it('are sealed: the database alone signs nothing', async () => {
    await keys.open();
    const text = await query(database.url, `SELECT k::text AS answer FROM gatehouse.signing_keys k`);
    expect(text).not.toContain('"d"');
    const stranger = new SigningKeys(app, new Sealer(new Secret('another secret')));
    await expect(stranger.load()).rejects.toThrow('does not open');
  });
});
