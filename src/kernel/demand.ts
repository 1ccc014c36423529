import type { Environment } from './principal.js';

/** Key of the metadata in which a handler declares its demand. */
export const demandMetadata = 'gatehouse:demand';

/** A permission, or several combined. */
export type PermissionRule =
  string | { readonly all: readonly PermissionRule[] } | { readonly any: readonly PermissionRule[] };

/** A handler or route that anybody may reach, and the reason why that is right. */
export interface PublicDemand {
  readonly kind: 'public';
  readonly why: string;
  /** Why requests to it are not written to the trail. Absent: they are. */
  readonly unrecorded?: string;
  /** Each request is a guess at a secret that people choose: a stricter limit per source counts it. */
  readonly attempt?: true;
}

/** What an identity must bring. Every stated part must hold. */
export interface ProtectedDemand {
  readonly kind: 'protected';
  readonly permission?: PermissionRule;
  /**
   * The act is on the caller's own account: only a principal that stands for a user (a session or one of the user's
   * keys), and only in that account's own tenant, not in one that `X-Tenant-ID` has led to.
   */
  readonly ownAccount?: true;
  /** Only a person's own session: never a key, however much it may do. */
  readonly session?: true;
  /** Only within the operator tenant. */
  readonly operator?: true;
  /** A second factor proven within this many minutes. Keys and tokens never satisfy it. */
  readonly mfaMinutes?: number;
  /** A licensed feature of the tenant. */
  readonly feature?: string;
  /** Whose data this is; `live` unless stated. A test key reaches only `test`. */
  readonly environment?: Environment;
  /** The act leaves something behind that outlives an incident: refused to break-glass whatever it is granted (G8). */
  readonly persists?: true;
}

/** What a door asks of whoever comes. There is no third kind: what demands nothing says so as `public`. */
export type Demand = PublicDemand | ProtectedDemand;

export interface RateLimit {
  readonly requests: number;
  readonly windowMs: number;
}

/** The permissions a rule names, each once, in the order it names them. */
export function namesIn(rule: PermissionRule): string[] {
  if (typeof rule === 'string') return [rule];
  const parts = 'all' in rule ? rule.all : rule.any;
  return [...new Set(parts.flatMap(namesIn))];
}

/** A rule as text: `a`, `(a and b)`, `(a or b)`. */
export function ruleText(rule: PermissionRule): string {
  if (typeof rule === 'string') return rule;
  const [word, parts] = 'all' in rule ? [' and ', rule.all] : [' or ', rule.any];
  return `(${parts.map(ruleText).join(word)})`;
}
