/** An immutable set of permission names. Names are plain text and never contain white space or a wildcard. */
export class PermissionSet {
  static readonly none = new PermissionSet([]);
  readonly #names: ReadonlySet<string>;

  private constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  static of(names: Iterable<string>): PermissionSet {
    return new PermissionSet(names);
  }

  /** Reads the space-separated form in which the database aggregates grants. Null and empty mean none, never all. */
  static parse(text: string | null): PermissionSet {
    return text === null || text === '' ? PermissionSet.none : new PermissionSet(text.split(' '));
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether everything in `other` is in this set: the test for "nobody grants more than they hold" (G7). */
  covers(other: PermissionSet): boolean {
    return other.missingFrom(this).length === 0;
  }

  /** The names of this set that `holder` lacks, sorted. */
  missingFrom(holder: PermissionSet): string[] {
    return this.names().filter((name) => !holder.has(name));
  }

  intersect(other: PermissionSet): PermissionSet {
    return new PermissionSet([...this.#names].filter((name) => other.has(name)));
  }

  /** Sorted, so that two equal sets print alike. */
  names(): string[] {
    return [...this.#names].sort();
  }

  toString(): string {
    return this.names().join(' ');
  }

  toJSON(): string[] {
    return this.names();
  }
}
