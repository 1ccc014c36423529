import { backupCodeDigest, newBackupCodes } from './backup-codes.js';

describe('backup codes', () => {
  it('are ten, of 80 bits each, and never taken for a code of an authenticator', () => {
    const codes = Array.from({ length: 50 }, newBackupCodes);
    for (const set of codes) expect(set).toHaveLength(10);
    for (const code of codes.flat())
      expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    expect(new Set(codes.flat()).size).toBe(500);
    // Every letter of the alphabet turns up.
    expect(new Set(codes.flat().join('').replaceAll('-', '')).size).toBe(32);
  });

  it('are the same however people copy them', () => {
    const digest = backupCodeDigest('u', '01ab-cdef-0123-4567');
    for (const spelling of [
      '01ABCDEF01234567',
      ' 01ab cdef 0123 4567 ',
      'Oiab-cdef-olz3-4567'.replace('z', '2'),
    ])
      expect(backupCodeDigest('u', spelling).equals(digest)).toBe(true);
    expect(backupCodeDigest('u', '01ab-cdef-0123-4568').equals(digest)).toBe(false);
  });

  it('are worth nothing in another account', () => {
    const code = '01ab-cdef-0123-4567';
    expect(backupCodeDigest('u', code).equals(backupCodeDigest('v', code))).toBe(false);
  });
});
