import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { ChangeRecord } from '../audit/audit-event.js';
import { scopes } from '../gate/scopes.js';
import { emailKey } from '../kernel/email.js';
import { Secret } from '../kernel/secret.js';
import type { Database } from '../storage/database.js';
import type { PasswordHasher } from './passwords/password-hasher.js';

export interface FirstAdmin {
  readonly email: string;
  readonly password: Secret;
  /** Whether the password was made up here: then it must be shown, once. */
  readonly generated: boolean;
}

/**
 * Founds a fresh installation: its operator tenant and that tenant's first owner.
 * @returns the first admin; undefined when the installation already stood
 */
export async function foundInstallation(
  database: Database,
  passwords: PasswordHasher,
  admin: { readonly email: string; readonly password: Secret | undefined },
): Promise<FirstAdmin | undefined> {
  const password = admin.password ?? new Secret(randomBytes(15).toString('base64url'));
  const passwordHash = await passwords.hash(password);
  const scope = scopes.ofFounding(uuidv7());
  return database.within(scope, async (stores) => {
    if (!(await stores.installation.claim())) return undefined;
    await stores.tenants.create({ id: scope.tenantId, name: 'Operator', slug: 'operator' });
    await stores.installation.found();
    const owner = await stores.roles.findByName('owner');
    if (owner === undefined) throw new Error('a new tenant has no owner role');
    const { email } = admin;
    const user = {
      id: uuidv7(),
      email,
      emailKey: emailKey(email),
      passwordHash,
      name: 'Administrator',
      roleId: owner.id,
    };
    const userId = await stores.users.add(user);
    await stores.trail.record(foundingRecord(scope.tenantId, userId));
    return { email, password, generated: admin.password === undefined };
  });
}

function foundingRecord(tenantId: string, userId: string): ChangeRecord {
  const id = uuidv7();
  return {
    kind: 'change',
    request: { requestId: id, correlationId: id, sourceAddress: 'local', userAgent: 'gatehouse' },
    actor: { tenantId, scheme: null, principal: null },
    action: 'installation.founded',
    objectId: tenantId,
    details: { first_admin: userId },
  };
}
