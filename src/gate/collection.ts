import { z } from 'zod';
import { isUuid } from '../kernel/id.js';

const defaultLimit = 50;
const maxLimit = 200;
const maxCursorLength = 200;

/** `?limit=` of a collection. */
export const limitMember = z.coerce.number().int().min(1).max(maxLimit).default(defaultLimit);

/** The members of a collection's query. The cursor is opaque to callers; read, it is the id after which to go on. */
export const pageMembers = { limit: limitMember, cursor: cursorMember(isUuid).optional() };

/** The query of a collection that can't be searched. */
export const PageQuery = z.strictObject(pageMembers);
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of a collection, as it is written. */
export interface Collection<T> {
  data: T[];
  /** What to send as `cursor` for the next page; null on the last. */
  next_cursor: string | null;
}

/** The schema of a page. @param id its name in OpenAPI */
export function collectionOf<Item extends z.ZodType>(item: Item, id: string) {
  return z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() }).meta({ id });
}

/** Writes a slice of a collection as a page. */
export function toCollection<Item, Written>(
  slice: { readonly items: readonly Item[]; readonly next: string | null },
  write: (item: Item) => Written,
): Collection<Written> {
  return { data: slice.items.map(write), next_cursor: slice.next === null ? null : writeCursor(slice.next) };
}

/** A place in a collection as callers get to see it. */
export function writeCursor(place: string): string {
  return Buffer.from(place).toString('base64url');
}

/** `?cursor=`: what `writeCursor` wrote, and nothing else. @param isPlace whether the text within names a place */
export function cursorMember(isPlace: (text: string) => boolean) {
  return z
    .string()
    .max(maxCursorLength, 'is not a cursor')
    .transform((cursor, context) => {
      const place = Buffer.from(cursor, 'base64url').toString();
      if (writeCursor(place) === cursor && isPlace(place)) return place;
      context.addIssue({ code: 'custom', message: 'is not a cursor' });
      return z.NEVER;
    });
}
