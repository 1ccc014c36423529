import type { Admission, PublicAdmission } from '../kernel/admission.js';
import type { RequestContext } from '../kernel/request-context.js';
import type { RequestHead } from '../kernel/request-head.js';

type Complete = RequestContext['complete'];

/** The context of one request. Its outcome is written exactly once, whichever comes first: the gate's yes or the end. */
export class InboundContext implements RequestContext {
  admitted?: Admission | PublicAdmission;
  #complete: Complete;
  #endedWith: number | undefined;

  constructor(readonly head: RequestHead) {}

  get complete(): Complete {
    return this.#complete;
  }

  /** A client can leave while it is still being judged; then the outcome is known before anybody asks for it. */
  set complete(complete: Complete) {
    if (this.#endedWith === undefined) this.#complete = complete;
    else complete?.(this.#endedWith);
  }

  /** The response has been sent, or never will be. */
  end(status: number): void {
    if (this.#endedWith !== undefined) return;
    this.#endedWith = status;
    this.#complete?.(status);
    this.#complete = undefined;
  }
}
