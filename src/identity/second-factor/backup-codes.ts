import { createHash, randomBytes } from 'node:crypto';

const count = 10;
const groups = 4;
const groupLength = 4;
/** Crockford's base 32: no letter that reads like a digit, or like another letter. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ten codes of 80 bits each, as `k3v9-…`: so many bits that a plain hash can't be searched. */
export function newBackupCodes(): string[] {
  return Array.from({ length: count }, newCode);
}

/** What is kept of a code. The same code of another account has another digest. */
export function backupCodeDigest(userId: string, code: string): Buffer {
  return createHash('sha256')
    .update(`backup-code|${userId}|${asOneSpelling(code)}`)
    .digest();
}

function newCode(): string {
  // 256 is a multiple of 32: no letter is likelier than another.
  const letters = [...randomBytes(groups * groupLength)].map((byte) => alphabet[byte % 32] ?? '').join('');
  return Array.from({ length: groups }, (_, index) =>
    letters.slice(index * groupLength, (index + 1) * groupLength),
  ).join('-');
}

/** As people copy them: capitals, spaces and hyphens don't count, and what reads alike is alike. */
function asOneSpelling(code: string): string {
  return code.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
}
