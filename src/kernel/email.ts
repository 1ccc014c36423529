const maxLength = 254;
/** Neither specials nor white space, nor what nobody sees: controls, zero-width characters, halves of surrogate pairs. */
const shape = /^[^\s\p{Cc}\p{Cf}\p{Cs}@"(),:;<>[\\\]]{1,64}@[^\s\p{Cc}\p{Cf}\p{Cs}@"(),:;<>[\\\]]+$/u;

/**
 * Whether a text can be an e-mail address, of the everyday form: no quotes, no comments (RFC 5321 §4.1.2, §4.5.3.1). So
 * must its key: NFKC turns a fullwidth `＠` into an at sign and an acute accent into a space.
 */
export function isEmail(text: string): boolean {
  return [text, emailKey(text)].every(
    (form) => form.length <= maxLength && shape.test(form) && !form.endsWith('.'),
  );
}

/** The one spelling that all spellings of an address share: Unicode-composed (NFKC), and lower case. */
export function emailKey(email: string): string {
  // Twice, because some lower-case letters have a composed form that their capitals lack: `J̌` and `ǰ`.
  return email.trim().normalize('NFKC').toLowerCase().normalize('NFKC');
}
