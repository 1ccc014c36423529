import { Errands } from './errands.js';

function errandsAnd() {
  const failures: unknown[] = [];
  return { failures, errands: new Errands({ onFailure: (error) => failures.push(error) }) };
}

it('are run a few at a time, and all of them before the program ends', async () => {
  const { errands } = errandsAnd();
  let [running, most, done] = [0, 0, 0];
  for (let count = 0; count < 50; count += 1) {
    errands.run(async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done += 1;
    });
  }
  await errands.onModuleDestroy();
  expect({ done, most }).toEqual({ done: 50, most: 4 });
});

it('that fail are reported, and the others are run all the same', async () => {
  const { errands, failures } = errandsAnd();
  const error = new Error('no');
  let done = false;
  errands.run(() => Promise.reject(error));
  errands.run(async () => {
    done = true;
  });
  await errands.onModuleDestroy();
  expect({ failures, done }).toEqual({ failures: [error], done: true });
});

it('are refused when too many wait: memory is not to be filled by whoever asks often enough', async () => {
  const { errands, failures } = errandsAnd();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  for (let count = 0; count < 2004; count += 1) errands.run(() => held);
  expect(failures).toEqual([]);
  errands.run(() => held);
  expect(failures).toHaveLength(1);
  release();
  await errands.onModuleDestroy();
});
