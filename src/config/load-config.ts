import { resolve } from 'node:path';
import { withCounterparts } from '../kernel/key-environments.js';
import { Secret } from '../kernel/secret.js';
import type { Config, ConfigFile } from './config.js';
import { ConfigError } from './config-error.js';
import { crossProblems } from './cross-problems.js';
import { readEnvironment, type EnvironmentValues, type ProcessEnvironment } from './environment.js';
import { readConfigFile } from './read-config-file.js';
import { surfacePrefixes } from './surfaces.js';

const productionLegacyRole = 'legacy-restricted';

/**
 * Reads the environment and `gatehouse.yaml`.
 * @param env the process's environment
 * @param cwd what relative paths are relative to
 * @returns the configuration, frozen all the way down
 * @throws ConfigError listing everything that is wrong, by name and rule, never by value
 */
export function loadConfig(env: ProcessEnvironment, cwd: string): Config {
  const { values, problems } = readEnvironment(env);
  const read =
    values.GATEHOUSE_CONFIG === undefined ? undefined : readConfigFile(resolve(cwd, values.GATEHOUSE_CONFIG));
  const file = read !== undefined && 'file' in read ? read.file : undefined;
  const found = [
    ...problems,
    ...crossProblems(values, new Set(problems.map(({ name }) => name)), file),
    ...(read !== undefined && 'problems' in read ? read.problems : []),
  ];
  if (found.length > 0 || file === undefined) throw new ConfigError(found);
  // Without a problem, every value is there that must be.
  return deepFrozen(configOf(values as EnvironmentValues, file, cwd));
}

function configOf(values: EnvironmentValues, file: ConfigFile, cwd: string): Config {
  const production = values.NODE_ENV === 'production';
  const legacyKey = legacyKeyOf(values, production);
  return {
    environment: values.NODE_ENV,
    listen: { host: values.HOST, port: values.PORT },
    publicUrl: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
    dataDir: resolve(cwd, values.GATEHOUSE_DATA_DIR),
    database: { url: values.DATABASE_URL, migrate: values.GATEHOUSE_MIGRATE },
    redisUrl: values.REDIS_URL,
    secret: values.GATEHOUSE_SECRET,
    bootstrap: { email: values.BOOTSTRAP_ADMIN_EMAIL, password: values.BOOTSTRAP_ADMIN_PASSWORD },
    registration: values.REGISTRATION ?? (production ? 'invite' : 'open'),
    mail: mailOf(values, production),
    breakGlass: {
      key: values.BREAK_GLASS_ENABLED ? values.MASTER_KEY : undefined,
      permissions: values.BREAK_GLASS_ENABLED ? (values.BREAK_GLASS_PERMISSIONS ?? []) : [],
      reasonRequired: production,
    },
    legacyKey,
    apiKeys: {
      prefix: values.API_KEY_PREFIX,
      acceptedPrefixes: withCounterparts([
        values.API_KEY_PREFIX,
        ...(values.API_KEY_ACCEPTED_PREFIXES ?? []),
        ...surfacePrefixes(file),
      ]),
    },
    sessions: {
      accessTokenTtlSeconds: values.ACCESS_TOKEN_TTL,
      refreshTokenTtlSeconds: values.REFRESH_TOKEN_TTL,
    },
    signingKeyMaxAgeSeconds: values.SIGNING_KEY_MAX_AGE,
    logLevel: values.LOG_LEVEL,
    file,
    warnings: warningsOf(values, legacyKey),
  };
}

function mailOf(values: EnvironmentValues, production: boolean): Config['mail'] {
  const { SMTP_URL: smtpUrl, MAIL_FROM: from } = values;
  if (smtpUrl === undefined || from === undefined) return undefined;
  return { smtpUrl, from, requireTls: production };
}

function legacyKeyOf(values: EnvironmentValues, production: boolean): Config['legacyKey'] {
  const { LEGACY_API_KEY: key, LEGACY_API_KEY_TENANT: tenantSlug, LEGACY_API_KEY_ROLE: role } = values;
  if (key === undefined || tenantSlug === undefined || role === undefined) return undefined;
  return { key, tenantSlug, role: production ? productionLegacyRole : role };
}

function warningsOf(values: EnvironmentValues, legacyKey: Config['legacyKey']): string[] {
  const warnings: string[] = [];
  if (values.NODE_ENV !== 'production')
    warnings.push(`NODE_ENV is ${values.NODE_ENV}: not a setting for production`);
  if (values.NODE_ENV === 'production' && values.SMTP_URL === undefined) {
    warnings.push('SMTP_URL is not set: nobody can be invited, or reset a forgotten password');
  }
  if (values.BREAK_GLASS_ENABLED) warnings.push('BREAK_GLASS_ENABLED is on: MASTER_KEY is honoured');
  if (legacyKey !== undefined) {
    warnings.push(
      'LEGACY_API_KEY is set: everybody who has it is one identity; give out keys per user instead',
    );
    if (legacyKey.role !== values.LEGACY_API_KEY_ROLE) {
      warnings.push(
        `LEGACY_API_KEY_ROLE is not used in production: the key has the role ${productionLegacyRole}`,
      );
    }
  }
  return warnings;
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Secret) return value;
  for (const part of Object.values(value)) deepFrozen(part);
  return Object.freeze(value);
}
