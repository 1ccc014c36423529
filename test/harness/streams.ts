import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A stream of zeros that counts how much was asked of it. */
export function zeros(limit: number): { stream: Readable; produced: () => number } {
  let produced = 0;
  const block = Buffer.alloc(65_536);
  const stream = new Readable({
    read() {
      produced += block.length;
      this.push(produced > limit ? null : block);
    },
  });
  return { stream, produced: () => produced };
}

/** Waits until a count no longer grows. */
export async function whenStill(count: () => number): Promise<number> {
  for (let last = -1, now = count(); ; last = now, now = count()) {
    if (last === now) return now;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** Resolves when a socket is closed, however that came about. */
export function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}

export async function responseTo(sending: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  return response.on('error', () => undefined);
}

export async function bodyOf(sending: ClientRequest): Promise<string> {
  return text(await responseTo(sending));
}
