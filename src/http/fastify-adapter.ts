import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemAnswer } from '../kernel/surface.js';
import { answerClientError } from './client-error.js';
import { registerInbound } from './inbound.js';
import type { Logger } from './logger.js';
import { OpenConnections } from './open-connections.js';
import { problemOf } from './problem-of.js';
import { RequestHeads, type InboundOptions } from './request-heads.js';
import { requestLog } from './request-log.js';

export interface AdapterOptions extends InboundOptions {
  readonly publicUrl: string;
  readonly logger: Logger;
  readonly limits?: Partial<ServerLimits>;
}

/** How long a client may take, in milliseconds, and how much it may send before it is heard. */
export interface ServerLimits {
  /** Until the headers are there. */
  readonly headersTimeoutMs: number;
  /** Until the body is there as well. Generous: uploads pass through to upstreams. */
  readonly requestTimeoutMs: number;
  /** Between two requests on one connection; longer than a load balancer in front usually keeps its own. */
  readonly keepAliveTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** For requests under way when the server is stopped. */
  readonly graceMs: number;
}

const defaultLimits: ServerLimits = {
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 300_000,
  keepAliveTimeoutMs: 72_000,
  maxHeaderBytes: 16 * 1024,
  graceMs: 10_000,
};

/**
 * The HTTP server under Nest, set up so that no answer comes around our own: malformed HTTP, unroutable paths and
 * framework errors are problem documents with a correlation id as well. No body is read and no middleware can be
 * mounted: both would happen before the gate has been asked.
 */
export function createAdapter(options: AdapterOptions): FastifyAdapter {
  const limits = { ...defaultLimits, ...options.limits };
  const heads = new RequestHeads(options);
  const adapter = new GateAdapter({
    skipMiddie: true,
    rewriteUrl: (request: IncomingMessage) => heads.routedTarget(request),
    routerOptions: { maxParamLength: limits.maxHeaderBytes },
    trustProxy: false,
    exposeHeadRoutes: true,
    return503OnClosing: false,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs),
      // A missing Host is refused by the gate, with a record and a body, not by Node without either.
      requireHostHeader: false,
    },
    clientErrorHandler: (error, socket) =>
      answerClientError(error, socket, options.newId(), options.publicUrl),
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      answerUnroutable(error, request, reply, options.publicUrl);
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  registerInbound(fastify, heads, requestLog(options.logger));
  leaveBodiesUnread(fastify);
  const connections = new OpenConnections(fastify.server);
  fastify.addHook('preClose', (done) => {
    connections.close(limits.graceMs);
    done();
  });
  // An expectation we don't know may be ignored (RFC 9110 §10.1.1); Node would answer by itself.
  fastify.server.on('checkExpectation', (request, response) => {
    fastify.server.emit('request', request, response);
  });
  return adapter;
}

/** Nest would register parsers of its own, which read bodies before any guard runs. */
class GateAdapter extends FastifyAdapter {
  override registerParserMiddleware(): void {
    // Bodies are read after the gate's yes, by whoever wants them.
  }
}

function leaveBodiesUnread(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

function answerUnroutable(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  publicUrl: string,
): void {
  const { head } = request.gatehouse;
  const { status, headers, body } = problemAnswer(head.fault ?? problemOf(error), head, publicUrl);
  void reply
    .code(status)
    .headers({ ...headers, 'x-correlation-id': head.correlationId })
    .send(Buffer.from(body));
}
