import { setTimeout as delay } from 'node:timers/promises';

/** Answers no sooner than after `atLeastMs`, so that how long the work took can't be read off the answer. */
export async function inEvenTime<T>(atLeastMs: number, work: Promise<T>): Promise<T> {
  const [result] = await Promise.all([work, delay(atLeastMs)]);
  return result;
}
