import { isOwnPath } from '../kernel/own-paths.js';
import type { DialectName, SurfaceTerms } from '../kernel/surface.js';
import type { ConfigFileInput } from './config-file-schema.js';
import type { ConfigFile, SurfaceConfig } from './config.js';

/** What the documents promise, and hence what holds unless the installation says otherwise. */
const documentedTerms: Readonly<Record<DialectName, SurfaceTerms>> = {
  redcloud: {},
  cloudheed: {
    accessTokenTtlSeconds: 3600,
    minPasswordLength: 8,
    apiKeyPrefix: 'ch_live_',
    registerAnswersSession: true,
  },
  cloudsync: { accessTokenTtlSeconds: 3600, apiKeyPrefix: 'sk_live_' },
  switchboard: { accessTokenTtlSeconds: 3600, apiKeyPrefix: 'cs_live_', registerAnswersSession: true },
};

type WrittenSurface = ConfigFileInput['surfaces'][number];

/** The surfaces that are written, and those that need not be. */
export function surfacesOf(written: readonly WrittenSurface[]): SurfaceConfig[] {
  const surfaces = written.map(surfaceOf);
  const canonical = surfaces.some(({ dialect }) => dialect === 'redcloud') ? ['/'] : ['/', '/api/v1'];
  const missing = canonical.filter(
    (prefix) => !surfaces.some((surface) => surface.host === undefined && surface.prefix === prefix),
  );
  return [...surfaces, ...missing.map(canonicalAt)];
}

/** @returns what is wrong with a surface, or nothing */
export function surfaceFault(
  surface: WrittenSurface,
  earlier: readonly WrittenSurface[],
): string | undefined {
  const { prefix, host, dialect } = surface;
  if (isOwnPath(prefix)) return "must not lie within Gatehouse's own paths";
  if (prefix === '/' && host === undefined && dialect !== 'redcloud')
    return 'must not be / for every host: there the canonical API is';
  const twin = earlier.some((other) => other.host === host && other.prefix === prefix);
  return twin ? 'is the place of another surface already' : undefined;
}

/** The surface, if any, that would take a route's path for its own: no request could get there. */
export function surfaceAbove(path: string, surfaces: readonly SurfaceConfig[]): SurfaceConfig | undefined {
  return surfaces.find(
    ({ host, prefix }) => host === undefined && prefix !== '/' && path.startsWith(`${prefix}/`),
  );
}

/** What keys made on a surface begin with: whatever is made must be known again, on every surface. */
export function surfacePrefixes({ surfaces }: Pick<ConfigFile, 'surfaces'>): string[] {
  return surfaces.flatMap(({ terms }) => (terms.apiKeyPrefix === undefined ? [] : [terms.apiKeyPrefix]));
}

function surfaceOf(written: WrittenSurface): SurfaceConfig {
  const { dialect, host, prefix, api_key_prefix, access_token_ttl, min_password_length } = written;
  const own: SurfaceTerms = {
    ...(access_token_ttl === undefined ? {} : { accessTokenTtlSeconds: access_token_ttl / 1000 }),
    ...(min_password_length === undefined ? {} : { minPasswordLength: min_password_length }),
    ...(api_key_prefix === undefined ? {} : { apiKeyPrefix: api_key_prefix }),
  };
  return { dialect, host, prefix, terms: { ...documentedTerms[dialect], ...own } };
}

function canonicalAt(prefix: string): SurfaceConfig {
  return { dialect: 'redcloud', host: undefined, prefix, terms: documentedTerms.redcloud };
}
