import { setImmediate as turn } from 'node:timers/promises';
import { Unavailable } from '../kernel/problem.js';
import { GroupCommit } from './group-commit.js';

/** A store whose writes end when the test says so. */
class SlowStore {
  readonly batches: (readonly number[])[] = [];
  #end: ((error?: Error) => void)[] = [];

  readonly write = (batch: readonly number[]): Promise<void> => {
    this.batches.push(batch);
    return new Promise((resolve, reject) => {
      this.#end.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  };

  /** Ends the write under way, and lets everything happen that follows from it. */
  async end(error?: Error): Promise<void> {
    this.#end.shift()?.(error);
    await turn();
    await turn();
  }
}

const start = (options = { maxBatch: 3, maxWaiting: 10 }) => {
  const store = new SlowStore();
  const commit = new GroupCommit(store.write, options);
  const settled: string[] = [];
  const add = (item: number): void => {
    commit.add(item).then(
      () => settled.push(`${item} durable`),
      (error: unknown) => settled.push(`${item} ${error instanceof Error ? error.message : 'refused'}`),
    );
  };
  return { store, commit, settled, add };
};

describe('group commit', () => {
  it('writes what arrives in one turn together, and says durable only after the write', async () => {
    const { store, settled, add } = start();
    [1, 2].forEach(add);
    await turn();
    await turn();
    expect(store.batches).toEqual([[1, 2]]);
    expect(settled).toEqual([]);
    await store.end();
    expect(settled).toEqual(['1 durable', '2 durable']);
  });

  it('lets what arrives during a write form the next, in order, one write at a time', async () => {
    const { store, settled, add } = start();
    add(1);
    await turn();
    await turn();
    for (const item of [2, 3, 4, 5, 6]) {
      add(item);
      await turn();
    }
    expect(store.batches).toEqual([[1]]);
    await store.end();
    expect(store.batches).toEqual([[1], [2, 3, 4]]);
    expect(settled).toEqual(['1 durable']);
    await store.end();
    expect(store.batches).toEqual([[1], [2, 3, 4], [5, 6]]);
    await store.end();
    expect(settled).toEqual([1, 2, 3, 4, 5, 6].map((item) => `${item} durable`));
  });

  it('tells everybody who waits when a write fails, without trying theirs', async () => {
    const { store, settled, add } = start();
    add(1);
    await turn();
    await turn();
    [2, 3, 4, 5].forEach(add);
    await store.end(new Error('lost'));
    expect(settled.sort()).toEqual([1, 2, 3, 4, 5].map((item) => `${item} lost`));
    expect(store.batches).toEqual([[1]]);
  });

  it('writes again after a failure, as if nothing had been', async () => {
    const { store, settled, add } = start();
    add(1);
    await turn();
    await turn();
    await store.end(new Error('lost'));
    add(2);
    await turn();
    await turn();
    await store.end();
    expect(settled).toEqual(['1 lost', '2 durable']);
  });

  it('takes a store that throws at once for one that fails', async () => {
    const commit = new GroupCommit<number>(
      () => {
        throw new Error('lost');
      },
      { maxBatch: 3, maxWaiting: 10 },
    );
    await expect(commit.add(1)).rejects.toThrow('lost');
    await expect(commit.add(2)).rejects.toThrow('lost');
  });

  it('refuses at once what would have to wait behind too many, and nobody else', async () => {
    const { store, commit, settled, add } = start({ maxBatch: 1, maxWaiting: 2 });
    add(1);
    await turn();
    await turn();
    [2, 3].forEach(add);
    expect(commit.waiting).toBe(2);
    await expect(commit.add(4)).rejects.toThrow(Unavailable);
    for (let times = 0; times < 3; times += 1) await store.end();
    expect(settled).toEqual(['1 durable', '2 durable', '3 durable']);
    add(5);
    await turn();
    await turn();
    expect(store.batches.at(-1)).toEqual([5]);
  });

  it('loses nothing, whatever arrives at whichever moment of a write', async () => {
    const written: number[] = [];
    const commit = new GroupCommit<number>(
      async (batch) => {
        await Promise.resolve();
        written.push(...batch);
      },
      { maxBatch: 3, maxWaiting: 1000 },
    );
    const waits: Promise<void>[] = [];
    for (let item = 0; item < 200; item += 1) {
      waits.push(commit.add(item));
      for (let ticks = item % 17; ticks > 0; ticks -= 1) await Promise.resolve();
      if (item % 11 === 0) await turn();
    }
    await Promise.all(waits);
    expect(written).toEqual(Array.from({ length: 200 }, (_, item) => item));
  });
});
