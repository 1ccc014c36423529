import { randomUUID } from 'node:crypto';
import type { TestGatehouse } from './gatehouse.js';
import type { Answer, HttpClient, Sent } from './http-client.js';

/** One route of Gatehouse's own API, as it can be called. */
export interface OfferedRoute {
  readonly method: string;
  /** With ids that belong to nobody. */
  readonly path: string;
}

/** Every route whose requests are judged, or at least written down: asked of the program, not listed by hand. */
export function recordedRoutes({ routes }: TestGatehouse): OfferedRoute[] {
  return routes
    .filter(({ demand }) => demand.kind !== 'public' || demand.unrecorded === undefined)
    .map(({ method, path }) => ({
      method: method === 'ALL' ? 'GET' : method,
      path: path.replace(/:[^/]+/g, () => randomUUID()),
    }));
}

/** Calls a route, with an empty object as the body where one is usual. */
export function call(http: HttpClient, { method, path }: OfferedRoute, sent: Sent): Promise<Answer> {
  const body = ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined;
  return http.send(method, path, { body, ...sent });
}
