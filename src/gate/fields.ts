import { z } from 'zod';
import { isEmail } from '../kernel/email.js';

const maxNameLength = 200;
const control = /\p{Cc}/u;

/** One line of text that somebody wrote: trimmed, without control characters. PostgreSQL, for one, can't store NUL. */
export function lineField(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must be at most ${maxLength} characters long`)
    .refine((text) => !control.test(text), 'must not contain control characters');
}

/** What a thing or a person is called. */
export const nameField = lineField(maxNameLength);

export const emailField = z
  .string()
  .trim()
  .refine(isEmail, 'must be an e-mail address')
  .refine((text) => !control.test(text), 'must not contain control characters')
  .meta({ format: 'email' });

/** For bodies of `PATCH`: an empty change is a mistake of the caller's. */
export function changesSomething(body: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(body).length > 0;
}
export const nothingToChange = 'must name something to change';

/** A moment as it is written: RFC 3339 in UTC. */
export const moment = z.iso.datetime();
