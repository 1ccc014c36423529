import type { Dialect, DialectName, Surface, Surfaces } from '../kernel/surface.js';
import { cloudheed } from './cloudheed.js';
import { cloudsync } from './cloudsync.js';
import { redcloud } from './redcloud.js';
import { SurfaceTable } from './surface-table.js';
import { switchboard, type SwitchboardOptions } from './switchboard.js';

/** A surface as it is configured. */
export type SurfaceConfig = Omit<Surface, 'dialect'> & { readonly dialect: DialectName };

/** The surfaces of an installation. @throws Error when two have one place */
export function configuredSurfaces(configs: readonly SurfaceConfig[], options: SwitchboardOptions): Surfaces {
  const dialects: Readonly<Record<DialectName, Dialect>> = {
    redcloud,
    cloudheed,
    cloudsync,
    switchboard: switchboard(options),
  };
  return new SurfaceTable(configs.map((config) => ({ ...config, dialect: dialects[config.dialect] })));
}
