import { Client } from 'pg';

/** Runs one statement on a connection of its own. Returns the column `answer` of the first row, if there is one. */
export async function query(url: string, text: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  // A connection that is cut fails the call under way; without a listener it would also end the test run.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: unknown }>(text);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

/** Asks again, also after errors, until the answer is the one wanted, for at most 10 seconds. Returns the last answer. */
export async function queryUntil(url: string, text: string, wanted: unknown): Promise<unknown> {
  for (const until = Date.now() + 10_000; ;) {
    try {
      const answer = await query(url, text);
      if (answer === wanted || Date.now() > until) return answer;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}
