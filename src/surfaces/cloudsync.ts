import type { Dialect } from '../kernel/surface.js';
import { redcloud } from './redcloud.js';

/** CloudSync: the canonical shapes with the profile at `/me`. What else its document describes is OAuth 2.0. */
export const cloudsync: Dialect = {
  ...redcloud,
  name: 'cloudsync',
  canonicalPath: (path) => (path === '/me' ? '/auth/me' : path),
};
