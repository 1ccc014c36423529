/** An object of JSON. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Some members of an object, under the same names, in the order given. Missing ones are left out. */
export function picked(from: unknown, names: readonly string[]): Members {
  return renamed(from, Object.fromEntries(names.map((name) => [name, name])));
}

/**
 * Some members of an object under other names.
 * @param names each new name with the old one
 */
export function renamed(from: unknown, names: Readonly<Record<string, string>>): Members {
  if (!isMembers(from)) return {};
  const found = Object.entries(names).filter(([, old]) => from[old] !== undefined);
  return Object.fromEntries(found.map(([name, old]) => [name, from[old]]));
}

/** The members of an object that are objects themselves; none when it isn't a list. */
export function items(from: unknown, name: string): readonly Members[] {
  const list = isMembers(from) ? from[name] : undefined;
  return Array.isArray(list) ? list.filter(isMembers) : [];
}

/** Whether a result logs somebody in. */
export function holdsTokens(body: unknown): boolean {
  return isMembers(body) && typeof body.access_token === 'string';
}

/** `last_used_at` → `lastUsedAt`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `lastUsedAt` → `last_used_at`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The same data with every member named in camel case, however deep. */
export function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isMembers(value) || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [camelCase(name), inCamelCase(member)]),
  );
}
