import { randomBytes } from 'node:crypto';
import { headerValues } from './header-list.js';

const wellFormed = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The trace a request belongs to (W3C Trace Context, version 00).
 * @returns the client's if exactly one well-formed header came; else a new one, marked as sampled, as an upstream would
 * do that had got none
 */
export function traceParent(rawHeaders: readonly string[]): {
  readonly value: string;
  readonly kept: boolean;
} {
  const [value, ...others] = headerValues(rawHeaders, 'traceparent');
  if (value !== undefined && others.length === 0 && wellFormed.test(value)) return { value, kept: true };
  const random = randomBytes(24).toString('hex');
  return { value: `00-${random.slice(0, 32)}-${random.slice(32)}-01`, kept: false };
}
