import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** nginx's number for a client that left before it was answered; it is only ever recorded, never sent. */
const clientClosedRequest = 499;

/**
 * Calls back once when a response has been sent, or when that has become impossible.
 * @param listener is given the status that was sent, or 499 when the client left before all of it was
 */
export function whenEnded(response: ServerResponse, listener: (status: number) => void): void {
  const { socket } = response.req;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    response.off('finish', end).off('close', end);
    if (socket instanceof Socket) unwatch(socket, end);
    listener(response.writableFinished ? response.statusCode : clientClosedRequest);
  };
  response.once('finish', end).once('close', end);
  if (socket instanceof Socket) watch(socket, end);
}

/**
 * A pipelined response that still waits for those before it hears nothing when the connection goes, so the connection is
 * watched too: by one listener for all of its requests, as a client may pipeline as many as it likes.
 */
const waiting = new WeakMap<Socket, Set<() => void>>();

function watch(socket: Socket, end: () => void): void {
  const listeners = waiting.get(socket);
  if (listeners !== undefined) {
    listeners.add(end);
    return;
  }
  const first = new Set([end]);
  waiting.set(socket, first);
  socket.once('close', () => {
    for (const listener of first) listener();
  });
}

function unwatch(socket: Socket, end: () => void): void {
  waiting.get(socket)?.delete(end);
}
