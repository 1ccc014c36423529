export interface ReadinessCheck {
  /** What was checked, such as `database`. */
  readonly name: string;
  readonly ok: boolean;
  /** For the log only: it may say more than the public should know. */
  readonly detail?: string;
}

/** Whether this replica can do its work now. */
export interface Readiness {
  check(): Promise<readonly ReadinessCheck[]>;
}
