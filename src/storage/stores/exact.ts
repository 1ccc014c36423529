/**
 * Criteria for a query that is built by hand. TypeORM's own finders throw when one is undefined or null; its query builder would
 * quietly compare with NULL.
 * @throws Error naming the criterion that has no value
 */
export function exact<T extends object>(criteria: T): T {
  for (const [name, value] of Object.entries(criteria)) {
    if (value === undefined || value === null) throw new Error(`the criterion ${name} is ${String(value)}`);
  }
  return criteria;
}
