/** What a change really changes, as the trail keeps it. */
export interface Differences {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/**
 * Compares an object with what it is to become.
 * @param wanted members that are undefined stay as they are
 * @returns the members that differ, before and after; undefined when none does
 */
export function differences<T extends object>(current: T, wanted: Partial<T>): Differences | undefined {
  const names = (Object.keys(wanted) as (keyof T & string)[]).filter(
    (name) => wanted[name] !== undefined && JSON.stringify(wanted[name]) !== JSON.stringify(current[name]),
  );
  if (names.length === 0) return undefined;
  const only = (values: Partial<T>) => Object.fromEntries(names.map((name) => [name, values[name]]));
  return { before: only(current), after: only(wanted) };
}
