import pg from 'pg';

/** Runs questions about a database's own catalogue as its owner, on one connection. */
export class CatalogueReader {
  readonly #client: pg.Client;

  constructor(url: string) {
    this.#client = new pg.Client({ connectionString: url });
  }

  connect(): Promise<unknown> {
    return this.#client.connect();
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  /** The column `answer` of all rows. */
  async list<T = string>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    const { rows } = await this.#client.query<{ answer: T }>(text, [...values]);
    return rows.map(({ answer }) => answer);
  }
}
