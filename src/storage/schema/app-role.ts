import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { deriveKey } from '../../kernel/sealer.js';
import type { Secret } from '../../kernel/secret.js';

/** The role the program itself connects as: it owns nothing and row-level security binds it. */
export interface AppRole {
  readonly name: string;
  readonly password: string;
}

/**
 * Derived from the installation's secret, so that every replica knows it and nobody has to configure it. The name is
 * derived too: installations that share a server never share, or overwrite, a role.
 */
export function appRole(secret: Secret): AppRole {
  const name = `gatehouse_app_${createHash('sha256').update(deriveKey(secret, 'database role name')).digest('hex').slice(0, 12)}`;
  return { name, password: deriveKey(secret, 'database role password').toString('base64url') };
}

/** What the program may do with each table. Nothing else is granted: the trail, for one, can't be changed or emptied. */
export const privileges: Readonly<Record<string, readonly string[]>> = {
  account_tokens: ['SELECT', 'INSERT', 'UPDATE'],
  api_keys: ['SELECT', 'INSERT', 'UPDATE'],
  audit_events: ['SELECT', 'INSERT'],
  backup_codes: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  built_in_permissions: ['SELECT'],
  installation: ['SELECT', 'INSERT'],
  invitations: ['SELECT', 'INSERT', 'UPDATE'],
  login_attempts: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  memberships: ['SELECT', 'INSERT', 'UPDATE'],
  migrations: ['SELECT'],
  refresh_tokens: ['SELECT', 'INSERT', 'UPDATE'],
  role_permissions: ['SELECT', 'INSERT', 'DELETE'],
  roles: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  sessions: ['SELECT', 'INSERT', 'UPDATE'],
  signing_keys: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  tenant_features: ['SELECT', 'INSERT', 'DELETE'],
  tenants: ['SELECT', 'INSERT', 'UPDATE'],
  totp_secrets: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  users: ['SELECT', 'UPDATE'],
};

/** The functions it may call: they look across tenants, and are not anybody's to call. */
export const callable: readonly string[] = [
  'create_account(uuid, text, text, text, uuid)',
  'claim_expiry_warnings(integer)',
  'expiring_keys()',
  'end_sessions_of(uuid, uuid)',
  'gate_account_token(bytea, text)',
  'gate_break_glass(uuid)',
  'gate_invitation(bytea)',
  'gate_keys(bytea[], uuid[])',
  'gate_legacy(text, text, uuid)',
  'gate_login(text, uuid)',
  'gate_refresh(bytea)',
  'gate_sessions(uuid[], uuid[])',
  'inviter_permissions(uuid, uuid)',
  'leaked_keys(bytea[])',
  'note_key_uses(uuid[], double precision[], text[])',
  'release_expiry_warning(uuid, integer, integer)',
];

/** The statements that make the role and give it exactly its privileges. Safe to repeat. */
export function provisionStatements(role: AppRole): string[] {
  const verifier = scramVerifier(role.password);
  return [
    `DO $$ BEGIN
       CREATE ROLE ${role.name};
     EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
     END $$`,
    `ALTER ROLE ${role.name} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD '${verifier}'`,
    `GRANT USAGE ON SCHEMA gatehouse TO ${role.name}`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA gatehouse FROM ${role.name}`,
    ...Object.entries(privileges).map(
      ([table, granted]) => `GRANT ${granted.join(', ')} ON gatehouse.${table} TO ${role.name}`,
    ),
    ...callable.map((signature) => `GRANT EXECUTE ON FUNCTION gatehouse.${signature} TO ${role.name}`),
  ];
}

/** The password as PostgreSQL stores it (RFC 5803), so that the password itself never appears in a server's log. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}
