import { reservedPrefixes } from '../kernel/api-key-prefixes.js';
import { withCounterparts } from '../kernel/key-environments.js';
import { ownPermissions } from '../kernel/own-permissions.js';
import type { Secret } from '../kernel/secret.js';
import type { ConfigFile } from './config.js';
import type { ConfigProblem } from './config-error.js';
import type { EnvironmentValues, VariableName } from './environment.js';
import { surfacePrefixes } from './surfaces.js';

/**
 * The only permissions of Gatehouse's own that an emergency key may hold. With any other, something could be left behind
 * that outlives the incident: a user, key, role, client or setting, or a review of one's own doings (G8). A permission
 * that is added later is not among them until somebody puts it here.
 */
const ownPermissionsForBreakGlass: readonly string[] = ['admin.audit'];

type Values = Partial<EnvironmentValues>;

/**
 * What is wrong between variables, each of which may be right by itself.
 * @param failed names that are wrong by themselves; nothing more is said of them
 * @param file undefined when the file can't be used; then what depends on it is not judged
 */
export function crossProblems(
  values: Values,
  failed: ReadonlySet<string>,
  file: ConfigFile | undefined,
): ConfigProblem[] {
  const problems = [
    ...databaseProblems(values),
    ...mailProblems(values),
    ...breakGlassProblems(values, file),
    ...legacyKeyProblems(values, file),
    ...sameSecretProblems(values),
    ...sessionProblems(values, file),
  ];
  return problems.filter(({ name }) => !failed.has(name));
}

function databaseProblems(values: Values): ConfigProblem[] {
  if (values.DATABASE_URL === undefined || values.GATEHOUSE_SECRET !== undefined) return [];
  return [
    {
      name: 'GATEHOUSE_SECRET',
      rule: 'must be set with DATABASE_URL: replicas on one database need the same secret',
    },
  ];
}

function mailProblems(values: Values): ConfigProblem[] {
  if (values.SMTP_URL !== undefined) return required(values, ['MAIL_FROM'], 'with SMTP_URL');
  return values.MAIL_FROM === undefined ? [] : required(values, ['SMTP_URL'], 'with MAIL_FROM');
}

function breakGlassProblems(values: Values, file: ConfigFile | undefined): ConfigProblem[] {
  if (values.BREAK_GLASS_ENABLED !== true) return [];
  const missing = required(
    values,
    ['MASTER_KEY', 'BREAK_GLASS_PERMISSIONS'],
    'with BREAK_GLASS_ENABLED=true',
  );
  const asked = values.BREAK_GLASS_PERMISSIONS ?? [];
  const rules: string[] = [];
  const persisting = asked.filter((name) => isOwn(name) && !ownPermissionsForBreakGlass.includes(name));
  if (persisting.length > 0) {
    rules.push(
      `must not hold ${persisting.join(', ')}: with it, something could be made that outlives the incident`,
    );
  }
  if (file !== undefined && asked.some((name) => !isOwn(name) && !file.permissions.includes(name))) {
    rules.push('must hold only permissions of Gatehouse or of its configuration file');
  }
  return [...missing, ...rules.map((rule) => ({ name: 'BREAK_GLASS_PERMISSIONS', rule }))];
}

function legacyKeyProblems(values: Values, file: ConfigFile | undefined): ConfigProblem[] {
  const key = values.LEGACY_API_KEY;
  const companions = ['LEGACY_API_KEY_TENANT', 'LEGACY_API_KEY_ROLE'] as const;
  if (key === undefined) {
    const alone = companions.some((name) => values[name] !== undefined);
    return alone ? [{ name: 'LEGACY_API_KEY', rule: `must be set with ${companions.join(' and ')}` }] : [];
  }
  const prefixes = [
    ...reservedPrefixes,
    ...withCounterparts([
      ...(values.API_KEY_ACCEPTED_PREFIXES ?? []),
      values.API_KEY_PREFIX ?? '',
      ...(file === undefined ? [] : surfacePrefixes(file)),
    ]),
  ];
  const looksOwn = prefixes.some((prefix) => prefix !== '' && key.reveal().startsWith(prefix));
  return [
    ...required(values, companions, 'with LEGACY_API_KEY'),
    ...(looksOwn ? [{ name: 'LEGACY_API_KEY', rule: 'must not begin with a prefix of per-user keys' }] : []),
  ];
}

/** One value for two purposes: whoever learns it by one door has the other as well. */
function sameSecretProblems(values: Values): ConfigProblem[] {
  const names = ['GATEHOUSE_SECRET', 'MASTER_KEY', 'LEGACY_API_KEY', 'BOOTSTRAP_ADMIN_PASSWORD'] as const;
  return names.flatMap((name, index) => {
    const twin = names.slice(0, index).find((other) => equal(values[name], values[other]));
    return twin === undefined ? [] : [{ name, rule: `must not be the same as ${twin}` }];
  });
}

function sessionProblems(values: Values, file: ConfigFile | undefined): ConfigProblem[] {
  const { ACCESS_TOKEN_TTL: access, REFRESH_TOKEN_TTL: refresh } = values;
  if (access === undefined || refresh === undefined) return [];
  if (refresh <= access) return [{ name: 'REFRESH_TOKEN_TTL', rule: 'must be longer than ACCESS_TOKEN_TTL' }];
  const longer = file?.surfaces.find(({ terms }) => (terms.accessTokenTtlSeconds ?? 0) >= refresh);
  if (longer === undefined) return [];
  return [{ name: 'REFRESH_TOKEN_TTL', rule: `must be longer than access_token_ttl of ${longer.dialect}` }];
}

function required(values: Values, names: readonly VariableName[], when: string): ConfigProblem[] {
  return names
    .filter((name) => values[name] === undefined)
    .map((name) => ({ name, rule: `must be set ${when}` }));
}

function isOwn(permission: string): boolean {
  return Object.hasOwn(ownPermissions, permission);
}

function equal(one: Secret | undefined, other: Secret | undefined): boolean {
  return one !== undefined && other !== undefined && one.equals(other);
}
