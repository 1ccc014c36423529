import { timingSafeEqual } from 'node:crypto';
import { generateSecret, generateSync, generateURI } from 'otplib';

/** Seconds (RFC 6238 §5.2). The database counts its steps by the same. */
const period = 30;
/** How many steps a clock may be off, either way: the one before for slow fingers, the one after for fast clocks. */
const window = 1;
const secretBytes = 20;
const shape = /^\d{6}$/;

/** A new secret of 160 bits in base32 (RFC 4226 §4, R6). */
export function newTotpSecret(): string {
  return generateSecret({ length: secretBytes });
}

/** What an authenticator app reads: secret, account and who asks for the codes. */
export function otpauthUrl(issuer: string, account: string, secret: string): string {
  return generateURI({ issuer, label: account, secret });
}

/** The code of six digits for a time step (RFC 6238 §4). */
export function totpCode(secret: string, step: number): string {
  return generateSync({ secret, epoch: step * period, period, digits: 6 });
}

/** Whether a text could be a code of an authenticator at all. */
export function isTotpShaped(code: string): boolean {
  return shape.test(code);
}

/**
 * The time steps about now whose code this is, oldest first; almost always none or one.
 * @param step the step that it is
 */
export function matchingSteps(secret: string, code: string, step: number): number[] {
  if (!isTotpShaped(code)) return [];
  const near = Array.from({ length: 2 * window + 1 }, (_, index) => step - window + index);
  return near.filter((at) => timingSafeEqual(Buffer.from(totpCode(secret, at)), Buffer.from(code)));
}
