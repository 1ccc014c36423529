import { dictionary } from '@zxcvbn-ts/language-common';
import { z } from 'zod';
import { maxPasswordBytes, minPasswordLength } from './password-hasher.js';

/** Lists hold what is common among short passwords too; shorter ones than this no surface allows. */
const shortest = 8;
const common: ReadonlySet<string> = new Set(
  dictionary['passwords-common'].map((word) => word.toLowerCase()).filter((word) => word.length >= 4),
);

/**
 * Why a password is not to be chosen: too short, too long, or among the first that anybody would try. There are no rules
 * about kinds of characters (NIST SP 800-63B §3.1.1.2): they make passwords worse.
 * @param minLength in characters
 * @returns a sentence to be read after the member's name, undefined when it is fine
 */
export function passwordFault(password: string, minLength = minPasswordLength): string | undefined {
  const least = Math.max(minLength, shortest);
  if (Array.from(password).length < least) return `must be at least ${least} characters long`;
  if (Buffer.byteLength(password) > maxPasswordBytes) return `must be at most ${maxPasswordBytes} bytes long`;
  if (isCommon(password)) return 'is one of the first passwords anybody would try; choose another one';
  return undefined;
}

/** A password that somebody chooses. @param minLength in characters; some documented APIs allow 8 */
export function newPassword(minLength = minPasswordLength) {
  return z
    .string()
    .superRefine((text, context) => {
      const message = passwordFault(text, minLength);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .meta({ minLength, description: 'Not one of the passwords that everybody tries first' });
}

/** On the list, or on it but for a tail of digits and signs, or the same few characters again and again. */
function isCommon(password: string): boolean {
  const text = password.normalize('NFKC').toLowerCase();
  if (new Set(text).size < 3) return true;
  const head = text.replace(tail, '');
  return [text, repeated(text), head, repeated(head)].some((form) => common.has(form));
}

/** A few digits and signs at the end. A longer tail may be as hard to guess as any password. */
const tail = /(?<=\p{L})[^\p{L}]{1,6}$/u;

/** What a text is made of when it is the same again and again. */
function repeated(text: string): string {
  return /^(.+?)\1+$/su.exec(text)?.[1] ?? text;
}
