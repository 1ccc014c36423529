import type { Problem } from './problem.js';

/** A problem as it is written to HTTP by the canonical dialect. */
export interface ProblemResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text of an `application/problem+json` document (RFC 9457). */
  readonly body: string;
}

/**
 * @param publicUrl where this installation lives; the problem's type is a page below it
 * @returns status, headers and body; nothing private is in any of them
 */
export function problemResponse(problem: Problem, correlationId: string, publicUrl: string): ProblemResponse {
  const document = {
    type: `${publicUrl}/docs/errors/${problem.code}`,
    title: titleOf(problem.code),
    status: problem.status,
    code: problem.code,
    detail: problem.detail,
    correlation_id: correlationId,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  };
  const headers = {
    ...problem.headers,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  };
  return { status: problem.status, headers, body: JSON.stringify(document) };
}

/** `RATE_LIMITED` → `Rate limited`. */
function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
