/** How long the program waits for its database, in milliseconds, before it says that it can't be asked. */
export interface Waits {
  /** For a connection. */
  readonly connectMs: number;
  /** For one statement. */
  readonly statementMs: number;
  /** For a whole decision of the gate. */
  readonly decisionMs: number;
}

/** With the database gone, every answer comes well within two seconds. */
export const shippedWaits: Waits = { connectMs: 700, statementMs: 1000, decisionMs: 1500 };
