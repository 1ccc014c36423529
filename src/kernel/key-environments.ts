import type { Environment } from './principal.js';

const marked = /^(.*_)?(live|test)_$/;

/**
 * The prefix of a key of an environment: `sk_live_` for live, `sk_test_` for test, whichever of the two is configured. A
 * prefix that names no environment, such as `cspm_`, is that of both. Prefixes are for people: what a key may do is decided
 * by the environment it is stored with.
 */
export function prefixIn(environment: Environment, prefix: string): string {
  const match = marked.exec(prefix);
  return match === null ? prefix : `${match[1] ?? ''}${environment}_`;
}

/** The prefixes, each followed by its counterpart in the other environment, if it has one; each once. */
export function withCounterparts(prefixes: readonly string[]): string[] {
  const both = prefixes.flatMap((prefix) => [prefix, prefixIn('live', prefix), prefixIn('test', prefix)]);
  return [...new Set(both)];
}
