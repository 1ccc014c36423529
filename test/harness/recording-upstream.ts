import type { ServerResponse } from 'node:http';
import { startServer } from './proxy.js';

/** An upstream that remembers which requests reached it. */
export interface RecordingUpstream {
  readonly url: string;
  /** Correlation ids of the requests that reached it, in their order. */
  readonly seen: readonly string[];
  /** Keeps answers back from now on, until what is returned is called. */
  hold(): () => void;
  close(): Promise<void>;
}

export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const seen: string[] = [];
  let held: ServerResponse[] | undefined;
  const answer = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"from":"upstream"}');
  };
  const { url, close } = await startServer((request, response) => {
    seen.push(String(request.headers['x-correlation-id']));
    if (held === undefined) answer(response);
    else held.push(response);
  });
  return {
    url,
    seen,
    hold() {
      held ??= [];
      return () => {
        held?.forEach(answer);
        held = undefined;
      };
    },
    close,
  };
}
