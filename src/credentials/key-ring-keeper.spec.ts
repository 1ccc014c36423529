import { newSigningKey } from '../../test/harness/signing-key.js';
import { eventually } from '../../test/harness/eventually.js';
import { KeyRingKeeper } from './key-ring-keeper.js';
import { KeyRing, type SigningKey } from './key-ring.js';

const first = newSigningKey('a'.repeat(43));
const second = newSigningKey('b'.repeat(43));

function keep({ reloadSeconds }: { reloadSeconds?: number } = {}) {
  const state = { kept: [first] as readonly SigningKey[], looks: 0, failures: 0, uptime: 0, broken: false };
  const ring = new KeyRing(state.kept);
  const keeper = new KeyRingKeeper(ring, {
    load: () => {
      state.looks += 1;
      return state.broken ? Promise.reject(new Error('away')) : Promise.resolve(state.kept);
    },
    onFailure: () => (state.failures += 1),
    uptime: () => state.uptime,
    reloadSeconds,
  });
  const knows = (key: SigningKey) => ring.verificationKey(key.kid, 'ES256') !== undefined;
  return { state, ring, keeper, knows };
}

describe('a ring that is kept up to date', () => {
  it('learns of a key soon after a token has named it, and refuses that token all the same', async () => {
    const { state, keeper, knows } = keep();
    state.kept = [first, second];
    expect(knows(second)).toBe(false);
    await keeper.reload();
    expect(knows(second)).toBe(true);
    expect(state.looks).toBe(1);
  });

  it('looks once in ten seconds, however many names are made up', async () => {
    const { state, ring, keeper } = keep();
    const flood = async () => {
      for (let count = 0; count < 1000; count += 1)
        ring.verificationKey(String(count).padStart(43, 'x'), 'ES256');
      await new Promise(setImmediate);
    };
    await flood();
    state.uptime = 9_999;
    await flood();
    expect(state.looks).toBe(1);
    state.uptime = 10_000;
    await flood();
    expect(state.looks).toBe(2);
    await keeper.stop();
    state.uptime = 100_000;
    await flood();
    expect(state.looks).toBe(2);
  });

  it('keeps the keys it has while none can be loaded, and looks again', async () => {
    const { state, keeper, knows } = keep();
    state.broken = true;
    await keeper.reload();
    expect(state.failures).toBe(1);
    expect(knows(first)).toBe(true);
    state.broken = false;
    state.kept = [second];
    await keeper.reload();
    expect([knows(first), knows(second)]).toEqual([false, true]);
  });

  it('looks by itself, on a schedule', async () => {
    const { state, keeper, knows } = keep({ reloadSeconds: 0.01 });
    state.kept = [first, second];
    keeper.start();
    await eventually(() => knows(second));
    await keeper.stop();
    const { looks } = state;
    await eventually(() => new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 50)));
    expect(state.looks).toBe(looks);
  });
});
