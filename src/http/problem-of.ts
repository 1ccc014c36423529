import { HttpException } from '@nestjs/common';
import { Denial } from '../kernel/denial.js';
import { Problem, Unavailable } from '../kernel/problem.js';

/**
 * What a caller is told of an error. Only a `Problem` speaks for itself; of everything else, nothing but the kind is
 * said: a message that wasn't written for the public may hold a secret or a fact about somebody else.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Unavailable) return Denial.unavailable(error.message);
  const status = statusOf(error);
  const known = status === undefined ? undefined : clientErrors[status];
  if (status === 404) return Denial.noRoute('no handler answers to this path');
  if (known === undefined) return internalError(error);
  const [code, detail] = known;
  return new Problem({ status: status ?? 400, code, detail, reason: messageOf(error) });
}

/** The answers to errors that the framework finds: a status it chose, in our words. */
const clientErrors: Readonly<Record<number, readonly [code: string, detail: string]>> = {
  400: ['INVALID_REQUEST', 'The request is malformed.'],
  405: ['METHOD_NOT_ALLOWED', 'This method is not allowed here.'],
  406: ['NOT_ACCEPTABLE', 'None of the accepted media types can be given.'],
  408: ['REQUEST_TIMEOUT', 'The request did not arrive in time.'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is too large.'],
  414: ['URI_TOO_LONG', 'The path is too long.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'The body is of a media type that is not read here.'],
  417: ['EXPECTATION_FAILED', 'The expectation cannot be met.'],
  431: ['HEADERS_TOO_LARGE', 'The headers are too large.'],
};

/** A status that the framework put on its error; 5xx is a defect of ours whatever its number is. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (!(error instanceof Error) || error.name !== 'FastifyError' || !('statusCode' in error))
    return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

function internalError(error: unknown): Problem {
  const detail = 'Something went wrong on our side. The correlation id finds it in the log.';
  return new Problem({ status: 500, code: 'INTERNAL_ERROR', detail, reason: messageOf(error) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'something that is not an error was thrown';
}
