import fc from 'fast-check';
import { emailKey, isEmail } from './email.js';

describe('an e-mail address', () => {
  it.each([
    'a@b',
    'admin@localhost',
    'first.last+tag@mail.example',
    'UPPER@EXAMPLE.COM',
    "o'hara_!#$%&*/=?^`{|}~-@example.com",
    'grüße@example.com',
    '用户@例子.广告',
    `${'a'.repeat(64)}@example.com`,
  ])('%s is one', (text) => {
    expect(isEmail(text)).toBe(true);
  });

  it.each([
    '',
    '@',
    'a@',
    '@b',
    'a',
    'a@b@c',
    'a b@c',
    ' a@b',
    'a@b ',
    'a@b\n',
    'a\u0000@b',
    'a@b\u0000',
    'a\u001b@b',
    'a\u200b@b',
    'a\u202e@b',
    '\ufeffa@b',
    'a\ud800@b',
    'a@b.',
    '"a"@b',
    'a(comment)@b',
    'a,b@c',
    'a;b@c',
    '<a@b>',
    'a@[127.0.0.1]',
    'a\uff20b@c',
    'a\u00b4@b',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(253)}`,
  ])('%j is none', (text) => {
    expect(isEmail(text)).toBe(false);
  });
});

describe('the key of an address', () => {
  it.each([
    ['Admin@Example.COM', 'admin@example.com'],
    [' admin@example.com ', 'admin@example.com'],
    ['\uff41dmin@example.com', 'admin@example.com'],
    ['GRU\u0308SSE@example.com', 'gr\u00fcsse@example.com'],
    ['J\u030c@example.com', '\u01f0@example.com'],
    ['\u212a@example.com', 'k@example.com'],
  ])('%j is found under %j', (spelling, key) => {
    expect(emailKey(spelling)).toBe(key);
  });

  const part = fc.oneof(
    fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 8 }),
    // Letters and marks that compose, in one case and not always in the other.
    fc
      .array(
        fc.constantFrom(
          ...Array.from('AJHTWYaIjhtwyi'),
          '\u0130',
          '\u0131',
          '\u00df',
          '\u1e9e',
          '\u030c',
          '\u0331',
          '\u0308',
          '\u030a',
          '\u0307',
          '\u0345',
          '\ufb01',
        ),
        {
          minLength: 1,
        },
      )
      .map((letters) => letters.join('')),
  );
  const address = fc
    .tuple(part, part)
    .map(([local, domain]) => `${local}@${domain}`)
    .filter(isEmail);

  it('is its own key: whoever copies it from a list still logs in with it', () => {
    fc.assert(
      fc.property(address, (text) => {
        expect(emailKey(emailKey(text))).toBe(emailKey(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('is shared by every spelling: composed, decomposed, compatible, with space around it', () => {
    fc.assert(
      fc.property(address, fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD'), (text, form) => {
        expect(emailKey(` ${text.normalize(form)}\t`)).toBe(emailKey(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('of an address is an address', () => {
    fc.assert(
      fc.property(address, (text) => {
        expect(isEmail(emailKey(text))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
