/** Where the program reads the time of its own process. Decisions use the database's clock, never this one. */
export interface Clock {
  /** The present moment. */
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
