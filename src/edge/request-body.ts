import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

/**
 * The body of a request as a stream of its own, with the client's back-pressure. The HTTP client destroys a body that it no
 * longer needs, and to destroy the request itself would cut the connection on which the answer still has to go out (an
 * upstream may refuse an upload in the middle). What is left of the upload is then read and thrown away.
 * @returns null when the request has no body
 */
export function requestBody(request: IncomingMessage): Readable | null {
  const { 'transfer-encoding': coding, 'content-length': length } = request.headers;
  if (coding === undefined && Number(length ?? 0) === 0) return null;
  const body = new PassThrough();
  body.once('close', () => {
    request.unpipe(body);
    request.resume();
  });
  request.pipe(body);
  return body;
}
