import { isUuid } from '../../kernel/id.js';
import type { AuditPlace } from '../../storage/stores/audit-events.js';

/** Microseconds since 1970, up to the year 2286. */
const microseconds = /^\d{1,16}$/;
const separator = '.';

/** A place in the trail as one text. */
export function placeText({ at, id }: AuditPlace): string {
  return at + separator + id;
}

export function isPlaceText(text: string): boolean {
  const { at, id } = readPlace(text);
  return microseconds.test(at) && isUuid(id);
}

/** Reads what `placeText` wrote. */
export function readPlace(text: string): AuditPlace {
  const [at = '', ...rest] = text.split(separator);
  return { at, id: rest.join(separator) };
}
