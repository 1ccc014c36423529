import { startExampleUpstream, type ExampleUpstream } from './example-upstream.js';

describe('the example upstream', () => {
  let example: ExampleUpstream;
  beforeEach(async () => (example = await startExampleUpstream()));
  afterEach(() => example.close());

  const call = async (path: string, init?: RequestInit): Promise<[number, unknown]> => {
    const answer = await fetch(`${example.url}${path}`, init);
    return [answer.status, await answer.json()];
  };

  it('lists scans and says who it was told is asking', async () => {
    const headers = {
      'x-gatehouse-user': 'u',
      'x-gatehouse-tenant': 't',
      'x-gatehouse-permissions': 'scans.read',
      'x-gatehouse-scheme': 'api-key',
    };
    expect(await call('/scans?all', { headers })).toEqual([
      200,
      {
        scans: [
          { id: '1', target: 'shop.example' },
          { id: '2', target: 'blog.example' },
        ],
        seen: { user: 'u', tenant: 't', permissions: 'scans.read', scheme: 'api-key' },
      },
    ]);
  });

  it('keeps what is created', async () => {
    const [status, created] = await call('/scans', { method: 'POST', body: '{"target":"new.example"}' });
    expect([status, created]).toMatchObject([201, { scan: { id: '3', target: 'new.example' } }]);
    expect(await call('/scans/3')).toMatchObject([200, { scan: { target: 'new.example' } }]);
  });

  it('answers for its status, for what isn’t there and for what isn’t JSON', async () => {
    expect(await call('/status')).toMatchObject([200, { status: 'ok' }]);
    expect(await call('/scans/9')).toMatchObject([404, {}]);
    expect(await call('/scans', { method: 'POST', body: 'target' })).toMatchObject([400, {}]);
  });
});
