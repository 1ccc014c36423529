import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { ChangeRecord } from '../../src/audit/audit-event.js';
import { newApiKey } from '../../src/kernel/api-key-format.js';
import { PermissionSet } from '../../src/kernel/permission-set.js';
import { TenantScope } from '../../src/kernel/tenant-scope.js';
import type { Database } from '../../src/storage/database.js';

/** A tenant with one of everything. */
export interface FurnishedTenant {
  readonly scope: TenantScope;
  readonly slug: string;
  readonly userId: string;
  readonly email: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly key: { readonly id: string; readonly digest: Buffer };
  readonly backupCodeDigest: Buffer;
  /** Mailed, to choose another password with. */
  readonly accountToken: { readonly digest: Buffer };
  readonly invitation: { readonly id: string; readonly digest: Buffer };
  readonly sessionId: string;
  readonly refreshToken: { readonly id: string; readonly digest: Buffer };
}

/** Makes a tenant by its stores, with a role, a user, a key, a session, a refresh token, a feature and a record. */
export async function furnishTenant(
  database: Database,
  slug: string,
  permissions: readonly string[] = ['scans.read'],
): Promise<FurnishedTenant> {
  const scope = TenantScope.mint(uuidv7(), false);
  const [roleId, userId, keyId, sessionId, tokenId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const email = `someone@${slug}.example`;
  const roleName = `role of ${slug}`;
  const { digest, displayPrefix } = newApiKey('cspm_');
  const refreshDigest = randomBytes(32);
  const backupCodeDigest = randomBytes(32);
  const accountToken = { digest: randomBytes(32) };
  const invitation = { id: uuidv7(), digest: randomBytes(32) };
  await database.within(
    scope,
    async ({ accounts, invitations, tenants, roles, users, keys, secondFactors, sessions, trail }) => {
      await tenants.create({ id: scope.tenantId, name: `tenant ${slug}`, slug });
      await tenants.setFeatures(scope.tenantId, [`feature-of-${slug}`]);
      await roles.create({ id: roleId, name: roleName, permissions: PermissionSet.of(permissions) });
      await users.add({
        id: userId,
        email,
        emailKey: email,
        passwordHash: null,
        name: `user of ${slug}`,
        roleId,
      });
      await keys.create({
        id: keyId,
        userId,
        name: `key of ${slug}`,
        prefix: displayPrefix,
        digest,
        scopes: [...permissions],
        environment: 'live',
        expiresAt: null,
        createdBy: userId,
      });
      await accounts.issueToken(
        { id: uuidv7(), userId, purpose: 'reset-password', lifetimeSeconds: 3600, ...accountToken },
        1,
      );
      const guest = `guest@${slug}.example`;
      const invited = { email: guest, emailKey: guest, roleId, invitedBy: userId, keyId: null };
      await invitations.create({ ...invitation, ...invited, lifetimeSeconds: 3600 });
      await secondFactors.begin(userId, Buffer.from(`secret of ${slug}`));
      await secondFactors.enable(userId);
      await secondFactors.replaceBackupCodes(userId, [backupCodeDigest]);
      const source = { sourceAddress: '192.0.2.1', userAgent: `browser of ${slug}` };
      await sessions.start({ id: sessionId, userId, amr: ['pwd'], lifetimeSeconds: 3600, ...source });
      await sessions.addRefreshToken({ id: tokenId, sessionId, digest: refreshDigest });
      await trail.record(changeIn(scope, { about: slug }));
    },
  );
  const key = { id: keyId, digest };
  const refreshToken = { id: tokenId, digest: refreshDigest };
  return {
    scope,
    slug,
    userId,
    email,
    roleId,
    roleName,
    key,
    backupCodeDigest,
    accountToken,
    invitation,
    sessionId,
    refreshToken,
  };
}

/** The record of a change in a tenant. */
export function changeIn(scope: TenantScope, details: Readonly<Record<string, unknown>> = {}): ChangeRecord {
  return {
    kind: 'change',
    request: { requestId: uuidv7(), correlationId: uuidv7(), sourceAddress: '192.0.2.1', userAgent: '' },
    actor: { tenantId: scope.tenantId, scheme: null, principal: null },
    action: 'thing.changed',
    objectId: null,
    details,
  };
}
