import type { PublicAdmission } from '../../kernel/admission.js';
import { emailKey } from '../../kernel/email.js';
import { Problem } from '../../kernel/problem.js';
import type { Secret } from '../../kernel/secret.js';
import { minPasswordLength } from '../passwords/password-hasher.js';
import { passwordFault } from '../passwords/password-rules.js';

/**
 * Refuses a password that nobody should choose.
 * @param terms of the surface that was asked: some documents promise that fewer characters do
 * @param field the member of the request that holds it
 * @throws Problem (400)
 */
export function requireGoodPassword(
  { terms }: Pick<PublicAdmission, 'terms'>,
  password: Secret,
  field: string,
): void {
  const message = passwordFault(password.reveal(), terms?.minPasswordLength ?? minPasswordLength);
  if (message !== undefined) throw Problem.invalid([{ field, message }]);
}

/** Refuses the account's own address as its password. @throws Problem (400) */
export function requireOtherThanAddress(password: Secret, address: string, field: string): void {
  if (emailKey(password.reveal()) !== emailKey(address)) return;
  throw Problem.invalid([{ field, message: 'must not be the e-mail address' }]);
}
