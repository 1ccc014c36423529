import { Agent, request } from 'undici';

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; undefined when it isn't. */
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
}

export interface Sent {
  readonly token?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
}

/** Speaks HTTP to one Gatehouse, as any client would. */
export class HttpClient {
  readonly #agent = new Agent({ keepAliveTimeout: 1000 });

  constructor(readonly url: string) {}

  get(path: string, sent?: Sent): Promise<Answer> {
    return this.send('GET', path, sent);
  }

  post(path: string, sent?: Sent): Promise<Answer> {
    return this.send('POST', path, sent);
  }

  patch(path: string, sent?: Sent): Promise<Answer> {
    return this.send('PATCH', path, sent);
  }

  delete(path: string, sent?: Sent): Promise<Answer> {
    return this.send('DELETE', path, sent);
  }

  async send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const response = await request(this.url + path, {
      method: method as 'GET',
      dispatcher: this.#agent,
      headers: headersOf(sent),
      body: sent.body === undefined ? undefined : JSON.stringify(sent.body),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: jsonOf(text) };
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

function headersOf({ token, key, headers, body }: Sent): Record<string, string | string[]> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'x-api-key': key }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
