import { Strategy as JwtStrategy } from 'passport-jwt';
import { isUuid } from '../kernel/id.js';
import type { RequestHead } from '../kernel/request-head.js';
import { Secret } from '../kernel/secret.js';
import { rejected, type CredentialScheme, type Rejected, type Verified } from './credential-scheme.js';
import type { KeyRing } from './key-ring.js';
import type { LiveCredentials } from './live-credentials.js';
import { passportVerify, settle, type Done, type StrategyRequest } from './passport-verify.js';
import { presentedAuthorization } from './presented.js';

export const sessionTokenType = 'session+jwt';

export interface SessionJwtOptions {
  /** Issuer and audience: our own public URL. */
  readonly issuer: string;
  readonly keyPrefixes: readonly string[];
}

/** The claims every session token carries. */
export interface SessionClaims {
  readonly sub: string;
  readonly sid: string;
  readonly tenantId: string;
}

/**
 * Sessions: a short asymmetric JWT that names a session, which is then looked up live. It also claims every
 * `Authorization` header that isn't an API key: a presented credential must be somebody's, or it would be ignored.
 */
export class SessionJwtScheme implements CredentialScheme {
  readonly name = 'session';

  constructor(
    private readonly live: LiveCredentials,
    private readonly ring: KeyRing,
    private readonly options: SessionJwtOptions,
  ) {}

  claim(head: RequestHead): Secret | undefined {
    const presented = presentedAuthorization(head, this.options.keyPrefixes);
    if (presented === undefined || presented.shape === 'api-key') return undefined;
    return new Secret(presented.shape === 'jwt' ? presented.token : '');
  }

  async verify(
    secret: Secret,
    _head: RequestHead,
    tenantNamed: string | undefined,
  ): Promise<Verified | Rejected> {
    if (secret.reveal() === '') return rejected('Authorization of a kind that is not accepted');
    return passportVerify(this.#strategy(tenantNamed), { headers: { authorization: secret.reveal() } });
  }

  #strategy(tenantNamed: string | undefined): JwtStrategy {
    return new JwtStrategy(
      {
        jwtFromRequest: (request: unknown) => (request as StrategyRequest).headers.authorization ?? null,
        secretOrKeyProvider: (_request: unknown, token: unknown, done) => {
          const key = this.#keyFor(String(token));
          // jsonwebtoken takes the PEM; passport-jwt turns an error here into a failure.
          if (key === undefined) done(new Error('no key of ours fits the header'));
          else done(null, key);
        },
        algorithms: ['ES256'],
        issuer: this.options.issuer,
        audience: this.options.issuer,
      },
      (payload: unknown, done: Done) => settle(this.#check(payload, tenantNamed), done),
    );
  }

  /** Only the header's `alg`, `kid` and `typ` are read, and nothing else may stand there: no `jwk`, `jku`, `crit`. */
  #keyFor(token: string): string | undefined {
    const header = readHeader(token);
    if (header === undefined || header.typ !== sessionTokenType) return undefined;
    if (Object.keys(header).some((name) => !['alg', 'kid', 'typ'].includes(name))) return undefined;
    const key = this.ring.verificationKey(header.kid, header.alg);
    return key?.export({ type: 'spki', format: 'pem' }).toString();
  }

  async #check(payload: unknown, tenantNamed: string | undefined): Promise<Verified | Rejected> {
    const claims = readClaims(payload);
    if (claims === undefined) return rejected('token without a required claim');
    const session = await this.live.session(claims.sid, tenantNamed);
    if (session === undefined) return rejected('unknown session');
    if (session.userId !== claims.sub) return rejected(`session ${session.id} is not the subject's`);
    if (session.standing.home.tenantId !== claims.tenantId)
      return rejected(`session ${session.id} is of another tenant`);
    if (session.ended) return rejected(`session ${session.id} has ended`);
    if (session.expired) return rejected(`session ${session.id} has expired`);
    if (!session.userActive) return rejected(`user of session ${session.id} is disabled`);
    const { id: credentialId, userId, amr, mfaAgeSeconds, standing } = session;
    return {
      outcome: 'verified',
      principal: { kind: 'user', userId, credentialId, amr, mfaAgeSeconds },
      standing,
    };
  }
}

function readHeader(token: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // not JSON, hence no header of ours
  }
}

function readClaims(payload: unknown): SessionClaims | undefined {
  const { sub, sid, tenant_id: tenantId, exp } = payload as Record<string, unknown>;
  // jsonwebtoken verifies `exp` only when it is there.
  if (typeof exp !== 'number' || typeof sub !== 'string' || typeof sid !== 'string' || !isUuid(sid))
    return undefined;
  return typeof tenantId === 'string' ? { sub, sid, tenantId } : undefined;
}
