import type { Principal, SchemeName } from '../kernel/principal.js';

/** The door through which a request came. */
export type Door = 'api' | 'proxy' | 'forward-auth';

/** What every record says of the request it belongs to. */
export interface RequestFacts {
  readonly requestId: string;
  readonly correlationId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
}

/** Who did it, as far as it is known. Ids only. */
export interface Actor {
  readonly tenantId: string | null;
  readonly scheme: SchemeName | null;
  readonly principal: Principal | null;
}

/** The gate's word on one request; durable before anything is done about it (G4). */
export interface DecisionRecord {
  readonly kind: 'decision';
  readonly request: RequestFacts;
  readonly actor: Actor;
  readonly door: Door;
  readonly method: string;
  /** Canonical path without the query: a query can carry secrets. */
  readonly path: string;
  readonly decision: 'allow' | 'deny';
  readonly status: number | null;
  /** Public code of a denial. */
  readonly code: string | null;
  /** Private reason of a denial, or what break-glass was used for. */
  readonly reason: string | null;
}

/** How an admitted request ended. */
export interface OutcomeRecord {
  readonly kind: 'outcome';
  readonly request: RequestFacts;
  readonly actor: Actor;
  readonly door: Door;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** Something was changed; committed in the transaction of the change itself. */
export interface ChangeRecord {
  readonly kind: 'change';
  readonly request: RequestFacts;
  readonly actor: Actor;
  /** What was done, `<object>.<past participle>`: `api_key.created`. */
  readonly action: string;
  readonly objectId: string | null;
  /** What changed. Never a secret: values of type `Secret` are written as `[secret]`. */
  readonly details: Readonly<Record<string, unknown>>;
}

export type AuditRecord = DecisionRecord | OutcomeRecord | ChangeRecord;
