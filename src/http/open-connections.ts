import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { whenEnded } from './when-ended.js';

/**
 * Closes a server without cutting anybody off: connections on which nothing is under way at once, the others as soon as
 * they have their answer. Node alone would wait for ever for one that was opened and never used.
 */
export class OpenConnections {
  /** How many requests are under way on each. */
  readonly #pending = new Map<Socket, number>();
  #closing = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      if (this.#closing) {
        socket.destroy();
        return;
      }
      this.#pending.set(socket, 0);
      socket.once('close', () => this.#pending.delete(socket));
    });
    server.on('request', (_request, response: ServerResponse) => this.#track(response));
  }

  /** @param graceMs after which whoever is still there is cut off */
  close(graceMs: number): void {
    this.#closing = true;
    for (const [socket, pending] of this.#pending) if (pending === 0) socket.destroy();
    setTimeout(() => {
      for (const socket of this.#pending.keys()) socket.destroy();
    }, graceMs).unref();
  }

  #track(response: ServerResponse): void {
    const { socket } = response.req;
    this.#count(socket, 1);
    whenEnded(response, () => {
      const left = this.#count(socket, -1);
      if (this.#closing && left === 0) socket.destroySoon();
    });
  }

  #count(socket: Socket, change: number): number | undefined {
    const pending = this.#pending.get(socket);
    if (pending === undefined) return undefined;
    this.#pending.set(socket, pending + change);
    return pending + change;
  }
}
