import type { Asked } from '../kernel/surface.js';
import { isMembers } from './members.js';

const jwt = /^Bearer +[A-Za-z0-9_-]+\.(?<claims>[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/i;

/**
 * What kind of credential a 401 was about, told from nothing but what was sent. So it can give nothing away: whoever holds a token reads in
 * it when it expires, and whether we would have known it otherwise is not said.
 * @param now in milliseconds
 */
export function refusedCredential(
  { control }: Asked,
  now: number,
): 'api-key' | 'token' | 'expired-token' | 'other' {
  if (control['x-master-key'] !== undefined) return 'other';
  const { authorization } = control;
  if (authorization === undefined) return control['x-api-key'] === undefined ? 'other' : 'api-key';
  const claims = jwt.exec(authorization)?.groups?.claims;
  if (claims === undefined) return /^Bearer +\S+$/i.test(authorization) ? 'api-key' : 'other';
  const expiry = expiryIn(claims);
  return expiry !== undefined && expiry * 1000 <= now ? 'expired-token' : 'token';
}

/** The `exp` of a token's claims (RFC 7519 §4.1.4), in seconds. */
function expiryIn(claims: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
    return isMembers(parsed) && typeof parsed.exp === 'number' ? parsed.exp : undefined;
  } catch {
    return undefined; // not JSON: a token of no kind
  }
}
