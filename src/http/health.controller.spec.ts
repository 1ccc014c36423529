import { startControllerApp, type ControllerApp } from '../../test/harness/controller-app.js';
import type { ReadinessCheck } from './readiness.js';

describe('health', () => {
  let server: ControllerApp;
  let check: () => Promise<readonly ReadinessCheck[]>;
  beforeAll(async () => {
    server = await startControllerApp({ readiness: { check: () => check() } });
  });
  afterAll(() => server.stop());

  const get = async (path: string) => {
    const response = await fetch(server.url + path);
    return {
      status: response.status,
      body: await response.json(),
      cache: response.headers.get('cache-control'),
    };
  };

  it('is live as long as the process answers, whatever else is wrong', async () => {
    check = () => Promise.reject(new Error('gone'));
    expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'live' }, cache: 'no-store' });
  });

  it('is ready when every check is right', async () => {
    check = () =>
      Promise.resolve([
        { name: 'database', ok: true },
        { name: 'trail', ok: true },
      ]);
    const checks = [
      { name: 'database', ok: true },
      { name: 'trail', ok: true },
    ];
    expect(await get('/health/ready')).toEqual({
      status: 200,
      body: { status: 'ready', checks },
      cache: 'no-store',
    });
  });

  it('is not ready when one is wrong; why stands in the log, once, and not in the answer', async () => {
    check = () =>
      Promise.resolve([
        { name: 'database', ok: false, detail: 'sentinel' },
        { name: 'trail', ok: true },
      ]);
    server.logged.length = 0;
    const { status, body } = await get('/health/ready');
    await get('/health/ready');
    expect(status).toBe(503);
    expect(body).toEqual({
      status: 'not ready',
      checks: [
        { name: 'database', ok: false },
        { name: 'trail', ok: true },
      ],
    });
    expect(server.logged.filter(({ msg }) => msg === 'not ready')).toEqual([
      expect.objectContaining({
        level: 'warn',
        checks: expect.arrayContaining([expect.objectContaining({ detail: 'sentinel' })]),
      }),
    ]);
  });

  it('is not ready when a check fails altogether', async () => {
    check = () => Promise.reject(new Error('sentinel'));
    expect(await get('/health/ready')).toMatchObject({
      status: 503,
      body: { checks: [{ name: 'check', ok: false }] },
    });
  });

  it('says so within a second when a check does not answer', async () => {
    check = () => new Promise(() => undefined);
    const startedAt = performance.now();
    expect((await get('/health/ready')).status).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it('is found where all of the API is', async () => {
    expect((await fetch(`${server.url}/api/v1/health/live`)).status).toBe(200);
  });
});
