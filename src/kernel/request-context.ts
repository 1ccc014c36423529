import type {} from 'fastify';
import type { Admission, PublicAdmission } from './admission.js';
import type { RequestHead } from './request-head.js';

/** What is known of one HTTP request: its head from the start, the gate's yes once there is one. */
export interface RequestContext {
  readonly head: RequestHead;
  admitted?: Admission | PublicAdmission;
  /** Writes the outcome to the trail; set together with `admitted`. */
  complete?: (status: number) => void;
}

declare module 'fastify' {
  interface FastifyRequest {
    gatehouse: RequestContext;
  }
}
