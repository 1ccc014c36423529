import type { Admission, PublicAdmission } from '../kernel/admission.js';
import type { SchemeName } from '../kernel/principal.js';

/** Told of every decision once it is taken and written down. It must only take note: the request waits for it. */
export interface GateObserver {
  admitted(admission: Admission | PublicAdmission): void;
  /** @param scheme whose credential was presented, as far as it got; @param status of the answer */
  denied(scheme: SchemeName | null, status: number): void;
}
