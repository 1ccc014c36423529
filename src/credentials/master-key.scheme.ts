import { createHash, timingSafeEqual } from 'node:crypto';
import { Strategy as CustomStrategy } from 'passport-custom';
import type { Strategy } from 'passport-strategy';
import { Denial } from '../kernel/denial.js';
import { PermissionSet } from '../kernel/permission-set.js';
import type { RequestHead } from '../kernel/request-head.js';
import { Secret } from '../kernel/secret.js';
import type { Standing, TenantStanding } from '../kernel/standing.js';
import { rejected, type CredentialScheme, type Rejected, type Verified } from './credential-scheme.js';
import type { LiveCredentials } from './live-credentials.js';
import { passportVerify, settle, type Done, type StrategyRequest } from './passport-verify.js';

export interface MasterKeyOptions {
  /** Absent while break-glass is disabled: then every master key is wrong, with the same answer. */
  readonly key: Secret | undefined;
  readonly permissions: readonly string[];
  readonly reasonRequired: boolean;
}

const minReasonLength = 10;
const maxReasonLength = 500;

/** Break-glass (G8): `X-Master-Key` with a reason, scoped permissions in one tenant, never a wildcard. */
export class MasterKeyScheme implements CredentialScheme {
  readonly name = 'master-key';
  readonly #strategy: Strategy;
  readonly #expected: Buffer | undefined;
  readonly #fingerprint: string;

  constructor(
    private readonly live: LiveCredentials,
    private readonly options: MasterKeyOptions,
  ) {
    this.#expected = options.key?.digest();
    this.#fingerprint = options.key === undefined ? '' : fingerprint(options.key);
    const strategy = new CustomStrategy((request, done) => {
      settle(this.#check(request as unknown as StrategyRequest), done as Done);
    });
    this.#strategy = strategy as unknown as Strategy;
  }

  claim(head: RequestHead): Secret | undefined {
    const value = head.control['x-master-key'];
    return value === undefined ? undefined : new Secret(value);
  }

  async verify(
    secret: Secret,
    head: RequestHead,
    tenantNamed: string | undefined,
  ): Promise<Verified | Rejected> {
    const headers: Record<string, string> = { 'x-master-key': secret.reveal() };
    const reason = head.control['x-break-glass-reason'];
    if (reason !== undefined) headers['x-break-glass-reason'] = reason;
    if (tenantNamed !== undefined) headers['x-tenant-id'] = tenantNamed;
    return passportVerify(this.#strategy, { headers });
  }

  async #check(request: StrategyRequest): Promise<Verified | Rejected> {
    // Compared also while disabled, so that time doesn't tell whether break-glass is armed.
    const digest = createHash('sha256')
      .update(request.headers['x-master-key'] ?? '')
      .digest();
    const right = timingSafeEqual(digest, this.#expected ?? createHash('sha256').update(digest).digest());
    if (this.#expected === undefined) return rejected('break-glass is disabled');
    if (!right) return rejected('wrong master key');
    const reason = request.headers['x-break-glass-reason'] ?? '';
    if (this.options.reasonRequired || reason !== '') requireReason(reason);
    const standing = await this.live.breakGlass(request.headers['x-tenant-id']);
    if (standing === undefined) return rejected('there is no operator tenant');
    return {
      outcome: 'verified',
      principal: { kind: 'break-glass', credentialId: this.#fingerprint, reason },
      standing: withPermissions(standing, PermissionSet.of(this.options.permissions)),
    };
  }
}

/** Names a master key in the trail without giving any of it away. */
export function fingerprint(key: Secret): string {
  return `mk_${createHash('sha256').update('gatehouse master key fingerprint').update(key.digest()).digest('hex').slice(0, 16)}`;
}

function requireReason(reason: string): void {
  if (reason.length >= minReasonLength && reason.length <= maxReasonLength) return;
  const message = `must be ${minReasonLength} to ${maxReasonLength} characters long`;
  throw Denial.ambiguous('BREAK_GLASS_REASON_REQUIRED', `X-Break-Glass-Reason ${message}.`, [
    { field: 'x-break-glass-reason', message },
  ]);
}

function withPermissions(standing: Standing, permissions: PermissionSet): Standing {
  const grant = <T extends TenantStanding>(tenant: T): T => ({ ...tenant, permissions });
  return { home: grant(standing.home), named: standing.named && grant(standing.named) };
}
