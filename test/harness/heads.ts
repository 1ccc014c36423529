import { readHead, type RequestHead } from '../../src/kernel/request-head.js';

export interface HeadOptions {
  readonly method?: string;
  readonly target?: string;
  readonly sourceAddress?: string;
}

/** The head of a request with these headers, read as the server reads it. */
export function headWith(
  headers: Readonly<Record<string, string>> | readonly (readonly [string, string])[] = {},
  options: HeadOptions = {},
): RequestHead {
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  const { method = 'GET', target = '/scans', sourceAddress = '192.0.2.1' } = options;
  return readHead(
    { method, target, rawHeaders: pairs.flat(), sourceAddress },
    () => 'made-up-correlation-id',
  );
}
