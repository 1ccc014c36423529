import { setImmediate as turn } from 'node:timers/promises';
import type { AuditRecord } from '../../src/audit/audit-event.js';
import type { AuditSink } from '../../src/audit/audit-sink.js';
import { Unavailable } from '../../src/kernel/problem.js';

/** A sink that can be down, or hold its writes until it is let go. */
export class HeldSink implements AuditSink {
  readonly records: AuditRecord[] = [];
  down = false;
  attempts = 0;
  #held: (() => void)[] | undefined;

  /** The ids of the requests whose records are durable, in order. */
  get written(): string[] {
    return this.records.map(({ request }) => request.requestId);
  }

  hold(): void {
    this.#held = [];
  }

  /** Lets the writes go that were held, and everything happen that follows. */
  async release(): Promise<void> {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
    await settled();
  }

  async append(records: readonly AuditRecord[]): Promise<void> {
    this.attempts += 1;
    const held = this.#held;
    if (held !== undefined) await new Promise<void>((resolve) => void held.push(resolve));
    if (this.down) throw new Unavailable('audit trail');
    this.records.push(...records);
  }
}

/** Lets everything happen that needs neither a clock nor the outside. */
export async function settled(): Promise<void> {
  for (let times = 0; times < 20; times += 1) await turn();
}
