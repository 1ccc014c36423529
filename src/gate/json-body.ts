import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Problem } from '../kernel/problem.js';

/** A request whose body is still on the wire. */
export type UnreadBody = Readable & Pick<IncomingMessage, 'headers'>;

/** Far more than any object of our API, far less than what would hurt. */
const maxBytes = 256 * 1024;

/**
 * Reads a request's body as JSON (RFC 8259). Bodies are left on the wire until the gate has said yes, so that nobody
 * who isn't let in can make us read, parse or judge one.
 * @returns the value; undefined when there is no body
 * @throws Problem 400 for what isn't JSON, 413 for too much, 415 for another media type or coding
 */
export async function readJsonBody(request: UnreadBody): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  requireJson(request);
  const body = parse(bytes);
  const translate = translators.get(request);
  return translate === undefined ? body : translate(body);
}

const translators = new WeakMap<Readable, (body: unknown) => unknown>();

/** Has the JSON of a body translated when it is read, if ever it is: nobody else may touch its bytes. */
export function translateBody(request: Readable, translate: (body: unknown) => unknown): void {
  translators.set(request, translate);
}

/**
 * Reads a body byte for byte, for whoever must verify a signature over it. It has to be sent as JSON all the same.
 * @throws Problem 413 and 415 as above
 */
export async function readSignedBody(request: UnreadBody): Promise<Buffer> {
  const bytes = await readBytes(request);
  requireJson(request);
  return bytes;
}

/** The value that bytes read before stand for. @throws Problem (400) */
export function parseJson(bytes: Buffer): unknown {
  return parse(bytes);
}

async function readBytes(request: UnreadBody): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw malformed('The body broke off.'); // the client is gone; this is for the log
  }
  return Buffer.concat(chunks);
}

function requireJson({ headers }: UnreadBody): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  const coding = headers['content-encoding'] ?? 'identity';
  const isUtf8 = charset === undefined || charset.replaceAll('"', '') === 'utf-8';
  if (type === 'application/json' && isUtf8 && coding.toLowerCase() === 'identity') return;
  const detail = 'The body must be application/json in UTF-8, without a content coding.';
  throw new Problem({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', detail });
}

function parse(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return JSON.parse(text, withoutPrototypes) as unknown;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw malformed('The body is not valid JSON.');
  }
}

/** `__proto__` as a member becomes an object's prototype as soon as somebody copies it member by member. */
function withoutPrototypes(name: string, value: unknown): unknown {
  if (name === '__proto__')
    throw Problem.invalid([{ field: name, message: 'is not a member that is known here' }]);
  return value;
}

function malformed(message: string): Problem {
  return Problem.invalid([{ field: '', message }]);
}

function tooLarge(): Problem {
  const detail = `The body must not be larger than ${maxBytes} bytes.`;
  // What is still on the wire is not waited for.
  return new Problem({ status: 413, code: 'PAYLOAD_TOO_LARGE', detail, headers: { connection: 'close' } });
}
