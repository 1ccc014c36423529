import { isIP } from 'node:net';
import { z } from 'zod';
import { isEmail } from '../kernel/email.js';
import { isPermissionName } from '../kernel/own-permissions.js';
import { Secret } from '../kernel/secret.js';
import { parseDurationMs } from './durations.js';
import { keyFault, type KeyRule } from './key-strength.js';

/** A text of which `test` holds; `rule` says so in words and never quotes the text. */
export function text(rule: string, test: (value: string) => boolean) {
  return z.string().refine(test, { error: rule });
}

export function oneOf<const Choices extends readonly [string, ...string[]]>(choices: Choices) {
  return z.enum(choices, { error: `must be ${choices.join(' or ')}` });
}

/** `yes` as true, `no` as false, and nothing else: a switch that is misspelt must not be off by accident. */
export function either(yes: string, no: string) {
  return oneOf([yes, no]).transform((value) => value === yes);
}

export function wholeNumber(min: number, max: number) {
  const inRange = (value: string): boolean =>
    /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max;
  return text(`must be a whole number from ${min} to ${max}`, inRange).transform(Number);
}

/** A duration such as `15m`, in whole seconds. Both ends belong to the range. */
export function durationSeconds(min: string, max: string) {
  const [from = 0, to = 0] = [parseDurationMs(min), parseDurationMs(max)];
  const inRange = (value: string): boolean => {
    const ms = parseDurationMs(value);
    return ms !== undefined && ms % 1000 === 0 && ms >= from && ms <= to;
  };
  const rule = `must be a duration from ${min} to ${max}, written as a number and s, m, h or d`;
  return text(rule, inRange).transform((value) => (parseDurationMs(value) ?? 0) / 1000);
}

/** Names separated by commas, each once; white space around them doesn't count. */
function list(rule: string, test: (item: string) => boolean) {
  const items = (value: string): string[] => [...new Set(value.split(',').map((item) => item.trim()))];
  return text(rule, (value) => items(value).every(test)).transform(items);
}

/** A secret that must be hard to guess. */
export function strongSecret(rule: KeyRule) {
  return z
    .string()
    .superRefine((value, context) => {
      const message = keyFault(value, rule);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .transform((value) => new Secret(value));
}

/** A URL of one of these schemes, kept secret because it may carry a password. */
export function secretUrl(rule: string, schemes: readonly string[]) {
  const fits = (value: string): boolean => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    return url !== undefined && schemes.includes(url.protocol) && url.hostname !== '';
  };
  return text(rule, fits).transform((value) => new Secret(value));
}

/** Where something lives on the web: scheme and authority, nothing behind them. Spelt as browsers spell an origin. */
export const origin = text(
  'must be an absolute http or https URL without path, query, credentials or trailing slash',
  (value) => /^https?:\/\/[^/?#@\\\s]+$/i.test(value) && URL.canParse(value),
).transform((value) => new URL(value).origin);

export const hostName = text('must be a host name or an IP address', (value) => {
  return isIP(value) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(value);
});

/** Who mail says it is from: an address, alone or behind a plain name. */
export const mailFrom = text(
  'must be an e-mail address, or a name and an address as in Name <address>',
  (value) => {
    const address = /^[^<>"\\,;:@\p{Cc}]{1,100}<([^<>]+)>$/u.exec(value)?.[1] ?? value;
    return isEmail(address);
  },
);

export const email = text('must be an e-mail address', isEmail);

const prefixShape = /^[a-z][a-z0-9]*(_[a-z0-9]+)*_$/;
const prefixRule =
  'of lower-case letters and digits in parts that end with an underscore, such as cspm_ or ch_live_';
/** OAuth tokens begin like this, and a credential is told by its beginning. */
const isTokenPrefix = (value: string): boolean => /^(at|rt)_/.test(value);
const isKeyPrefix = (value: string): boolean =>
  value.length <= 24 && prefixShape.test(value) && !isTokenPrefix(value);

export const keyPrefix = text(
  `must be a prefix ${prefixRule}; at_ and rt_ belong to OAuth tokens`,
  isKeyPrefix,
);
export const keyPrefixes = list(
  `must be prefixes ${prefixRule}, separated by commas; at_ and rt_ belong to OAuth tokens`,
  isKeyPrefix,
);

export const permissionNames = list(
  'must be permission names separated by commas; a wildcard is never one',
  isPermissionName,
);

export const slug = text('must be the slug of a tenant: lower-case letters, digits and hyphens', (value) => {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value);
});

export const roleName = text('must be the name of a role, at most 100 characters long', (value) => {
  return /^\S(.{0,98}\S)?$/.test(value);
});
