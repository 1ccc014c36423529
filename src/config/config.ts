import type { Demand, RateLimit } from '../kernel/demand.js';
import type { Secret } from '../kernel/secret.js';
import type { DialectName, Surface } from '../kernel/surface.js';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Everything the program is told from outside, checked and frozen. */
export interface Config {
  readonly environment: 'production' | 'development' | 'test';
  readonly listen: { readonly host: string; readonly port: number };
  /** Absolute, without a trailing slash. */
  readonly publicUrl: string;
  /** Absolute path. */
  readonly dataDir: string;
  /** Without a `url`, the embedded server is used. */
  readonly database: { readonly url: Secret | undefined; readonly migrate: boolean };
  readonly redisUrl: Secret | undefined;
  /** Always present beside `database.url`; without both, one is generated into the data directory. */
  readonly secret: Secret | undefined;
  readonly bootstrap: { readonly email: string; readonly password: Secret | undefined };
  /** Who may make an account by themselves. */
  readonly registration: 'open' | 'invite' | 'closed';
  /** Undefined without a mail server. */
  readonly mail:
    { readonly smtpUrl: Secret; readonly from: string; readonly requireTls: boolean } | undefined;
  /** `key` is undefined while break-glass is disabled, whatever `MASTER_KEY` holds. */
  readonly breakGlass: {
    readonly key: Secret | undefined;
    readonly permissions: readonly string[];
    readonly reasonRequired: boolean;
  };
  /** In production `role` is `legacy-restricted`, whatever was asked for. */
  readonly legacyKey:
    { readonly key: Secret; readonly tenantSlug: string; readonly role: string } | undefined;
  /** `acceptedPrefixes` begins with `prefix`, and holds the live and the test form of each that has both. */
  readonly apiKeys: { readonly prefix: string; readonly acceptedPrefixes: readonly string[] };
  readonly sessions: { readonly accessTokenTtlSeconds: number; readonly refreshTokenTtlSeconds: number };
  /** After so long a signing key is followed by a new one. */
  readonly signingKeyMaxAgeSeconds: number;
  readonly logLevel: LogLevel;
  readonly file: ConfigFile;
  /** What is right but worth knowing, to be logged at the start. Never holds a value of a secret. */
  readonly warnings: readonly string[];
}

/** What `gatehouse.yaml` says. */
export interface ConfigFile {
  /** Absolute path. */
  readonly path: string;
  /** The installation's own permissions, each once. */
  readonly permissions: readonly string[];
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>;
  readonly routes: readonly RouteConfig[];
  /** With the canonical ones, which need not be written. */
  readonly surfaces: readonly SurfaceConfig[];
  /** In CIDR notation. */
  readonly trustedProxies: readonly string[];
  readonly leakedKeys: {
    readonly github: readonly { readonly identifier: string; readonly pem: string }[];
  };
  readonly rateLimits: {
    readonly source: RateLimit;
    readonly identity: RateLimit;
    readonly attempts: RateLimit;
  };
}

export interface UpstreamConfig {
  /** An origin such as `http://127.0.0.1:9000`, or `example`: the upstream that comes with Gatehouse. */
  readonly url: string;
  /** How long the upstream may take to begin its answer. */
  readonly timeoutMs: number;
}

export interface RouteConfig {
  readonly methods: readonly string[];
  readonly path: string;
  /** A name in `upstreams`. */
  readonly upstream: string;
  readonly demand: Demand;
}

/** Where which of the documented APIs is spoken, on which terms. */
export type SurfaceConfig = Omit<Surface, 'dialect'> & { readonly dialect: DialectName };
