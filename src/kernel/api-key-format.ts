import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from './secret.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 27 characters of base62 hold 160.7 bits. */
const bodyLength = 27;
const checksumLength = 6;
const shownBodyLength = 6;

/** A newly made key: shown once, stored as a digest, recognised by its first characters. */
export interface NewApiKey {
  readonly secret: Secret;
  readonly digest: Buffer;
  /** What is kept for display: the prefix and the first few random characters. */
  readonly displayPrefix: string;
}

/** Makes a key: `<prefix><27 base62 characters><CRC32 of all that, 6 base62 characters>`. */
export function newApiKey(prefix: string): NewApiKey {
  let body = '';
  for (let at = 0; at < bodyLength; at += 1) body += alphabet.charAt(randomInt(alphabet.length));
  const secret = new Secret(prefix + body + checksum(prefix + body));
  return {
    secret,
    digest: secret.digest(),
    displayPrefix: (prefix + body).slice(0, prefix.length + shownBodyLength),
  };
}

/** Whether a text has the form of a key with this prefix, checksum included. It keeps typing errors off the database. */
export function isWellFormedKey(text: string, prefix: string): boolean {
  if (text.length !== prefix.length + bodyLength + checksumLength || !text.startsWith(prefix)) return false;
  if (!/^[0-9A-Za-z]+$/.test(text.slice(prefix.length))) return false;
  return checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength);
}

/** The accepted prefix that a text begins with. The longest wins, so `cs_` never hides `cs_live_`. */
export function prefixOf(text: string, prefixes: readonly string[]): string | undefined {
  return prefixes.filter((prefix) => text.startsWith(prefix)).sort((a, b) => b.length - a.length)[0];
}

function checksum(text: string): string {
  let rest = crc32(text);
  let written = '';
  for (let at = 0; at < checksumLength; at += 1) {
    written = alphabet.charAt(rest % alphabet.length) + written;
    rest = Math.floor(rest / alphabet.length);
  }
  return written;
}
