import { setTimeout as delay } from 'node:timers/promises';

type Missing = undefined | false;

const pauseMs = 20;

/**
 * Looks again and again until what is looked for is there.
 *
 * @param look gives it; undefined, false and an error mean that it isn't there yet
 * @param withinMs how long to go on
 * @throws what the last look threw, or an error that says it never came
 */
export async function eventually<T>(
  look: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<Exclude<T, Missing>> {
  for (const until = performance.now() + withinMs; ; await delay(pauseMs)) {
    const last = performance.now() >= until;
    try {
      const found = (await look()) as T;
      if (found !== undefined && found !== false) return found as Exclude<T, Missing>;
    } catch (error) {
      if (last) throw error;
    }
    if (last) throw new Error(`it did not come within ${withinMs} ms: ${String(look)}`);
  }
}

/** Waits until an expectation holds. @throws what it threw last */
export async function eventuallyHolds(expectation: () => unknown): Promise<void> {
  await eventually(async () => {
    await expectation();
    return true;
  });
}
