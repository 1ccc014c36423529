/** What a test file has started and must end: in reverse, each also when another can't be ended, or never was started. */
export class Leftovers {
  readonly #undos: (() => unknown)[] = [];

  /** Remembers how to undo what was just done. Returns the thing itself. */
  add<T>(thing: T, undo: (thing: T) => unknown): T {
    this.#undos.push(() => undo(thing));
    return thing;
  }

  /** Undoes everything. @throws the first error, after the rest is undone */
  async clear(): Promise<void> {
    const errors: unknown[] = [];
    for (const undo of this.#undos.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
