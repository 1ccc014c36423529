/** A request target split once: what is judged is, byte for byte, what is forwarded (G11). */
export interface RequestTarget {
  /** Canonical path: begins with `/`, unreserved characters decoded, other escapes in upper-case hex (RFC 3986 §6.2.2). */
  readonly path: string;
  /** The query without its `?`, untouched; empty when there is none. */
  readonly query: string;
}

export type PathFault =
  | 'not-origin-form'
  | 'too-long'
  | 'control-character'
  | 'raw-character'
  | 'fragment'
  | 'malformed-escape'
  | 'malformed-encoding'
  | 'encoded-separator'
  | 'encoded-control'
  | 'double-encoding'
  | 'empty-segment'
  | 'dot-segment'
  | 'path-parameter';

const maxTargetLength = 8192;
const unreserved = /^[A-Za-z0-9._~-]$/;
/** RFC 3986 `pchar` without `;` and `%`, and `/`: every character that may stand unescaped in a path here. */
const plainPath = /^[A-Za-z0-9._~!$&'()*+,=:@/-]$/;

/**
 * Reads a request target in origin form (RFC 9112 §3.2.1). A spelling that two programs could read as two different
 * paths is a fault, never a guess: encoded slashes, backslashes, dot segments in any encoding, `//`, `;parameters`.
 */
export function canonicalTarget(target: string): RequestTarget | { readonly fault: PathFault } {
  if (target.length > maxTargetLength) return { fault: 'too-long' };
  if (!target.startsWith('/')) return { fault: 'not-origin-form' };
  if (target.includes('#')) return { fault: 'fragment' };
  const mark = target.indexOf('?');
  const raw = mark === -1 ? target : target.slice(0, mark);
  const query = mark === -1 ? '' : target.slice(mark + 1);
  if (hasControl(query)) return { fault: 'control-character' };
  const path = canonicalPath(raw);
  return typeof path === 'string' ? { path, query } : path;
}

function canonicalPath(raw: string): string | { readonly fault: PathFault } {
  let path = '';
  for (let at = 0; at < raw.length; at += 1) {
    const character = raw.charAt(at);
    if (character === '%') {
      const read = readEscape(raw.slice(at + 1, at + 3));
      if (typeof read !== 'string') return read;
      path += read;
      at += 2;
    } else if (plainPath.test(character)) {
      path += character;
    } else {
      return { fault: faultOf(character) };
    }
  }
  if (path.includes('//')) return { fault: 'empty-segment' };
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return { fault: 'dot-segment' };
  return isUtf8(path) ? path : { fault: 'malformed-encoding' };
}

/** Lenient decoders read overlong forms as the character they spell: `%C0%AE` as a dot, `%C0%AF` as a slash (RFC 3629 §10). */
function isUtf8(escaped: string): boolean {
  try {
    decodeURIComponent(escaped);
    return true;
  } catch {
    return false;
  }
}

function readEscape(hex: string): string | { readonly fault: PathFault } {
  if (!/^[0-9A-Fa-f]{2}$/.test(hex)) return { fault: 'malformed-escape' };
  const code = parseInt(hex, 16);
  if (code < 0x20 || code === 0x7f) return { fault: 'encoded-control' };
  const character = String.fromCharCode(code);
  if (character === '/' || character === '\\') return { fault: 'encoded-separator' };
  if (character === '%') return { fault: 'double-encoding' };
  if (character === ';') return { fault: 'path-parameter' };
  return unreserved.test(character) ? character : `%${hex.toUpperCase()}`;
}

function faultOf(character: string): PathFault {
  if (character === ';') return 'path-parameter';
  if (character === '\\') return 'encoded-separator';
  return hasControl(character) ? 'control-character' : 'raw-character';
}

function hasControl(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}
