import { Problem } from '../../kernel/problem.js';

/** How long a key is wished to be good: for so long, until a moment, or (neither) until it is revoked. */
export interface WishedLifetime {
  readonly seconds?: number;
  readonly until?: Date;
}

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
type Unit = keyof typeof unitSeconds;
const maxSeconds = 36_500 * unitSeconds.d;

/** How a key's lifetime is written: a whole number of seconds, minutes, hours or days. */
export const lifetimeShape = /^[1-9]\d{0,9}[smhd]$/;

/** @returns the seconds that a text such as `365d` stands for; undefined when it stands for none, or for over a century */
export function parseLifetime(text: string): number | undefined {
  if (!lifetimeShape.test(text)) return undefined;
  const seconds = Number(text.slice(0, -1)) * unitSeconds[text.slice(-1) as Unit];
  return seconds > maxSeconds ? undefined : seconds;
}

/**
 * When a new key expires; null means that it doesn't.
 * @param now by the database's clock, which will also say that it has expired
 * @param limit when the key that makes it expires itself, or null. A key that could make a longer-lived one for its
 *   user would hold for ever what it was given for a while (G7)
 * @throws Problem 400 for a moment that has passed, 403 for one beyond the limit
 */
export function expiryOf(wished: WishedLifetime, now: Date, limit: Date | null): Date | null {
  const expiry = wished.seconds === undefined ? (wished.until ?? null) : after(now, wished.seconds);
  if (expiry !== null && expiry <= now) {
    throw Problem.invalid([{ field: 'expires_at', message: 'must be in the future' }]);
  }
  if (limit === null) return expiry;
  if (expiry === null) return limit;
  if (expiry <= limit) return expiry;
  throw beyondOwnExpiry(limit);
}

/** The refusal of a key that would outlive its maker. */
export function beyondOwnExpiry(limit: Date): Problem {
  return Problem.forbidden(
    'EXPIRY_BEYOND_OWN',
    `A key can't make one that outlives it: ${limit.toISOString()}.`,
  );
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
