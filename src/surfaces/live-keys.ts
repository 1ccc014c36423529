import { items, type Members } from './members.js';

/** The keys of a canonical list that are not revoked: a list that can't say which are must not show them. */
export function liveKeys(body: unknown): readonly Members[] {
  return items(body, 'data').filter((key) => key.revoked_at === null);
}
