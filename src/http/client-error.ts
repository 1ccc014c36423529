import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../kernel/problem.js';
import { problemResponse } from '../kernel/problem-document.js';

interface Connection extends Socket {
  /** Node's name for the response that is being written to a connection. */
  readonly _httpMessage?: ServerResponse | null;
}

/**
 * Answers what isn't HTTP, or doesn't arrive: no request comes of it, so nobody else can. The connection is closed, for
 * after a malformed message nobody knows where the next one begins.
 */
export function answerClientError(
  error: Error & { code?: string },
  socket: Socket,
  correlationId: string,
  publicUrl: string,
): void {
  const { _httpMessage: pending } = socket as Connection;
  if (error.code === 'ECONNRESET' || !socket.writable || pending?.headersSent === true) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = problemResponse(
    others.get(error.code ?? '') ?? malformed,
    correlationId,
    publicUrl,
  );
  const lines = {
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    'x-correlation-id': correlationId,
  };
  const head = Object.entries({ ...lines, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.end(`HTTP/1.1 ${status} ${reasonPhrases[status] ?? 'Error'}\r\n${head.join('')}\r\n${body}`);
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
};

const malformed = new Problem({
  status: 400,
  code: 'INVALID_REQUEST',
  detail: 'This is not a well-formed HTTP request.',
});

/** Node's errors that are not a matter of form. */
const others: ReadonlyMap<string, Problem> = new Map([
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    new Problem({ status: 408, code: 'REQUEST_TIMEOUT', detail: 'The request did not arrive in time.' }),
  ],
  [
    'HPE_HEADER_OVERFLOW',
    new Problem({ status: 431, code: 'HEADERS_TOO_LARGE', detail: 'The headers are too large.' }),
  ],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    new Problem({ status: 413, code: 'PAYLOAD_TOO_LARGE', detail: 'The chunk extensions are too large.' }),
  ],
]);
