import { HeaderAPIKeyStrategy } from 'passport-headerapikey';
import type { RequestHead } from '../kernel/request-head.js';
import { Secret } from '../kernel/secret.js';
import { rejected, type CredentialScheme, type Rejected, type Verified } from './credential-scheme.js';
import type { LiveCredentials } from './live-credentials.js';
import { passportVerify, settle, type Done } from './passport-verify.js';
import { isKeyShaped } from './presented.js';

export interface GlobalKeyOptions {
  /** The configured key and what it stands for; absent when none is configured. */
  readonly configured:
    { readonly key: Secret; readonly tenantSlug: string; readonly role: string } | undefined;
  readonly keyPrefixes: readonly string[];
}

/**
 * The one configured key of older installations: whatever stands in `X-API-Key` and isn't shaped like a per-user key.
 * A per-user key never comes here, so an unknown one is never compared with the global key.
 */
export class GlobalKeyScheme implements CredentialScheme {
  readonly name = 'global-key';

  constructor(
    private readonly live: LiveCredentials,
    private readonly options: GlobalKeyOptions,
  ) {}

  claim(head: RequestHead): Secret | undefined {
    const value = head.control['x-api-key'];
    if (value === undefined || isKeyShaped(value, this.options.keyPrefixes)) return undefined;
    return new Secret(value);
  }

  async verify(
    secret: Secret,
    _head: RequestHead,
    tenantNamed: string | undefined,
  ): Promise<Verified | Rejected> {
    // An empty header is a presented credential all the same; the strategy would call it missing.
    if (secret.reveal() === '') return rejected('empty X-API-Key');
    const strategy = new HeaderAPIKeyStrategy({ header: 'X-API-Key', prefix: '' }, false, (value, done) => {
      settle(this.#check(new Secret(value), tenantNamed), done as Done);
    });
    return passportVerify(strategy, { headers: { 'x-api-key': secret.reveal() } });
  }

  async #check(secret: Secret, tenantNamed: string | undefined): Promise<Verified | Rejected> {
    const { configured } = this.options;
    if (configured === undefined) return rejected('no global key is configured');
    if (!secret.equals(configured.key)) return rejected('wrong global key');
    const standing = await this.live.legacy(configured.tenantSlug, configured.role, tenantNamed);
    if (standing === undefined) return rejected('the tenant or role of the global key does not exist');
    return { outcome: 'verified', principal: { kind: 'legacy-key', credentialId: 'global-key' }, standing };
  }
}
