import { changesSomething, emailField, lineField, nameField } from './fields.js';

describe('a name', () => {
  it('is trimmed', () => {
    expect(nameField.parse('  Build server\n')).toBe('Build server');
  });

  it.each([
    ['empty', '   '],
    ['too long', 'x'.repeat(201)],
    ['two lines', 'a\nb'],
    ['with NUL', 'a\u0000b'],
    ['no text', 5],
  ])('is refused when it is %s', (_what, value) => {
    expect(nameField.safeParse(value).success).toBe(false);
  });

  it('is as long as it may be', () => {
    expect(lineField(3).parse('abc')).toBe('abc');
    expect(lineField(3).safeParse('abcd').success).toBe(false);
  });
});

describe('an e-mail address', () => {
  it.each(['a@example.org', ' A.b+c@Example.ORG '])('may be %p', (text) => {
    expect(emailField.parse(text)).toBe(text.trim());
  });

  it.each(['a', 'a@', '@b', 'a b@c', 'a@b\u0000c', `${'x'.repeat(65)}@example.org`])(
    'may not be %p',
    (text) => {
      expect(emailField.safeParse(text).success).toBe(false);
    },
  );
});

describe('a change', () => {
  it('names at least one member', () => {
    expect(changesSomething({})).toBe(false);
    expect(changesSomething({ name: 'x' })).toBe(true);
  });
});
