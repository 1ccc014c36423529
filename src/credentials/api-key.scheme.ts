import { HeaderAPIKeyStrategy } from 'passport-headerapikey';
import { Denial } from '../kernel/denial.js';
import type { RequestHead } from '../kernel/request-head.js';
import { Secret } from '../kernel/secret.js';
import { isWellFormedKey, prefixOf } from '../kernel/api-key-format.js';
import { rejected, type CredentialScheme, type Rejected, type Verified } from './credential-scheme.js';
import type { LiveCredentials } from './live-credentials.js';
import { passportVerify, settle, type Done } from './passport-verify.js';
import { isKeyShaped, presentedAuthorization } from './presented.js';
import { isFromRange } from './source-ranges.js';

/** Per-user API keys: `X-API-Key: cspm_…`, or the same as a bearer token. */
export class ApiKeyScheme implements CredentialScheme {
  readonly name = 'api-key';

  constructor(
    private readonly live: LiveCredentials,
    /** Prefixes that are recognised as keys of this installation. */
    private readonly prefixes: readonly string[],
  ) {}

  claim(head: RequestHead): Secret | undefined {
    const authorization = presentedAuthorization(head, this.prefixes);
    const bearer = authorization?.shape === 'api-key' ? authorization.token : undefined;
    const header = head.control['x-api-key'];
    const own = header !== undefined && isKeyShaped(header, this.prefixes) ? header : undefined;
    if (bearer !== undefined && own !== undefined) {
      throw Denial.ambiguous(
        'AMBIGUOUS_CREDENTIAL',
        'Two API keys were sent: in X-API-Key and in Authorization.',
      );
    }
    const value = bearer ?? own;
    return value === undefined ? undefined : new Secret(value);
  }

  async verify(
    secret: Secret,
    { sourceAddress }: RequestHead,
    tenantNamed: string | undefined,
  ): Promise<Verified | Rejected> {
    const strategy = new HeaderAPIKeyStrategy({ header: 'X-API-Key', prefix: '' }, false, (value, done) => {
      settle(this.#check(new Secret(value), sourceAddress, tenantNamed), done as Done);
    });
    return passportVerify(strategy, { headers: { 'x-api-key': secret.reveal() } });
  }

  async #check(
    secret: Secret,
    sourceAddress: string,
    tenantNamed: string | undefined,
  ): Promise<Verified | Rejected> {
    const text = secret.reveal();
    const prefix = prefixOf(text, this.prefixes);
    if (prefix === undefined) return rejected('key with a prefix that is not accepted here');
    if (!isWellFormedKey(text, prefix)) return rejected('malformed key');
    const key = await this.live.key(secret.digest(), tenantNamed);
    if (key === undefined) return rejected('unknown key');
    if (key.revoked) return rejected(`key ${key.id} is revoked`);
    if (key.expired) return rejected(`key ${key.id} has expired`);
    if (!key.ownerActive) return rejected(`owner of key ${key.id} is disabled`);
    if (key.sourceRanges !== null && !isFromRange(sourceAddress, key.sourceRanges)) {
      return rejected(`key ${key.id} may not be used from ${sourceAddress}`);
    }
    return {
      outcome: 'verified',
      principal: { kind: 'api-key', userId: key.userId, credentialId: key.id, environment: key.environment },
      standing: key.standing,
    };
  }
}
