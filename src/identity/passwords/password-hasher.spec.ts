import { Secret } from '../../kernel/secret.js';
import { PasswordHasher } from './password-hasher.js';

const passwords = new PasswordHasher();
const salt = 'c29tZXNhbHRzb21lc2FsdA';

describe('a stored hash', () => {
  it('made today needs no other', async () => {
    expect(passwords.needsRehash(await passwords.hash(new Secret('a long enough passphrase')))).toBe(false);
  });

  it.each([
    [`$argon2id$v=19$m=19456,t=2,p=1$${salt}$x`, false],
    [`$argon2id$v=19$m=65536,t=3,p=4$${salt}$x`, false],
    [`$argon2id$v=19$m=4096,t=2,p=1$${salt}$x`, true],
    [`$argon2id$v=19$m=19456,t=1,p=1$${salt}$x`, true],
    [`$argon2id$v=16$m=19456,t=2,p=1$${salt}$x`, true],
    [`$argon2i$v=19$m=19456,t=2,p=1$${salt}$x`, true],
    ['$2b$12$abcdefghijklmnopqrstuv', true],
    ['', true],
  ])('%s needs a stronger one: %s', (stored, needs) => {
    expect(passwords.needsRehash(stored)).toBe(needs);
  });
});
