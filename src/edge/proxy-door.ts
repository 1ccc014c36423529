import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitRequest } from '../gate/gate.guard.js';
import type { Gatekeeper } from '../gate/gatekeeper.js';
import { Denial } from '../kernel/denial.js';
import { Problem } from '../kernel/problem.js';
import type { RequestHead } from '../kernel/request-head.js';
import { problemAnswer } from '../kernel/surface.js';
import { clientHeaders } from './client-headers.js';
import { forward, type Ending } from './forward.js';
import { matchedRoute, type MatchedRoute, type RouteTable } from './route-table.js';
import { upstreamHeaders } from './upstream-headers.js';
import type { UpstreamPool } from './upstream-pool.js';

export interface ProxyDoorParts {
  readonly gatekeeper: Gatekeeper;
  /** Asked at every request: a new table counts from the next one on. */
  readonly table: () => RouteTable;
  readonly upstreams: UpstreamPool;
  /** Where this installation lives, for links in problems. */
  readonly publicUrl: string;
  readonly log: ProxyLog;
}

/** What the door says to the operator. A pino logger is one. */
export interface ProxyLog {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/**
 * The proxy: whatever Gatehouse's own API doesn't answer comes here. The door works in a hook that runs before Fastify looks at the
 * body, so bodies are never parsed, measured or kept. It lies outside Nest's guards and asks the gate itself. An `onRequest` hook of
 * the whole server must have set `request.gatehouse`.
 */
export function registerProxyDoor(fastify: FastifyInstance, parts: ProxyDoorParts): void {
  const door = new ProxyDoor(parts);
  void fastify.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => door.refuse(error, request, reply));
    scope.addHook('onRequest', (request, reply) => door.serve(request, reply));
    scope.route({
      method: scope.supportedMethods,
      url: '/*',
      handler: () => {
        throw new Error('a request got past the proxy door');
      },
    });
  });
}

/** The status of a request whose client left before the answer was complete, as it stands in the trail. */
const clientClosedRequest = 499;

class ProxyDoor {
  constructor(private readonly parts: ProxyDoorParts) {}

  async serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { gatekeeper } = this.parts;
    const { head } = request.gatehouse;
    const { route } = await this.#routeOf(request, head);
    const admitted = await gatekeeper.admit(head, route.demand, 'proxy');
    const recorded = route.demand.kind === 'protected' || route.demand.unrecorded === undefined;
    admitRequest(gatekeeper, request, reply, admitted, 'proxy', recorded);
    const complete = takeCompletion(request);
    try {
      const ending = await forward({
        request: request.raw,
        response: reply.raw,
        upstream: this.parts.upstreams.to(route.upstream),
        target: head.query === '' ? head.path : `${head.path}?${head.query}`,
        headers: upstreamHeaders({
          head,
          admitted,
          host: request.headers.host ?? '',
          protocol: protocolOf(request),
        }),
        answerHeaders: (raw) => clientHeaders(raw, head, admitted),
      });
      // Fastify has no part in what was sent; it must not answer a client that left.
      reply.hijack();
      this.#report(ending, head, route.upstream);
      complete(statusOf(ending));
    } catch (error) {
      complete(error instanceof Problem ? error.status : 500);
      if (error instanceof Problem) {
        const facts = { correlation_id: head.correlationId, upstream: route.upstream, reason: error.reason };
        this.parts.log.warn(facts, 'an upstream gave no answer');
      }
      throw error;
    }
  }

  /** The answer to whatever was thrown: a denial, a problem with the upstream, or a defect, of which nothing is said. */
  refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { head } = request.gatehouse;
    const { correlationId } = head;
    const problem = error instanceof Problem ? error : defect;
    if (problem === defect)
      this.parts.log.error({ correlation_id: correlationId, err: error }, 'the proxy failed');
    const { status, headers, body } = problemAnswer(problem, head, this.parts.publicUrl);
    // As bytes: to text Fastify would add a charset, which JSON doesn't have (RFC 8259 §11).
    return reply
      .code(status)
      .headers(headers)
      .header('x-correlation-id', correlationId)
      .send(Buffer.from(body));
  }

  async #routeOf(request: FastifyRequest, head: RequestHead): Promise<MatchedRoute> {
    // A faulty head has no path to be judged; the gate names the fault.
    const match = head.fault ?? foreignCoding(request) ?? matchedRoute(this.parts.table(), head);
    if (match instanceof Denial) return this.parts.gatekeeper.refuse(head, match, 'proxy');
    return match;
  }

  #report(ending: Ending, head: RequestHead, upstream: string): void {
    if (ending.kind !== 'cut') return;
    const facts = { correlation_id: head.correlationId, upstream, reason: ending.reason };
    this.parts.log.warn(facts, 'an upstream broke off its answer');
  }
}

const defect = new Problem({ status: 500, code: 'INTERNAL_ERROR', detail: 'Something went wrong.' });

/** The outcome is known here, also when the client never gets to see it, so it is written from here and only from here. */
function takeCompletion(request: FastifyRequest): (status: number) => void {
  const complete = request.gatehouse.complete ?? (() => undefined);
  request.gatehouse.complete = undefined;
  return complete;
}

/**
 * Codings besides chunked would have to be passed on with the body, but `Transfer-Encoding` belongs to one connection: the
 * upstream would read compressed bytes as plain ones. Where such a body ends is doubtful, so the connection ends with it.
 */
function foreignCoding(request: FastifyRequest): Denial | undefined {
  const coding = request.headers['transfer-encoding'];
  if (coding === undefined || coding.trim().toLowerCase() === 'chunked') return undefined;
  return new Denial({
    status: 400,
    code: 'UNSUPPORTED_TRANSFER_CODING',
    detail: 'Transfer-Encoding may only be chunked.',
    errors: [{ field: 'transfer-encoding', message: 'may only be chunked' }],
    headers: { connection: 'close' },
  });
}

function protocolOf(request: FastifyRequest): 'http' | 'https' {
  return 'encrypted' in request.raw.socket && request.raw.socket.encrypted === true ? 'https' : 'http';
}

function statusOf(ending: Ending): number {
  switch (ending.kind) {
    case 'answered':
      return ending.status;
    case 'cut':
      return 502;
    case 'left':
      return clientClosedRequest;
  }
}
