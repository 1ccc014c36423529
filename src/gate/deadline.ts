import { Unavailable } from '../kernel/problem.js';

/** Waits for work at most `timeoutMs`. @throws Unavailable when time is up; what the work still brings is ignored */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Unavailable('decision within its deadline')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
