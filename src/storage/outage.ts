import { Unavailable } from '../kernel/problem.js';

/** SQLSTATE classes and codes that say "not now" rather than "no": connection, rollback, resources, intervention. */
const outageStates = /^(08|40|53|57P|58|XX|25006|55P03|57014|25P03)/;
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** pg has no code for these. */
const outageMessages =
  /timeout|terminated|Connection ended|not queryable|Client has encountered a connection error/i;

/** Turns "the database can't say" into `Unavailable`; any other error is given back as it is. */
export function asUnavailable(error: unknown, dependency = 'database'): unknown {
  return isOutage(error) ? new Unavailable(dependency, { cause: error }) : error;
}

function isOutage(error: unknown): boolean {
  // By shape, not by class: an error of another realm is no instance of our `Error`.
  if (typeof error !== 'object' || error === null) return false;
  const { errors, message } = error as { errors?: unknown; message?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isOutage);
  const code = sqlState(error);
  if (code === undefined) return typeof message === 'string' && outageMessages.test(message);
  return outageCodes.has(code) || outageStates.test(code);
}

/** The SQLSTATE or system error code, also of an error that TypeORM has wrapped. */
export function sqlState(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string') return code;
  return driverError === undefined ? undefined : sqlState(driverError);
}
