import type { Surfaces } from '../../src/kernel/surface.js';
import { configuredSurfaces } from '../../src/surfaces/configured-surfaces.js';

/** The canonical API in its two usual places, and nothing else. */
export function canonicalSurfaces(): Surfaces {
  const configs = ['/', '/api/v1'].map((prefix) => {
    return { dialect: 'redcloud', host: undefined, prefix, terms: {} } as const;
  });
  return configuredSurfaces(configs, { permissions: [], now: () => Date.now() });
}
