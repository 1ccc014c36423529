import { namesIn, ruleText, type PermissionRule } from './demand.js';
import { Problem, type FieldError } from './problem.js';

/** A refusal by the gate: one of the answers a caller can get before any work is done. */
export class Denial extends Problem {
  /** 400: the request could be read in two ways, so it is not read at all (G11). */
  static ambiguous(code: string, detail: string, errors?: readonly FieldError[]): Denial {
    return new Denial({ status: 400, code, detail, errors });
  }

  /** 401 without an error code: nothing was presented (RFC 6750 §3.1). */
  static unauthenticated(): Denial {
    return new Denial({
      status: 401,
      code: 'UNAUTHORIZED',
      detail: 'A credential is required.',
      reason: 'no credential was presented',
      headers: { 'www-authenticate': challenge() },
    });
  }

  /** 401 for a presented credential that is not valid. Why it is not is never said in public. */
  static rejected(reason: string): Denial {
    return new Denial({
      status: 401,
      code: 'UNAUTHORIZED',
      detail: 'The credential presented is not valid.',
      reason,
      headers: { 'www-authenticate': challenge('error="invalid_token"') },
    });
  }

  /** 403 with the scope that would be enough (RFC 6750 §3.1). */
  static lacksPermission(rule: PermissionRule): Denial {
    const needed = ruleText(rule);
    return new Denial({
      status: 403,
      code: 'FORBIDDEN',
      detail: `This needs the permission ${needed}.`,
      reason: `lacks ${needed}`,
      headers: {
        'www-authenticate': challenge(`error="insufficient_scope", scope="${namesIn(rule).join(' ')}"`),
      },
    });
  }

  static tenantForbidden(reason: string): Denial {
    const detail = 'This identity may not enter the tenant named in X-Tenant-ID.';
    return new Denial({ status: 403, code: 'TENANT_FORBIDDEN', detail, reason });
  }

  static refused(code: string, detail: string, reason?: string): Denial {
    return new Denial({ status: 403, code, detail, reason });
  }

  /** 404 for a path that no route, or more than one, answers to (G6). */
  static noRoute(reason: string): Denial {
    return new Denial({
      status: 404,
      code: 'NOT_FOUND',
      detail: 'There is nothing at this address.',
      reason,
    });
  }

  static rateLimited(retryAfterSeconds: number, reason: string): Denial {
    return new Denial({
      status: 429,
      code: 'RATE_LIMITED',
      detail: 'Too many requests. Try again later.',
      reason,
      headers: { 'retry-after': String(Math.max(1, retryAfterSeconds)) },
    });
  }

  /** 503: a check could not be carried out. The same answer for everybody, whoever they may be (G3). */
  static unavailable(reason: string): Denial {
    return new Denial({
      status: 503,
      code: 'UNAVAILABLE',
      detail: 'The request cannot be checked at the moment. Try again shortly.',
      reason,
      headers: { 'retry-after': '2' },
    });
  }
}

function challenge(parameters?: string): string {
  return parameters === undefined ? 'Bearer realm="gatehouse"' : `Bearer realm="gatehouse", ${parameters}`;
}
