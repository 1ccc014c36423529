const maxLength = 254;
const shape = /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@"(),:;<>[\\\]]+$/u;

/** Whether a text can be an e-mail address, of the everyday form: no quotes, no comments (RFC 5321 §4.1.2, §4.5.3.1). */
export function isEmail(text: string): boolean {
  return text.length <= maxLength && shape.test(text) && !text.endsWith('.');
}

/** The one spelling that all spellings of an address share: Unicode-composed (NFKC), then lower case. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}
