import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger, type LogFn } from 'pino';
import { redacted, redactedText } from './redact.js';

export type { Logger };

export interface LogOptions {
  /** The least important level that is written: one of pino's, or `silent`. */
  readonly level: string;
  /** Standard output unless stated. */
  readonly destination?: DestinationStream;
}

/** The program's log: one JSON object a line, times in RFC 3339, secrets taken out of whatever is handed to it. */
export function createLogger({ level, destination }: LogOptions): Logger {
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (facts: object) => redacted(facts) as Record<string, unknown>,
    },
    // The library's own serializer would take our facts of an error for an error.
    serializers: { err: (facts: unknown) => facts },
    hooks: { logMethod: withoutSecretsInTexts },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Nest's own messages, in the same log. What it says of its own start is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  return new NestLog(logger);
}

class NestLog implements LoggerService {
  constructor(private readonly sink: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  /** Nest passes the context as the last text; a stack, if there is one, before it. */
  #write(
    level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const texts = rest.filter((part): part is string => typeof part === 'string');
    const facts: Record<string, unknown> = { context: texts.at(-1) };
    if (texts.length > 1) facts.stack = texts[0];
    const details = rest.filter((part) => typeof part !== 'string' && part !== undefined);
    if (details.length > 0) facts.details = details;
    if (message instanceof Error) this.sink[level]({ ...facts, err: message }, message.message);
    else if (typeof message === 'string') this.sink[level](facts, message);
    else this.sink[level]({ ...facts, details: [message, ...details] });
  }
}

/** Texts are redacted before the library puts them together; it also makes an error's message the line's. */
function withoutSecretsInTexts(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
  const [first, ...rest] = (args as unknown[]).map((part) =>
    typeof part === 'string' ? redactedText(part) : part,
  );
  const facts = first instanceof Error ? { err: first } : first;
  const error = typeof facts === 'object' && facts !== null && 'err' in facts ? facts.err : undefined;
  if (error instanceof Error && rest.length === 0) rest.push(redactedText(error.message));
  method.apply(this, [
    facts,
    ...rest.map((part) => (typeof part === 'object' ? redacted(part) : part)),
  ] as Parameters<LogFn>);
}
