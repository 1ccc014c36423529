/** Every way of saying who one is, in the order in which the chain asks (DESIGN: credentials). */
export const schemeNames = ['master-key', 'session', 'api-key', 'global-key'] as const;
export type SchemeName = (typeof schemeNames)[number];

export type Environment = 'live' | 'test';

/** The emergency key: whoever holds it, in one tenant, for a stated reason. */
export interface BreakGlass {
  readonly kind: 'break-glass';
  /** Fingerprint of the key, never the key. */
  readonly credentialId: string;
  readonly reason: string;
}

/** A person with a session. */
export interface User {
  readonly kind: 'user';
  readonly userId: string;
  readonly credentialId: string;
  /** Authentication methods of the session (RFC 8176). */
  readonly amr: readonly string[];
  /** Seconds since the second factor was last proven, by the database's clock; absent if it never was. */
  readonly mfaAgeSeconds?: number;
}

/** Automation acting for a user with one of the user's keys. */
export interface ApiKey {
  readonly kind: 'api-key';
  readonly userId: string;
  readonly credentialId: string;
  readonly environment: Environment;
}

/** The configured key of older installations. */
export interface LegacyKey {
  readonly kind: 'legacy-key';
  readonly credentialId: string;
}

/** Who is asking. Holds the credential's id, never the secret. */
export type Principal = BreakGlass | User | ApiKey | LegacyKey;

/** The user a principal stands for, if it stands for one. */
export function userIdOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case 'user':
    case 'api-key':
      return principal.userId;
    case 'break-glass':
    case 'legacy-key':
      return undefined;
  }
}
