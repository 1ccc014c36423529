export interface AccountOptions {
  /** Who may make an account by themselves. */
  readonly registration: 'open' | 'invite' | 'closed';
  /** Where links lead: never what a request says of itself (`Host` is whatever its sender writes). */
  readonly publicUrl: string;
  /** Told of what went wrong after the answer had been given. */
  readonly onFailure: (error: unknown) => void;
}

export const ACCOUNT_OPTIONS = Symbol('account options');
