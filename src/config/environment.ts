import { z } from 'zod';
import type { ConfigProblem } from './config-error.js';
import { logLevels } from './config.js';
import {
  durationSeconds,
  either,
  email,
  hostName,
  keyPrefix,
  keyPrefixes,
  mailFrom,
  oneOf,
  origin,
  permissionNames,
  roleName,
  secretUrl,
  slug,
  strongSecret,
  text,
  wholeNumber,
} from './variable-rules.js';

/**
 * Every environment variable there is: what it means, what stands in for it, which rule it must keep. The README's
 * table is printed from this one.
 */
export const variables = {
  NODE_ENV: defaulted(
    'production',
    '`development` or `test`; anything else is production',
    environmentName(),
  ),
  HOST: defaulted('127.0.0.1', 'address to listen on', hostName),
  PORT: defaulted('8080', 'port to listen on; 0 takes a free one', wholeNumber(0, 65_535)),
  PUBLIC_URL: optional(
    '`http://localhost:$PORT`',
    'the only source of absolute URLs and of the issuer of tokens',
    origin,
  ),
  GATEHOUSE_DATA_DIR: defaulted(
    '.gatehouse',
    'embedded database, and secrets that are not configured',
    anyText(),
  ),
  GATEHOUSE_CONFIG: defaulted(
    'gatehouse.yaml',
    'permissions, upstreams, routes, surfaces, trusted proxies, rate limits',
    anyText(),
  ),
  DATABASE_URL: optional(
    'embedded PostgreSQL',
    'a PostgreSQL server; `GATEHOUSE_SECRET` is then required',
    secretUrl('must be a URL that begins with postgres:// and names a host', ['postgres:', 'postgresql:']),
  ),
  GATEHOUSE_MIGRATE: defaulted('on', '`off`: migrations are run by somebody else', either('on', 'off')),
  REDIS_URL: optional(
    'counters in this process',
    'rate limits shared between replicas',
    secretUrl('must be a URL that begins with redis:// or rediss:// and names a host', ['redis:', 'rediss:']),
  ),
  GATEHOUSE_SECRET: optional(
    'generated into the data directory; required with `DATABASE_URL`',
    'at least 32 random bytes; the keys that encrypt secrets at rest are derived from it',
    strongSecret({ minLength: 32, minBits: 70, inHeader: false }),
  ),
  BOOTSTRAP_ADMIN_EMAIL: defaulted(
    'admin@localhost',
    'the first admin, made only while there is no user',
    email,
  ),
  BOOTSTRAP_ADMIN_PASSWORD: optional(
    'generated and printed once',
    'password of the first admin: at least 12 bytes that are hard to guess',
    strongSecret({ minLength: 12, minBits: 24, inHeader: false }),
  ),
  REGISTRATION: optional(
    '`open` in development, else `invite`',
    '`open`: anybody may make an account and a tenant of their own; `invite`: only who was invited; `closed`: nobody',
    oneOf(['open', 'invite', 'closed']),
  ),
  SMTP_URL: optional(
    'mail is written to the log in development; in production nothing can be done that needs mail',
    'a mail server, `smtp://user:password@host:587` or `smtps://…`; `MAIL_FROM` is then required',
    secretUrl('must be a URL that begins with smtp:// or smtps:// and names a host', ['smtp:', 'smtps:']),
  ),
  MAIL_FROM: optional(
    'none; required with `SMTP_URL`',
    'sender of mail: an address, or `Name <address>`',
    mailFrom,
  ),
  BREAK_GLASS_ENABLED: defaulted('false', '`true`: the emergency key is honoured', either('true', 'false')),
  MASTER_KEY: optional(
    'none',
    'the emergency key: at least 32 characters that are hard to guess; checked even while break-glass is off',
    strongSecret({ minLength: 32, minBits: 70, inHeader: true }),
  ),
  BREAK_GLASS_PERMISSIONS: optional(
    'none; required with `BREAK_GLASS_ENABLED`',
    'what the emergency key may do, separated by commas; nothing that could outlive the incident',
    permissionNames,
  ),
  LEGACY_API_KEY: optional(
    'none',
    'one key that everybody shares, for older clients: at least 24 characters, no prefix of per-user keys',
    strongSecret({ minLength: 24, minBits: 45, inHeader: true }),
  ),
  LEGACY_API_KEY_TENANT: optional(
    'none; required with `LEGACY_API_KEY`',
    'slug of the tenant that key is for',
    slug,
  ),
  LEGACY_API_KEY_ROLE: optional(
    'none; required with `LEGACY_API_KEY`',
    'role of that key; in production it is `legacy-restricted` whatever stands here',
    roleName,
  ),
  API_KEY_PREFIX: defaulted('cspm_', 'prefix of new API keys', keyPrefix),
  API_KEY_ACCEPTED_PREFIXES: optional(
    '`API_KEY_PREFIX`',
    'what else is taken for an API key, separated by commas',
    keyPrefixes,
  ),
  ACCESS_TOKEN_TTL: defaulted('15m', 'life of an access token', durationSeconds('1m', '24h')),
  REFRESH_TOKEN_TTL: defaulted('30d', 'life of a session that is not used', durationSeconds('5m', '365d')),
  SIGNING_KEY_MAX_AGE: defaulted(
    '90d',
    'a key that signs tokens is followed by a new one after so long',
    durationSeconds('1d', '3650d'),
  ),
  LOG_LEVEL: defaulted('info', logLevels.join(', '), oneOf(logLevels)),
} as const;

/** Names that are to come. A value for one of them would be ignored, and whoever set it should know. */
const unsupported = ['BREAK_GLASS_WINDOW', 'BREAK_GLASS_WEBHOOK', 'AUDIT_SINK'];

export type VariableName = keyof typeof variables;
type ValueOf<V> = V extends { rule: z.ZodType<infer Value>; fallback?: infer F }
  ? Value | (F extends string ? never : undefined)
  : never;

/** The values, parsed; undefined where nothing was set and nothing stands in. */
export type EnvironmentValues = { readonly [Name in VariableName]: ValueOf<(typeof variables)[Name]> };

/** The environment of a process: what `process.env` is. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Reads every variable. One that is set but empty counts as unset: that's how compose files pass on what they don't have.
 * @returns the values that are right, and a problem for each that isn't
 */
export function readEnvironment(env: ProcessEnvironment): {
  readonly values: Partial<EnvironmentValues>;
  readonly problems: readonly ConfigProblem[];
} {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = unknownNames(env);
  for (const [name, { rule, fallback }] of Object.entries<Variable>(variables)) {
    const given = env[name];
    const raw = given === undefined || given === '' ? fallback : given;
    if (raw === undefined) continue;
    const parsed = rule.safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else problems.push({ name, rule: parsed.error.issues[0]?.message ?? 'is not valid' });
  }
  return { values, problems };
}

function unknownNames(env: ProcessEnvironment): ConfigProblem[] {
  const isSet = (name: string): boolean => env[name] !== undefined && env[name] !== '';
  const unknown = Object.keys(env).filter((name) => /^GATEHOUSE_/i.test(name) && !(name in variables));
  return [
    ...unknown.sort().map((name) => ({ name, rule: 'is not a variable of Gatehouse' })),
    ...unsupported.filter(isSet).map((name) => ({ name, rule: 'is not supported by this version' })),
  ];
}

export interface Variable {
  readonly meaning: string;
  readonly rule: z.ZodType;
  /** The text that stands in for an unset variable. */
  readonly fallback?: string;
  /** What happens when it is not set, where no text can stand in. */
  readonly unset?: string;
}

function defaulted<Rule extends z.ZodType>(fallback: string, meaning: string, rule: Rule) {
  return { fallback, meaning, rule };
}

function optional<Rule extends z.ZodType>(unset: string, meaning: string, rule: Rule) {
  return { unset, meaning, rule };
}

function environmentName() {
  return z.string().transform((name) => (name === 'development' || name === 'test' ? name : 'production'));
}

function anyText() {
  return text('must not be blank', (value) => value.trim() !== '' && !value.includes('\0'));
}
