import { reservedPrefixes } from '../kernel/api-key-prefixes.js';
import type { RequestHead } from '../kernel/request-head.js';

/** What an `Authorization` header holds, told from its shape alone. */
export type Presented =
  | { readonly shape: 'jwt'; readonly token: string }
  | { readonly shape: 'api-key'; readonly token: string }
  | { readonly shape: 'unknown'; readonly token: string };

const bearer = /^Bearer +(\S+)$/i;
const jwt = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;

/**
 * Reads the `Authorization` header once, by shape: a key prefix means a key and nothing else, three dot-separated parts
 * a JWT and nothing else. Whatever else stands there is a presented credential too, of a kind nobody accepts.
 */
export function presentedAuthorization(
  head: RequestHead,
  keyPrefixes: readonly string[],
): Presented | undefined {
  const value = head.control.authorization;
  if (value === undefined) return undefined;
  const token = bearer.exec(value)?.[1];
  if (token === undefined) return { shape: 'unknown', token: value };
  if (isKeyShaped(token, keyPrefixes)) return { shape: 'api-key', token };
  return { shape: jwt.test(token) ? 'jwt' : 'unknown', token };
}

/** Whether a text begins like an API key: an accepted prefix, or one reserved for keys that are not accepted here. */
export function isKeyShaped(text: string, keyPrefixes: readonly string[]): boolean {
  return [...keyPrefixes, ...reservedPrefixes].some((prefix) => text.startsWith(prefix));
}
