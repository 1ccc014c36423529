import fc from 'fast-check';
import { Problem } from '../../kernel/problem.js';
import { expiryOf, parseLifetime, type WishedLifetime } from './key-lifetime.js';

const now = new Date('2030-01-01T00:00:00Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('a lifetime in words', () => {
  it.each([
    ['365d', 365 * 86_400],
    ['12h', 43_200],
    ['30m', 1800],
    ['1s', 1],
    ['36500d', 36_500 * 86_400],
  ])('reads %p', (text, seconds) => {
    expect(parseLifetime(text)).toBe(seconds);
  });

  it.each(['0d', '36501d', '9999999999s', '1.5h', '-1d', '5', 'd', '5 d', '1y', ''])('refuses %p', (text) => {
    expect(parseLifetime(text)).toBeUndefined();
  });
});

describe('when a key expires', () => {
  it('is counted from the database’s present', () => {
    expect(expiryOf({ seconds: 60 }, now, null)).toEqual(inSeconds(60));
    expect(expiryOf({ until: inSeconds(5) }, now, null)).toEqual(inSeconds(5));
  });

  it('is never, when nothing is said and nothing limits it', () => {
    expect(expiryOf({}, now, null)).toBeNull();
  });

  it.each([0, -1])('is never %p seconds from now', (seconds) => {
    expect(() => expiryOf({ until: inSeconds(seconds) }, now, null)).toThrow(Problem);
  });

  it('is never after the key that made it expires', () => {
    const wish: fc.Arbitrary<WishedLifetime> = fc.oneof(
      fc.constant({}),
      fc.record({ seconds: fc.integer({ min: 1, max: 10_000 }) }),
      fc.record({ until: fc.integer({ min: 1, max: 10_000 }).map(inSeconds) }),
    );
    fc.assert(
      fc.property(wish, fc.integer({ min: 1, max: 10_000 }).map(inSeconds), (wished, limit) => {
        try {
          const expiry = expiryOf(wished, now, limit);
          expect(expiry).not.toBeNull();
          expect(expiry!.getTime()).toBeLessThanOrEqual(limit.getTime());
        } catch (error) {
          expect(error).toMatchObject({ status: 403, code: 'EXPIRY_BEYOND_OWN' });
        }
      }),
    );
  });
});
