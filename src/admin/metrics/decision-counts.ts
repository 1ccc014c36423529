import type { GateObserver } from '../../gate/gate-observer.js';
import type { Admission, PublicAdmission } from '../../kernel/admission.js';
import type { SchemeName } from '../../kernel/principal.js';

/** The gate's decisions of one kind since the start. */
export interface DecisionCount {
  readonly outcome: 'admitted' | 'denied';
  /** Whose credential decided; `none` where none was needed or none came. */
  readonly scheme: SchemeName | 'none';
  /** Status of a denial; empty for an admission, whose status is the work's. */
  readonly status: string;
  readonly count: number;
}

/** Counts what the gate decides. Every label has few values, none of them the caller's to choose. */
export class DecisionCounts implements GateObserver {
  readonly #counts = new Map<string, { -readonly [Member in keyof DecisionCount]: DecisionCount[Member] }>();

  admitted(admission: Admission | PublicAdmission): void {
    this.#add('admitted', admission.principal === null ? 'none' : admission.scheme, '');
  }

  denied(scheme: SchemeName | null, status: number): void {
    this.#add('denied', scheme ?? 'none', String(status));
  }

  all(): readonly DecisionCount[] {
    return [...this.#counts.values()];
  }

  #add(outcome: DecisionCount['outcome'], scheme: DecisionCount['scheme'], status: string): void {
    const name = `${outcome} ${scheme} ${status}`;
    const known = this.#counts.get(name);
    if (known === undefined) this.#counts.set(name, { outcome, scheme, status, count: 1 });
    else known.count += 1;
  }
}
