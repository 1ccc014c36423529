import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/**
 * - `pass`: everything goes through.
 * - `refuse`: as if nothing listened: connections are reset as they arrive, and those that exist now.
 * - `reset`: connections that exist now are reset; new ones are accepted and reset at the first byte the client sends.
 * - `blackhole`: connections stay open and new ones are accepted, but nothing arrives any more, in either direction.
 */
export type ProxyMode = 'pass' | 'refuse' | 'reset' | 'blackhole';

/** A TCP proxy on 127.0.0.1 that can be made to fail in the ways networks and servers do. */
export interface TcpProxy {
  readonly port: number;
  /**
   * Changes what happens from now on, and to the connections there are. Connections that were in a black hole or a `reset` are cut
   * when the mode changes: bytes are missing from them, and whoever waits for those would hang.
   */
  mode(next: ProxyMode): void;
  /**
   * As when something on the way loses its memory, or an address moves to another machine: the connections that exist now stay
   * open in silence for good, whatever the mode. New ones are as the mode says.
   */
  forget(): void;
  /** Delays what arrives from now on by so much in each direction. In order; without limiting the rate. */
  latency(delayMs: number): void;
  /** Cuts everything and stops listening. */
  close(): Promise<void>;
}

/** Starts a proxy, on a port of its own choice, in front of this server. */
export async function startTcpProxy(targetHost: string, targetPort: number): Promise<TcpProxy> {
  const links = new Set<Link>();
  const forgotten: Link[] = [];
  let mode: ProxyMode = 'pass';
  let delayMs = 0;

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const link = new Link(client, () => delayMs);
    links.add(link);
    client.once('close', () => links.delete(link));
    switch (mode) {
      case 'pass':
        return link.join(connect({ host: targetHost, port: targetPort, allowHalfOpen: true, noDelay: true }));
      case 'refuse':
        return link.reset();
      case 'reset':
        return link.resetAtFirstByte();
      case 'blackhole':
        return link.swallow();
    }
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', resolve);
  });

  return {
    port: (listener.address() as AddressInfo).port,
    mode(next) {
      if (next === mode) return;
      mode = next;
      for (const link of links) {
        if (next === 'blackhole') link.swallow();
        else if (next !== 'pass' || !link.isWhole) link.reset();
      }
    },
    forget() {
      for (const link of links) link.swallow();
      forgotten.push(...links);
      links.clear();
    },
    latency(next) {
      delayMs = next;
    },
    close() {
      for (const link of [...links, ...forgotten]) link.reset();
      return new Promise((resolve, reject) => listener.close((error) => (error ? reject(error) : resolve())));
    },
  };
}

/** One client's connection and the one made for it to the target. */
class Link {
  #target: Socket | undefined;
  #swallows = false;

  constructor(
    private readonly client: Socket,
    private readonly delayMs: () => number,
  ) {
    client.on('error', () => undefined);
    client.once('close', () => this.#target?.destroy());
  }

  /** Whether no byte is missing from it. */
  get isWhole(): boolean {
    return this.#target !== undefined && !this.#swallows;
  }

  join(target: Socket): void {
    this.#target = target;
    target.on('error', () => {
      // In a black hole not even the end of the other side is heard.
      if (!this.#swallows) this.client.resetAndDestroy();
    });
    this.#forward(this.client, target);
    this.#forward(target, this.client);
  }

  swallow(): void {
    this.#swallows = true;
    // Flowing, so that the sender never notices that nobody listens.
    this.client.resume();
  }

  reset(): void {
    this.#target?.resetAndDestroy();
    this.client.resetAndDestroy();
  }

  resetAtFirstByte(): void {
    this.client.once('data', () => this.reset());
  }

  #forward(from: Socket, to: Socket): void {
    const line = new DelayLine();
    const later = (deliver: () => void) => {
      if (this.#swallows) return;
      line.push(this.delayMs(), () => {
        if (!this.#swallows && to.writable) deliver();
      });
    };
    from.on('data', (chunk: Buffer) =>
      later(() => {
        if (to.write(chunk)) return;
        from.pause();
        to.once('drain', () => from.resume());
      }),
    );
    from.once('end', () => later(() => to.end()));
  }
}

/** Delivers in order, each thing no sooner than its delay after it came. */
class DelayLine {
  readonly #queue: { readonly dueAt: number; readonly deliver: () => void }[] = [];

  push(delayMs: number, deliver: () => void): void {
    if (delayMs === 0 && this.#queue.length === 0) return deliver();
    this.#queue.push({ dueAt: performance.now() + delayMs, deliver });
    if (this.#queue.length === 1) this.#wait();
  }

  #wait(): void {
    const next = this.#queue[0];
    if (!next) return;
    setTimeout(
      () => {
        next.deliver();
        this.#queue.shift();
        this.#wait();
      },
      Math.max(0, next.dueAt - performance.now()),
    );
  }
}
