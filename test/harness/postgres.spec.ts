import { Client } from 'pg';
import { adminUrl, createDatabase } from './postgres.js';
import { query } from './query.js';

describe('a test database', () => {
  it("is each test's own", async () => {
    const [one, other] = await Promise.all([createDatabase(), createDatabase()]);
    await query(one.url, 'create table mine as select 1');
    expect(await query(other.url, "select to_regclass('mine') as answer")).toBeNull();
    await Promise.all([one.drop(), other.drop()]);
  });

  it('can be a copy of another, also several at once', async () => {
    const original = await createDatabase();
    await query(original.url, 'create table kept as select 42 as answer');
    const template = new URL(original.url).pathname.slice(1);
    const copies = await Promise.all([
      createDatabase({ template }),
      createDatabase({ template }),
      createDatabase({ template }),
    ]);
    for (const copy of copies) expect(await query(copy.url, 'select answer from kept')).toBe(42);
    await Promise.all([original, ...copies].map((database) => database.drop()));
  });

  it('is dropped with somebody still connected to it', async () => {
    const database = await createDatabase();
    const client = new Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await database.drop();
    const name = new URL(database.url).pathname.slice(1);
    expect(
      await query(adminUrl(), `select count(*)::int as answer from pg_database where datname = '${name}'`),
    ).toBe(0);
    await client.end().catch(() => undefined);
  });
});
