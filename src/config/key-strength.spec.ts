import { randomBytes } from 'node:crypto';
import { keyFault } from './key-strength.js';

const masterKey = { minLength: 32, minBits: 70, inHeader: true };
const legacyKey = { minLength: 24, minBits: 45, inHeader: true };

describe('a configured key', () => {
  it('is accepted when it is random, however it is written down', () => {
    for (let round = 0; round < 2000; round += 1) {
      expect(keyFault(randomBytes(16).toString('hex'), masterKey)).toBeUndefined();
      expect(keyFault(randomBytes(32).toString('base64'), masterKey)).toBeUndefined();
      expect(keyFault(randomBytes(24).toString('base64url'), masterKey)).toBeUndefined();
      expect(keyFault(randomBytes(12).toString('hex'), legacyKey)).toBeUndefined();
    }
  });

  it('is refused when it is shorter than the rule says', () => {
    expect(keyFault(randomBytes(15).toString('hex'), masterKey)).toBe('must be at least 32 characters long');
  });

  it.each([
    ['one character again and again', 'a'.repeat(64)],
    ['a short part again and again', 'Tr0ub4dor&3'.repeat(6)],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ'],
    ['counting down', '98765432109876543210987654321098765432109876543210'],
    ['known words', 'super-secret-production-master-key-change-me-please'],
    ['a keyboard row', 'qwertyuiopasdfghjklzxcvbnmqwertyuiopasdfghjklzxcvbnm'],
    ['two characters in turn', '01'.repeat(40)],
    ['a random part, written three times', 'k7Qz2xWv9Rt'.repeat(3)],
  ])('is refused when it is %s, however long', (_what, key) => {
    expect(keyFault(key, masterKey)).toMatch(/^is too easy to guess/);
  });

  it('is refused when it cannot be sent in a header as one value', () => {
    const random = randomBytes(32).toString('base64');
    for (const key of [`${random} x`, `${random},x`, `${random}\n`, `${random}é`]) {
      expect(keyFault(key, masterKey)).toMatch(/visible ASCII characters/);
    }
  });

  it('is not quoted when it is refused', () => {
    for (const key of ['sentinel', 'sentinel'.repeat(8), `sentinel ${randomBytes(32).toString('hex')}`]) {
      expect(keyFault(key, masterKey)).not.toContain('sentinel');
    }
  });
});
