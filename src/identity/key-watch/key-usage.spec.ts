import type { KeyUse } from '../../storage/keys-across-tenants.js';
import { KeyUsage } from './key-usage.js';

function usageWith({ most = 100 } = {}) {
  const written: (readonly KeyUse[])[] = [];
  const state = { now: 0, down: false };
  const notebook = {
    async noteUses(uses: readonly KeyUse[]) {
      if (state.down) throw new Error('gone');
      written.push(uses);
      return uses.length;
    },
  };
  return { usage: new KeyUsage(notebook, most, () => state.now), written, state };
}

describe('the use of keys', () => {
  it('is written once for each key, with its last address and its age, however often it was used', async () => {
    const { usage, written, state } = usageWith();
    usage.used('a', '192.0.2.1');
    state.now = 1000;
    usage.used('b', '192.0.2.2');
    usage.used('a', '192.0.2.3');
    state.now = 5000;
    await usage.flush();
    expect(written).toEqual([
      [
        { keyId: 'a', sourceAddress: '192.0.2.3', ageSeconds: 4 },
        { keyId: 'b', sourceAddress: '192.0.2.2', ageSeconds: 4 },
      ],
    ]);
  });

  it('is not written where there was none, nor twice', async () => {
    const { usage, written } = usageWith();
    await usage.flush();
    usage.used('a', '192.0.2.1');
    await usage.flush();
    await usage.flush();
    expect(written).toHaveLength(1);
  });

  it('is forgotten and counted where it cannot be written, and nobody hears of it', async () => {
    const { usage, written, state } = usageWith();
    state.down = true;
    usage.used('a', '192.0.2.1');
    usage.used('b', '192.0.2.1');
    await usage.flush();
    expect(usage.lost).toBe(2);
    state.down = false;
    await usage.flush();
    expect(written).toEqual([]);
  });

  it('takes no more memory than was given to it: a key too many is forgotten and counted, a known one is not', async () => {
    const { usage, written } = usageWith({ most: 2 });
    for (const key of ['a', 'b', 'c', 'a', 'd']) usage.used(key, '192.0.2.1');
    expect(usage.lost).toBe(2);
    await usage.flush();
    expect(written[0]?.map(({ keyId }) => keyId)).toEqual(['a', 'b']);
    usage.used('c', '192.0.2.1');
    expect(usage.lost).toBe(2);
  });
});
