/** Token under which the composition root provides `KeyWatchOptions`. */
export const KEY_WATCH_OPTIONS = Symbol('key watch options');

export interface KeyWatchOptions {
  /** How often the uses of keys are written down, in milliseconds. */
  readonly usesEveryMs: number;
  /** How often keys that will end soon are looked for, in milliseconds. */
  readonly warningsEveryMs: number;
  /** What the mails about keys refer to. */
  readonly publicUrl: string;
}

export const keyWatchDefaults = { usesEveryMs: 60_000, warningsEveryMs: 15 * 60_000 } as const;
