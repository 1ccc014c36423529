import { setImmediate as turn } from 'node:timers/promises';
import { Unavailable } from '../../kernel/problem.js';
import { SharedLookup } from './shared-lookup.js';

/** A database whose answers come when the test says so. */
class SlowDatabase {
  readonly asked: (readonly string[])[] = [];
  #waiting: {
    questions: readonly string[];
    resolve: (a: (string | undefined)[]) => void;
    reject: (e: Error) => void;
  }[] = [];

  readonly askAll = (questions: readonly string[]): Promise<(string | undefined)[]> => {
    this.asked.push(questions);
    return new Promise((resolve, reject) => void this.#waiting.push({ questions, resolve, reject }));
  };

  /** Answers the oldest statement under way: every question but `nobody` has an answer. */
  async answer(error?: Error): Promise<void> {
    const next = this.#waiting.shift();
    if (error !== undefined) next?.reject(error);
    else next?.resolve(next.questions.map((one) => (one === 'nobody' ? undefined : `answer to ${one}`)));
    await turn();
    await turn();
  }
}

const start = (options = {}) => {
  const database = new SlowDatabase();
  return { database, lookup: new SharedLookup(database.askAll, options) };
};

describe('questions that arrive in one turn', () => {
  it('travel as one statement, and each gets its own answer', async () => {
    const { database, lookup } = start();
    const answers = ['a', 'b', 'nobody', 'a'].map((one) => lookup.ask(one));
    await turn();
    expect(database.asked).toEqual([['a', 'b', 'nobody', 'a']]);
    await database.answer();
    expect(await Promise.all(answers)).toEqual(['answer to a', 'answer to b', undefined, 'answer to a']);
  });

  it('are never more in one statement, nor more statements at once, than is good', async () => {
    const { database, lookup } = start({ maxBatch: 2, maxInFlight: 2 });
    const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map((one) => lookup.ask(one));
    await turn();
    expect(database.asked).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    await database.answer();
    expect(database.asked[2]).toEqual(['e', 'f']);
    await database.answer();
    await database.answer();
    expect(await Promise.all(answers)).toHaveLength(6);
  });
});

describe('a question', () => {
  it('is never answered by a statement that was sent before it arrived', async () => {
    const { database, lookup } = start({ maxInFlight: 1 });
    const first = lookup.ask('a');
    await turn();
    const second = lookup.ask('a');
    await turn();
    await database.answer();
    expect(await first).toBe('answer to a');
    expect(database.asked).toEqual([['a'], ['a']]);
    await database.answer();
    expect(await second).toBe('answer to a');
  });

  it('is asked anew each time: nothing is kept', async () => {
    const { database, lookup } = start();
    for (let times = 1; times <= 3; times += 1) {
      const answer = lookup.ask('a');
      await turn();
      await database.answer();
      await answer;
      expect(database.asked).toHaveLength(times);
    }
  });

  it('is refused at once when too many are waiting, and those go on', async () => {
    const { database, lookup } = start({ maxBatch: 1, maxInFlight: 1, maxWaiting: 2 });
    const first = lookup.ask('a');
    await turn();
    const others = [lookup.ask('b'), lookup.ask('c')];
    await expect(lookup.ask('d')).rejects.toThrow(Unavailable);
    for (let times = 0; times < 3; times += 1) await database.answer();
    expect(await Promise.all([first, ...others])).toEqual(['answer to a', 'answer to b', 'answer to c']);
  });
});

describe('when a statement fails', () => {
  it('everybody who waits is told, without a time-out each', async () => {
    const { database, lookup } = start({ maxBatch: 1, maxInFlight: 1 });
    const answers = ['a', 'b', 'c'].map((one) => lookup.ask(one).catch(String));
    await turn();
    await database.answer(new Error('gone'));
    expect(await Promise.all(answers)).toEqual(['Error: gone', 'Error: gone', 'Error: gone']);
    expect(database.asked).toEqual([['a']]);
  });

  it('what another statement has under way is not touched, and the next question is asked again', async () => {
    const { database, lookup } = start({ maxBatch: 1, maxInFlight: 2 });
    const failing = lookup.ask('a').catch(String);
    const fine = lookup.ask('b');
    await turn();
    await database.answer(new Error('gone'));
    await database.answer();
    expect([await failing, await fine]).toEqual(['Error: gone', 'answer to b']);
    const next = lookup.ask('c');
    await turn();
    await database.answer();
    expect(await next).toBe('answer to c');
  });
});
