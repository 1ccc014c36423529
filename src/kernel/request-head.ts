import { canonicalTarget, type PathFault } from './canonical-path.js';
import { Denial } from './denial.js';
import type { Surface } from './surface.js';

/** The headers the gate itself reads. Each may come once, spelt one way. */
export const controlHeaders = [
  'authorization',
  'x-api-key',
  'x-master-key',
  'x-break-glass-reason',
  'x-tenant-id',
  'x-correlation-id',
] as const;
export type ControlHeader = (typeof controlHeaders)[number];

/** What a server knows of a request before its body is read. */
export interface RawHead {
  readonly method: string;
  /** The request target exactly as it was sent. */
  readonly target: string;
  /** Names and values in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
  /** Who is asking: the peer, or what a trusted proxy says of it. */
  readonly sourceAddress: string;
}

/** One request's head, read once: a canonical path, one value a header, a correlation id. */
export interface RequestHead {
  readonly method: string;
  /** Canonical, and without the surface's prefix: what is judged, routed and forwarded. */
  readonly path: string;
  readonly query: string;
  /** Where Gatehouse was addressed. Undefined where the path can't be read, and for requests that only a proxy tells of. */
  readonly surface?: Surface;
  readonly control: Readonly<Partial<Record<ControlHeader, string>>>;
  readonly rawHeaders: readonly string[];
  readonly correlationId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** Why this head must not be acted on. The gate refuses it at every door, public or not. */
  readonly fault?: Denial;
}

const wellFormedId = /^[A-Za-z0-9][A-Za-z0-9._-]{7,127}$/;
/** A comma joins repeated headers (RFC 9110 §5.3), so in these it can mean two credentials. A reason is prose. */
const singleValued: readonly ControlHeader[] = ['authorization', 'x-api-key', 'x-master-key', 'x-tenant-id'];
const maxUserAgentLength = 256;

/**
 * Reads a head.
 * @param raw what the server received
 * @param newId makes the correlation id when none, or a malformed one, came in
 * @returns the head; when it is ambiguous, one with a `fault`
 */
export function readHead(raw: RawHead, newId: () => string): RequestHead {
  const { control, faults } = readControl(raw.rawHeaders);
  const target = canonicalTarget(raw.target);
  const inbound = control['x-correlation-id'];
  return Object.freeze({
    method: raw.method,
    path: 'fault' in target ? '' : target.path,
    query: 'fault' in target ? '' : target.query,
    control: Object.freeze(control),
    rawHeaders: raw.rawHeaders,
    correlationId: inbound !== undefined && wellFormedId.test(inbound) ? inbound : newId(),
    sourceAddress: raw.sourceAddress,
    userAgent: headerValue(raw.rawHeaders, 'user-agent')?.slice(0, maxUserAgentLength) ?? '',
    fault: 'fault' in target ? pathDenial(target.fault) : faults[0],
  });
}

/**
 * The name under which a header counts: lower case, every other character a hyphen. Servers behind us that map
 * `X_API_Key` or `X.Api.Key` to the same variable must not see a header that we did not judge.
 */
export function normalHeaderName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

/** The first value of a header, by its exact name in lower case. */
export function headerValue(rawHeaders: readonly string[], name: string): string | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) return rawHeaders[at + 1];
  }
  return undefined;
}

function readControl(rawHeaders: readonly string[]) {
  const control: Partial<Record<ControlHeader, string>> = {};
  const faults: Denial[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const spelling = rawHeaders[at]?.toLowerCase() ?? '';
    const name = controlNames.get(normalHeaderName(spelling));
    if (name === undefined) continue;
    const value = rawHeaders[at + 1] ?? '';
    if (spelling !== name)
      faults.push(ambiguousHeader(name, 'is spelt in a way that servers read differently'));
    else if (name in control) faults.push(ambiguousHeader(name, 'came more than once'));
    else if (singleValued.includes(name) && value.includes(','))
      faults.push(ambiguousHeader(name, 'holds a comma'));
    else control[name] = withoutWhiteSpace(value);
  }
  return { control, faults };
}

/** White space as HTTP knows it (RFC 9110 §5.6.3). A no-break space is a character like any other, of a value like no other. */
function withoutWhiteSpace(value: string): string {
  let [from, to] = [0, value.length];
  while (from < to && isWhiteSpace(value.charAt(from))) from += 1;
  while (from < to && isWhiteSpace(value.charAt(to - 1))) to -= 1;
  return value.slice(from, to);
}

function isWhiteSpace(character: string): boolean {
  return character === ' ' || character === '\t';
}

const controlNames = new Map<string, ControlHeader>(controlHeaders.map((name) => [name, name]));

function ambiguousHeader(name: ControlHeader, what: string): Denial {
  const detail = `The header ${name} ${what}.`;
  return Denial.ambiguous('AMBIGUOUS_HEADER', detail, [{ field: name, message: what }]);
}

function pathDenial(fault: PathFault): Denial {
  const detail = `The path could be read in more than one way: ${fault.replaceAll('-', ' ')}.`;
  return Denial.ambiguous('AMBIGUOUS_PATH', detail, [{ field: 'path', message: fault }]);
}
