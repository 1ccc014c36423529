import type { RouteTable } from './route-table.js';
import type { TrustedPeers } from './trusted-peers.js';

/** Token under which {@link EdgeOptions} are injected. */
export const edgeOptions = Symbol('edge options');

/** What the edge is given by the composition root. */
export interface EdgeOptions {
  /** Asked at every request: a new table counts from the next one on. */
  readonly table: () => RouteTable;
  readonly trustedPeers: TrustedPeers;
}
