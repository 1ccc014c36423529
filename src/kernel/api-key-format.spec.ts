import fc from 'fast-check';
import { isWellFormedKey, newApiKey, prefixOf } from './api-key-format.js';
import { reservedPrefixes } from './api-key-prefixes.js';
import { Secret } from './secret.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const anyPrefix = fc.constantFrom(...reservedPrefixes, 'k_', 'a-b.c_');
const randomPart = (key: string, prefix: string) => key.slice(prefix.length, -6);

describe('a new key', () => {
  it('is well formed under its prefix, stored as its digest and shown by its first characters', () => {
    fc.assert(
      fc.property(anyPrefix, (prefix) => {
        const { secret, digest, displayPrefix } = newApiKey(prefix);
        const key = secret.reveal();
        expect(isWellFormedKey(key, prefix)).toBe(true);
        expect(digest).toEqual(new Secret(key).digest());
        expect(displayPrefix).toBe(key.slice(0, prefix.length + 6));
      }),
    );
  });

  it('holds at least 160 bits that nobody can know', () => {
    const part = randomPart(newApiKey('cspm_').secret.reveal(), 'cspm_');
    expect(part.length * Math.log2(alphabet.length)).toBeGreaterThanOrEqual(160);
  });

  it('draws every character of the alphabet as often as any other', () => {
    const drawn = Array.from({ length: 2000 }, () =>
      randomPart(newApiKey('cspm_').secret.reveal(), 'cspm_'),
    ).join('');
    const expected = drawn.length / alphabet.length;
    const deviation = Array.from(alphabet).reduce(
      (sum, one) => sum + (drawn.split(one).length - 1 - expected) ** 2 / expected,
      0,
    );
    // χ² with 61 degrees of freedom: beyond 150 by chance less than once in 10⁸ runs.
    expect(deviation).toBeLessThan(150);
  });

  it('is never made twice', () => {
    const made = Array.from({ length: 1000 }, () => newApiKey('cspm_').secret.reveal());
    expect(new Set(made).size).toBe(1000);
  });

  it('keeps all but 6 of its random characters out of what is shown', () => {
    const { secret, displayPrefix } = newApiKey('cspm_');
    const hidden = secret.reveal().slice(displayPrefix.length);
    expect((hidden.length - 6) * Math.log2(alphabet.length)).toBeGreaterThan(120);
  });
});

describe('a key with a mistake in it', () => {
  it('is caught when any one character is another', () => {
    fc.assert(
      fc.property(
        anyPrefix,
        fc.nat(),
        fc.constantFrom(...Array.from(alphabet), '_', '-', ' ', 'é'),
        (prefix, place, other) => {
          const key = newApiKey(prefix).secret.reveal();
          const at = place % key.length;
          fc.pre(key.charAt(at) !== other);
          expect(isWellFormedKey(key.slice(0, at) + other + key.slice(at + 1), prefix)).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is caught when two neighbours changed places', () => {
    fc.assert(
      fc.property(anyPrefix, fc.nat(), (prefix, place) => {
        const key = newApiKey(prefix).secret.reveal();
        const at = place % (key.length - 1);
        fc.pre(key.charAt(at) !== key.charAt(at + 1));
        const swapped = key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2);
        expect(isWellFormedKey(swapped, prefix)).toBe(false);
      }),
    );
  });

  it('is caught when something is missing, added or in front of another prefix', () => {
    const key = newApiKey('cspm_').secret.reveal();
    for (const wrong of [
      '',
      'cspm_',
      key.slice(0, -1),
      `${key}0`,
      ` ${key}`,
      `${key}\n`,
      key.toUpperCase(),
    ]) {
      expect(isWellFormedKey(wrong, 'cspm_')).toBe(false);
    }
    expect(isWellFormedKey(key.replace('cspm_', 'cs_live_'), 'cs_live_')).toBe(false);
  });

  it('is caught in nearly all texts that only look like one', () => {
    const looksLikeOne = fc.stringMatching(/^[0-9A-Za-z]{33}$/).map((rest) => `cspm_${rest}`);
    fc.assert(fc.property(looksLikeOne, (text) => !isWellFormedKey(text, 'cspm_')));
  });
});

describe('the prefix of a key', () => {
  it('is the longest of those that fit, in whatever order they are listed', () => {
    for (const listed of [
      ['cs_', 'cs_live_'],
      ['cs_live_', 'cs_'],
    ]) {
      expect(prefixOf('cs_live_abc', listed)).toBe('cs_live_');
      expect(prefixOf('cs_test_abc', listed)).toBe('cs_');
    }
  });

  it('is none when none fits', () => {
    expect(prefixOf('sk_live_abc', ['cspm_'])).toBeUndefined();
    expect(prefixOf('', ['cspm_'])).toBeUndefined();
    expect(prefixOf('xcspm_', ['cspm_'])).toBeUndefined();
  });

  it('leaves the list as it was', () => {
    const prefixes = Object.freeze(['cs_', 'cs_live_']);
    expect(prefixOf('cs_live_abc', prefixes)).toBe('cs_live_');
  });
});
