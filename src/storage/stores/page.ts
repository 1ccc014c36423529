/** A slice of a collection, in the order of its ids. */
export interface Page {
  /** The id after which the slice begins. */
  readonly after: string | undefined;
  readonly limit: number;
}

export interface Slice<T> {
  readonly items: readonly T[];
  /** Where the next slice begins; null at the end. */
  readonly next: string | null;
}

/** Cuts one row more than was asked for into a slice and the word whether there is more. */
export function toSlice<T>(rows: readonly T[], limit: number, idOf: (item: T) => string): Slice<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? idOf(last) : null };
}
