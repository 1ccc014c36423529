import { randomBytes } from 'node:crypto';
import type { Sealer } from '../../kernel/sealer.js';
import { Secret } from '../../kernel/secret.js';

/** Signs session tokens. Bound to the key ring by the composition root. */
export interface TokenSigner {
  sign(typ: string, claims: Record<string, unknown>): Promise<string>;
}

export interface SessionTokenOptions {
  /** Issuer and audience of our own tokens: the public URL. */
  readonly issuer: string;
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  /** JWT `typ` of a session token (RFC 8725 §3.11). */
  readonly tokenType: string;
}

/** Whose session a token speaks for. */
export interface SessionSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly tenantId: string;
}

const refreshTokenBytes = 32;

/** Makes the two tokens of a session: a short signed one that names it, and an opaque one that renews it. */
export class SessionTokens {
  constructor(
    private readonly signer: TokenSigner,
    private readonly sealer: Sealer,
    readonly options: SessionTokenOptions,
  ) {}

  /**
   * A JWT (RFC 7519). Its session is looked up live, so it is good for less when that ends.
   * @param ttlSeconds how long it is good; `accessTokenTtlSeconds` unless the surface promises its clients another time
   */
  async access(
    subject: SessionSubject,
    now: Date,
    ttlSeconds = this.options.accessTokenTtlSeconds,
  ): Promise<string> {
    const iat = Math.floor(now.getTime() / 1000);
    return this.signer.sign(this.options.tokenType, {
      iss: this.options.issuer,
      aud: this.options.issuer,
      sub: subject.userId,
      sid: subject.sessionId,
      tenant_id: subject.tenantId,
      iat,
      exp: iat + ttlSeconds,
    });
  }

  newRefresh(): Secret {
    return new Secret(`rt_${randomBytes(refreshTokenBytes).toString('base64url')}`);
  }

  /** Keeps a successor readable for the moment in which its predecessor may ask again. */
  sealSuccessor(token: Secret, predecessorId: string): Buffer {
    return this.sealer.seal(Buffer.from(token.reveal()), `refresh-successor|${predecessorId}`);
  }

  openSuccessor(box: Buffer, predecessorId: string): Secret {
    return new Secret(this.sealer.open(box, `refresh-successor|${predecessorId}`).toString('utf8'));
  }
}
