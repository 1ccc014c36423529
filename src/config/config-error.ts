/** One thing that is wrong: where, and the rule it breaks. Never the value. */
export interface ConfigProblem {
  /** Name of a variable, or place in the configuration file. */
  readonly name: string;
  /** What must hold, to be read after the name: `must be …`. */
  readonly rule: string;
}

/** The configuration can't be used. The message lists all that is wrong with it. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      `The configuration cannot be used:\n${problems.map(({ name, rule }) => `  ${name} ${rule}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}
