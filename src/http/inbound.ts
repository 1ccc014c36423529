import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InboundContext } from './inbound-context.js';
import type { RequestHeads } from './request-heads.js';
import { whenEnded } from './when-ended.js';

/** What is known of a request when it is over. */
export interface EndedRequest {
  readonly context: InboundContext;
  /** The status that was sent; 499 when the client left first. */
  readonly status: number;
  readonly durationMs: number;
}

/**
 * Gives every request its `gatehouse` context, every reply its `X-Correlation-ID`, and tells the context when the
 * request is over, also when it was never answered.
 */
export function registerInbound(
  fastify: FastifyInstance,
  heads: RequestHeads,
  onEnd: (request: EndedRequest) => void,
): void {
  const contexts = new WeakMap<IncomingMessage, InboundContext>();
  const contextOf = (raw: IncomingMessage): InboundContext => {
    const known = contexts.get(raw);
    if (known !== undefined) return known;
    const context = new InboundContext(heads.of(raw));
    contexts.set(raw, context);
    return context;
  };
  // A getter, because Fastify also makes requests to which no hook is applied: those its router can't place.
  fastify.decorateRequest('gatehouse', {
    getter(this: FastifyRequest) {
      return contextOf(this.raw);
    },
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    const context = contextOf(request.raw);
    // On the raw response, so that replies which are taken out of Fastify's hands carry it too.
    reply.raw.setHeader('x-correlation-id', context.head.correlationId);
    whenEnded(reply.raw, (status) => {
      context.end(status);
      onEnd({ context, status, durationMs: performance.now() - startedAt });
    });
    done();
  });
}
