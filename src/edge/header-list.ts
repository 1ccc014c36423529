import { normalHeaderName } from '../kernel/request-head.js';

/** A header as it goes on the wire. */
export type HeaderPair = readonly [name: string, value: string];

/**
 * Headers that concern one connection only (RFC 9110 §7.6.1), with the ones from before that list was written. `trailer` is
 * among them because trailers are dropped.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** The values of a header, by its exact name in lower case. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  return pairs(rawHeaders).flatMap(([spelling, value]) => (spelling.toLowerCase() === name ? [value] : []));
}

/**
 * What may pass from one connection to the next: neither hop-by-hop headers nor those that `Connection` names.
 * @param refused whether a header must not pass for another reason, by its normal name
 */
export function endToEnd(
  rawHeaders: readonly string[],
  refused: (normalName: string) => boolean,
): HeaderPair[] {
  const named = new Set(
    headerValues(rawHeaders, 'connection').flatMap((value) => value.split(',').map(normalToken)),
  );
  return pairs(rawHeaders).filter(([spelling]) => {
    const name = normalHeaderName(spelling);
    return !hopByHop.has(name) && !named.has(name) && !refused(name);
  });
}

export function pairs(rawHeaders: readonly string[]): HeaderPair[] {
  const list: HeaderPair[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    list.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  return list;
}

function normalToken(token: string): string {
  return normalHeaderName(token.trim());
}
