/** Work that is done again and again, never twice at once, and that keeps no process alive. */
export class Periodic {
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;

  /** @param work doesn't throw: there is nobody to tell */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly everyMs: number,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.run(), this.everyMs).unref();
  }

  /** Does the work now; joins it where it is under way. */
  run(): Promise<void> {
    this.#underWay ??= this.work().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /** Starts it no more, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#underWay;
  }
}
