import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { Problem } from '../kernel/problem.js';
import { requestBody } from './request-body.js';

/** One exchange between a client and an upstream. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Dispatcher;
  /** What is asked of the upstream: the path that was judged, and the query. */
  readonly target: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Makes the client's headers from the upstream's. */
  readonly answerHeaders: (upstreamHeaders: readonly string[]) => OutgoingHttpHeaders;
}

/** How an exchange ended: passed on whole, cut off in the middle by the upstream, or left by the client. */
export type Ending =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'cut'; readonly reason: string }
  | { readonly kind: 'left' };

/**
 * Passes a request on and its answer back, both as streams, once: nothing is retried.
 * @throws Problem (502, 504) when no answer came; nothing has been sent to the client then
 */
export function forward(exchange: Exchange): Promise<Ending> {
  return new Promise((resolve, reject) => {
    new Passage(exchange, resolve, reject).start();
  });
}

/** The two ends are independent: either may go away at any time, and the other must then not wait for it. */
class Passage implements Dispatcher.DispatchHandler {
  readonly #body;
  #controller: Dispatcher.DispatchController | undefined;
  #ended = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly resolve: (ending: Ending) => void,
    private readonly reject: (problem: Problem) => void,
  ) {
    this.#body = isOver(exchange.request.socket) ? null : requestBody(exchange.request);
  }

  start(): void {
    const { request, response } = this.exchange;
    // Admission takes time, in which the client may have left; its socket's events are past then.
    if (isOver(request.socket)) return this.#end({ kind: 'left' });
    // A client may have many requests waiting in line, each of which listens.
    request.socket.setMaxListeners(0);
    // The socket, not the response: a response that waits behind another one on its connection never hears of the end.
    // Its `finish` counts as well: after a malformed chunk the server has said its last word, whether the client goes or not.
    request.socket.once('close', this.#onClientGone).once('finish', this.#onClientGone);
    response.on('drain', this.#onDrain);
    response.on('error', this.#onClientGone);
    // The head goes out together with the body's first byte: until that is here, no connection of the upstream's is taken.
    if (this.#body === null) this.#dispatch();
    else this.#body.once('readable', () => this.#dispatch());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The client left while the connection was being made.
    if (this.#ended) controller.abort(clientLeft);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return; // interim answers are between the upstream and us
    const { response, answerHeaders } = this.exchange;
    response.writeHead(status, answerHeaders(textOf(controller.rawHeaders)));
    response.flushHeaders();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended) return controller.abort(clientLeft);
    if (!this.exchange.response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    if (this.#ended) return;
    const { response } = this.exchange;
    response.end();
    this.#end({ kind: 'answered', status: response.statusCode });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.#ended) return;
    const { request, response } = this.exchange;
    // An upload that broke off is the client's doing, whatever it looks like from the upstream's side.
    if (request.destroyed && !request.complete) return this.#end({ kind: 'left' });
    if (!response.headersSent) return this.#fail(problemOf(error));
    // Ending it properly would make half an answer look whole: the client must see that it broke off.
    this.#end({ kind: 'cut', reason: error.message });
    response.destroy();
  }

  readonly #onClientGone = (): void => {
    this.#end({ kind: 'left' });
    this.#controller?.abort(clientLeft);
  };

  readonly #onDrain = (): void => {
    this.#controller?.resume();
  };

  #dispatch(): void {
    if (this.#ended) return;
    const { request, upstream, target, headers } = this.exchange;
    const method = request.method ?? 'GET';
    upstream.dispatch({ method, path: target, headers: [...headers], body: this.#body }, this);
  }

  #end(ending: Ending): void {
    if (this.#release()) this.resolve(ending);
  }

  #fail(problem: Problem): void {
    if (this.#release()) this.reject(problem);
  }

  #release(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.exchange.request.socket.off('close', this.#onClientGone).off('finish', this.#onClientGone);
    this.exchange.response.off('drain', this.#onDrain);
    this.#body?.destroy();
    return true;
  }
}

/** Whether nothing more can be said on a connection. */
function isOver(socket: Socket): boolean {
  return socket.destroyed || socket.writableEnded;
}

const clientLeft = new Error('the client left');

const timeouts: ReadonlySet<string> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

function problemOf(error: Error & { readonly code?: string }): Problem {
  const reason = `${error.code ?? error.name}: ${error.message}`;
  if (timeouts.has(error.code ?? '')) {
    const detail = 'The service behind this address did not answer in time.';
    return new Problem({ status: 504, code: 'GATEWAY_TIMEOUT', detail, reason });
  }
  const detail = 'The service behind this address could not be reached, or gave no valid answer.';
  return new Problem({ status: 502, code: 'BAD_GATEWAY', detail, reason });
}

/** Header bytes as the text that Node writes back as the same bytes. */
function textOf(rawHeaders: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(rawHeaders)) return [];
  return rawHeaders.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}
