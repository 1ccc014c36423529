import { Unavailable } from '../kernel/problem.js';
import { withDeadline } from './deadline.js';

describe('work with a deadline', () => {
  it('that ends in time is what it is', async () => {
    await expect(withDeadline(Promise.resolve('done'), 10_000)).resolves.toBe('done');
    await expect(withDeadline(Promise.reject(new Error('failed')), 10_000)).rejects.toThrow('failed');
  });

  it('that does not is an outage', async () => {
    await expect(withDeadline(new Promise(() => undefined), 1)).rejects.toThrow(Unavailable);
  });

  it('that fails after it has nobody left to tell, and troubles nobody', async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<never>((_resolve, reject) => (fail = reject));
    await expect(withDeadline(work, 1)).rejects.toThrow(Unavailable);
    // Unhandled, it would end the process, and this test.
    fail(new Error('too late'));
    await expect(work).rejects.toThrow('too late');
  });

  it('leaves no timer behind that would keep the process alive', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    await withDeadline(Promise.resolve(), 60_000);
    await withDeadline(Promise.reject(new Error('failed')), 60_000).catch(() => undefined);
    expect(timers()).toBe(before);
  });
});
