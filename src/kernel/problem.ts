/** What a caller may be told, in the terms of RFC 9457, and what only the log and the trail may know. */
export interface ProblemDetails {
  /** HTTP status code. */
  readonly status: number;
  /** Stable machine-readable name, `UPPER_SNAKE_CASE`; it names the page of the docs that explains it. */
  readonly code: string;
  /** One public sentence. Never a secret, never a fact about somebody else's data. */
  readonly detail: string;
  /** The private reason, for the log and the trail. */
  readonly reason?: string;
  /** Extra response headers, such as `WWW-Authenticate` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What is wrong with which member of the request, for 400 and 422. */
  readonly errors?: readonly FieldError[];
}

export interface FieldError {
  /** Dotted path of the member, empty for the whole body. */
  readonly field: string;
  readonly message: string;
}

/** An expected refusal or failure. Anything else that is thrown becomes a 500 without details. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];

  constructor(details: ProblemDetails) {
    super(`${details.status} ${details.code}: ${details.reason ?? details.detail}`);
    this.name = new.target.name;
    this.status = details.status;
    this.code = details.code;
    this.detail = details.detail;
    this.reason = details.reason ?? details.detail;
    this.headers = details.headers ?? {};
    this.errors = details.errors ?? [];
  }

  /** The same answer for an id that is foreign, deleted or random: nobody learns which (G5). */
  static notFound(what = 'resource'): Problem {
    return new Problem({ status: 404, code: 'NOT_FOUND', detail: `There is no such ${what}.` });
  }

  static conflict(code: string, detail: string): Problem {
    return new Problem({ status: 409, code, detail });
  }

  static invalid(errors: readonly FieldError[]): Problem {
    const first = errors[0];
    const detail = first === undefined ? 'The request is malformed.' : describe(first);
    return new Problem({ status: 400, code: 'INVALID_REQUEST', detail, errors });
  }

  static forbidden(code: string, detail: string): Problem {
    return new Problem({ status: 403, code, detail });
  }
}

/** A store, sink or service that a check depends on cannot be asked. Never read as "no" and never as "yes" (G3). */
export class Unavailable extends Error {
  constructor(
    /** The dependency, such as `database` or `audit trail`. */
    readonly dependency: string,
    options?: ErrorOptions,
  ) {
    super(`${dependency} is unavailable`, options);
    this.name = 'Unavailable';
  }
}

function describe(error: FieldError): string {
  return error.field === '' ? error.message : `${error.field}: ${error.message}`;
}
