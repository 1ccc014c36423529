import { Problem, Unavailable } from '../kernel/problem.js';
import type { SchemeName } from '../kernel/principal.js';
import type { RequestHead } from '../kernel/request-head.js';
import type { CredentialScheme, Rejected, Verified } from './credential-scheme.js';

export type OutcomeName = 'absent' | 'verified' | 'rejected' | 'unavailable';

export interface Absent {
  readonly outcome: 'absent';
}

/** The credential could not be checked. Never read as "no": the answer is 503 (G3). */
export interface CouldNotCheck {
  readonly outcome: 'unavailable';
  readonly reason: string;
}

export type SchemeOutcome = Absent | Verified | Rejected | CouldNotCheck;

/** What one scheme said. */
export interface Tried<O extends { readonly outcome: OutcomeName } = SchemeOutcome> {
  readonly scheme: SchemeName;
  readonly result: O;
}

/** The chain's word: the outcome that decides, the scheme it came from, and everything that was asked before it. */
export interface ChainVerdict {
  readonly decided: Tried<Verified | Rejected | CouldNotCheck> | null;
  readonly tried: readonly Tried[];
}

/**
 * The rule of the chain, and all of it (G1): the first outcome that isn't `absent` decides, whatever it is.
 * Later outcomes change nothing.
 */
export function decide(tried: readonly Tried[]): ChainVerdict['decided'] {
  for (const { scheme, result } of tried) {
    if (result.outcome !== 'absent') return { scheme, result };
  }
  return null;
}

/** Asks the schemes in order. A presented credential is final: those behind it are not even asked. */
export class CredentialChain {
  constructor(private readonly schemes: readonly CredentialScheme[]) {}

  /**
   * @param tenantNamed the tenant named by `X-Tenant-ID`, if any
   * @throws Denial (400) when a credential came twice
   */
  async authenticate(head: RequestHead, tenantNamed: string | undefined): Promise<ChainVerdict> {
    const tried: Tried[] = [];
    for (const scheme of this.schemes) {
      const result = await ask(scheme, head, tenantNamed);
      tried.push({ scheme: scheme.name, result });
      if (result.outcome !== 'absent') break;
    }
    return { decided: decide(tried), tried };
  }
}

async function ask(
  scheme: CredentialScheme,
  head: RequestHead,
  tenantNamed: string | undefined,
): Promise<SchemeOutcome> {
  try {
    const secret = scheme.claim(head);
    return secret === undefined ? { outcome: 'absent' } : await scheme.verify(secret, head, tenantNamed);
  } catch (error) {
    if (error instanceof Problem) throw error;
    // Whatever else goes wrong inside a check is an outage, not an answer: never "absent", never "rejected".
    return { outcome: 'unavailable', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Unavailable) return error.message;
  return `the check failed: ${error instanceof Error ? error.message : 'unknown error'}`;
}
