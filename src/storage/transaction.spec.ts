import { DataSource } from 'typeorm';
import { adminUrl } from '../../test/harness/postgres.js';
import { proxied } from '../../test/harness/proxied.js';
import type { TcpProxy } from '../../test/harness/tcp-proxy.js';
import { inTransaction } from './transaction.js';

/** One connection, so that whoever comes next gets the same one, if it is kept. */
let dataSource: DataSource;
let proxy: TcpProxy;
beforeAll(async () => {
  const behind = await proxied(adminUrl());
  proxy = behind.proxy;
  const extra = { max: 1, query_timeout: 300, connectionTimeoutMillis: 1000 };
  dataSource = new DataSource({
    type: 'postgres',
    url: behind.url,
    poolErrorHandler: () => undefined,
    extra,
  });
  await dataSource.initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await proxy.close();
});

const pid = () =>
  inTransaction(dataSource, (manager) => manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid'));

it('keeps the connection of work that failed: nothing but its transaction is undone', async () => {
  const before = await pid();
  const failing = inTransaction(dataSource, (manager) => manager.query('SELECT 1 / 0'));
  await expect(failing).rejects.toThrow('division by zero');
  const unhappy = inTransaction(dataSource, () => Promise.reject(new Error('changed its mind')));
  await expect(unhappy).rejects.toThrow('changed its mind');
  expect(await pid()).toEqual(before);
});

it('never hands a connection on that owes an answer', async () => {
  const before = await pid();
  const silent = inTransaction(dataSource, async (manager) => {
    await manager.query(`SELECT set_config('app.tenant', 'somebody', true)`);
    proxy.forget();
    await manager.query('SELECT 1');
  });
  await expect(silent).rejects.toThrow('Query read timeout');
  const after = await inTransaction(dataSource, (manager) =>
    manager.query<{ pid: number; tenant: string | null }[]>(
      `SELECT pg_backend_pid() AS pid, nullif(current_setting('app.tenant', true), '') AS tenant`,
    ),
  );
  expect(after[0]?.pid).not.toBe(before[0]?.pid);
  expect(after[0]?.tenant).toBeNull();
});

it('also when the work fails for another reason and only the roll-back gets none', async () => {
  const before = await pid();
  const silent = inTransaction(dataSource, () => {
    proxy.forget();
    return Promise.reject(new Error('changed its mind'));
  });
  await expect(silent).rejects.toThrow('changed its mind');
  expect(await pid()).not.toEqual(before);
});
