import { HeldSink, settled } from '../../test/harness/held-sink.js';
import { Unavailable } from '../kernel/problem.js';
import type { DecisionRecord, OutcomeRecord, RequestFacts } from './audit-event.js';
import { AuditTrail, type AuditTrailOptions } from './audit-trail.js';

/** Pauses that end when the test says so, and no clock at all. */
class Pauses {
  readonly asked: number[] = [];
  #waiting: (() => void)[] = [];

  readonly pause = (ms: number): Promise<void> => {
    this.asked.push(ms);
    return new Promise((resolve) => void this.#waiting.push(resolve));
  };

  async pass(): Promise<void> {
    for (const go of this.#waiting.splice(0)) go();
    await settled();
  }
}

const start = (options: Partial<AuditTrailOptions> = {}) => {
  const sink = new HeldSink();
  const pauses = new Pauses();
  const lost: number[] = [];
  const onLoss = (count: number): void => void lost.push(count);
  const trail = new AuditTrail(sink, { retryMs: 250, pause: pauses.pause, onLoss, ...options });
  return { sink, pauses, lost, trail };
};

describe('a decision', () => {
  it('is written before anybody is told to go on', async () => {
    const { sink, trail } = start();
    sink.hold();
    let mayGoOn = false;
    const waiting = trail.decided(decision('1')).then(() => (mayGoOn = true));
    await settled();
    expect(sink.attempts).toBe(1);
    expect(mayGoOn).toBe(false);
    await sink.release();
    await waiting;
    expect(sink.written).toEqual(['1']);
  });

  it('that cannot be written is an outage, and is not tried again behind the caller’s back', async () => {
    const { sink, pauses, trail } = start();
    sink.down = true;
    await expect(trail.decided(decision('1'))).rejects.toThrow(Unavailable);
    sink.down = false;
    await pauses.pass();
    expect(sink.written).toEqual([]);
    expect(pauses.asked).toEqual([]);
  });

  it('is refused when too many are waiting already', async () => {
    const { sink, trail } = start({ maxWaiting: 1, maxBatch: 1 });
    sink.hold();
    const first = trail.decided(decision('1'));
    await settled();
    const second = trail.decided(decision('2'));
    await expect(trail.decided(decision('3'))).rejects.toThrow(Unavailable);
    await sink.release();
    await Promise.all([first, second]);
  });
});

describe('an outcome', () => {
  it('holds nobody up', () => {
    const { sink, trail } = start();
    sink.hold();
    expect(trail.complete(outcome('1'))).toBeUndefined();
  });

  it('is tried until it is durable, with a pause before each try', async () => {
    const { sink, pauses, trail } = start();
    sink.down = true;
    trail.complete(outcome('1'));
    await settled();
    for (let tries = 1; tries <= 3; tries += 1) {
      expect(sink.attempts).toBe(tries);
      expect(pauses.asked).toEqual(Array(tries).fill(250));
      await pauses.pass();
    }
    sink.down = false;
    await pauses.pass();
    expect(sink.written).toEqual(['1']);
  });

  it('that came during an outage is written after it, in order, and once', async () => {
    const { sink, pauses, trail } = start({ maxBatch: 2 });
    sink.down = true;
    for (const id of ['1', '2', '3', '4', '5']) trail.complete(outcome(id));
    await settled();
    trail.complete(outcome('6'));
    sink.down = false;
    await pauses.pass();
    expect(sink.written).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('is written whatever the moment at which it comes: also when the last one has just been', async () => {
    for (let ticks = 0; ticks < 40; ticks += 1) {
      const { sink, trail } = start();
      trail.complete(outcome('1'));
      const append = sink.append.bind(sink);
      let late: Promise<void> | undefined;
      sink.append = async (records) => {
        await append(records);
        late ??= afterTicks(ticks).then(() => trail.complete(outcome('2')));
      };
      await settled();
      await late;
      await settled();
      expect([ticks, sink.written]).toEqual([ticks, ['1', '2']]);
    }
  });

  it('is dropped, the oldest first and not silently, when an outage has filled what memory there is for them', async () => {
    const { sink, pauses, lost, trail } = start({ maxOutcomes: 3, maxBatch: 1 });
    sink.down = true;
    trail.complete(outcome('1'));
    await settled();
    for (const id of ['2', '3', '4', '5']) trail.complete(outcome(id));
    expect(lost).toEqual([1, 1]);
    sink.down = false;
    await pauses.pass();
    expect(sink.written).toEqual(['3', '4', '5']);
  });
});

describe('closing the trail', () => {
  it('writes what is left first', async () => {
    const { sink, trail } = start({ maxBatch: 1 });
    for (const id of ['1', '2', '3']) trail.complete(outcome(id));
    expect(await trail.close(10_000)).toBe(0);
    expect(sink.written).toEqual(['1', '2', '3']);
  });

  it('with nothing left is done at once', async () => {
    expect(await start().trail.close(10_000)).toBe(0);
  });

  it('gives up when its time is over, and says how many are not written', async () => {
    const { sink, trail } = start();
    sink.down = true;
    for (const id of ['1', '2', '3']) trail.complete(outcome(id));
    await settled();
    expect(await trail.close(1)).toBe(3);
  });

  it('counts also those that are under way: nobody knows that they are durable', async () => {
    const { sink, trail } = start({ maxBatch: 2 });
    sink.hold();
    for (const id of ['1', '2', '3']) trail.complete(outcome(id));
    await settled();
    expect(await trail.close(1)).toBe(3);
    await sink.release();
  });
});

async function afterTicks(ticks: number): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
}

function facts(requestId: string): RequestFacts {
  return { requestId, correlationId: 'correlation-1', sourceAddress: '192.0.2.1', userAgent: '' };
}

const nobody = { tenantId: null, scheme: null, principal: null };

function decision(id: string): DecisionRecord {
  const about = { door: 'api', method: 'GET', path: '/scans' } as const;
  return {
    kind: 'decision',
    request: facts(id),
    actor: nobody,
    ...about,
    decision: 'allow',
    status: null,
    code: null,
    reason: null,
  };
}

function outcome(id: string): OutcomeRecord {
  return {
    kind: 'outcome',
    request: facts(id),
    actor: nobody,
    door: 'api',
    method: 'GET',
    path: '/scans',
    status: 200,
  };
}
