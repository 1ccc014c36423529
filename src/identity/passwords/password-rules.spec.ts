import { passwordFault } from './password-rules.js';

describe('a password that somebody chooses', () => {
  it.each([
    'a long enough passphrase',
    'correct horse battery staple',
    'Xk3-pq9Lw2vTz7',
    'пароль который никто не знает',
    '密码'.repeat(3) + '很长很难猜的句子',
    'x'.repeat(2) + 'unguessable sentence'.repeat(50),
    '    spaces are fine    ',
    'love 8374-9237-4923',
  ])('may be: %s', (password) => {
    expect(passwordFault(password)).toBeUndefined();
  });

  it.each([
    ['short', /at least 12 characters/],
    ['elevenchars', /at least 12 characters/],
    ['é'.repeat(513), /at most 1024 bytes/],
    ['x'.repeat(1025), /at most 1024 bytes/],
    ['password1234', /first passwords/],
    ['Password12345!', /first passwords/],
    ['PASSWORDPASSWORD', /first passwords/],
    ['passwordpasswordpassword1', /first passwords/],
    ['123456789012', /first passwords/],
    ['111111111111', /first passwords/],
    ['abababababab', /first passwords/],
    ['abc123abc123', /first passwords/],
    ['iloveyou2024!!', /first passwords/],
  ])('must not be: %s', (password, why) => {
    expect(String(passwordFault(password))).toMatch(why);
  });

  it('may have 8 characters where a surface says so, and never fewer', () => {
    expect(passwordFault('tr3e-lamp', 8)).toBeUndefined();
    expect(passwordFault('football', 8)).toMatch('first passwords');
    expect(passwordFault('tr3-lmp', 8)).toMatch('at least 8');
    expect(passwordFault('tr3-lmp', 1)).toMatch('at least 8');
  });

  it('is judged quickly, whatever it is', () => {
    const begun = performance.now();
    for (const hostile of [
      'a'.repeat(1023) + 'b',
      'ab'.repeat(511) + 'c',
      '1'.repeat(1024),
      'aab'.repeat(341),
    ])
      passwordFault(hostile);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
