import { All, Controller, HttpCode, Inject, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AdmitsItself } from '../gate/demand.decorator.js';
import { Gatekeeper } from '../gate/gatekeeper.js';
import { Denial } from '../kernel/denial.js';
import { Problem } from '../kernel/problem.js';
import type { RequestHead } from '../kernel/request-head.js';
import { edgeOptions, type EdgeOptions } from './edge-options.js';
import { forwardedRequest, type ForwardedHeaders } from './forwarded-request.js';
import { identityHeaders } from './identity-headers.js';
import { matchedRoute } from './route-table.js';

const why = 'judges the request that a reverse proxy asks about, by the demand of its route';
const allowed = 'The request may pass. X-Gatehouse-User, -Tenant, -Permissions and -Scheme say whose it is.';
/** What Caddy and Traefik send; nginx sends what its configuration says, by custom these two. */
const forwarded: ForwardedHeaders = { method: 'x-forwarded-method', target: 'x-forwarded-uri' };
const original: ForwardedHeaders = { method: 'x-original-method', target: 'x-original-uri' };

/**
 * Decisions for reverse proxies that forward by themselves: 200 with the identity in headers, or the refusal. Each address reads only
 * the headers of its own proxy, and only from a trusted peer: to anybody else they are what a client made up.
 */
@ApiTags('doors')
@Controller('forward-auth')
export class ForwardAuthController {
  constructor(
    private readonly gatekeeper: Gatekeeper,
    @Inject(edgeOptions) private readonly options: EdgeOptions,
  ) {}

  @All('nginx')
  @ApiOperation({ summary: 'Decide for nginx (`auth_request`)' })
  @ApiOkResponse({ description: allowed })
  @HttpCode(200)
  @AdmitsItself(why)
  async nginx(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.#decide(request, reply, original);
    } catch (error) {
      throw error instanceof Problem ? asNginxReadsIt(error) : error;
    }
  }

  @All('caddy')
  @ApiOperation({ summary: 'Decide for Caddy (`forward_auth`)' })
  @ApiOkResponse({ description: allowed })
  @HttpCode(200)
  @AdmitsItself(why)
  async caddy(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.#decide(request, reply, forwarded);
  }

  @All('traefik')
  @ApiOperation({ summary: 'Decide for Traefik (ForwardAuth)' })
  @ApiOkResponse({ description: allowed })
  @HttpCode(200)
  @AdmitsItself(why)
  async traefik(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.#decide(request, reply, forwarded);
  }

  async #decide(request: FastifyRequest, reply: FastifyReply, names: ForwardedHeaders): Promise<void> {
    const own = request.gatehouse.head;
    const head = this.#originalOf(request, names);
    if (head instanceof Denial) return this.gatekeeper.refuse(own, head, 'forward-auth');
    // The proxy forwards the path as it came, so no surface's prefix is taken away from it.
    const match = head.fault ?? matchedRoute(this.options.table(), head);
    if (match instanceof Denial) return this.gatekeeper.refuse(head, match, 'forward-auth');
    const { demand } = match.route;
    const admitted = await this.gatekeeper.admit(head, demand, 'forward-auth');
    request.gatehouse.admitted = admitted;
    if (demand.kind === 'protected' || demand.unrecorded === undefined) {
      request.gatehouse.complete = (status) =>
        this.gatekeeper.complete(admitted, head, 'forward-auth', status);
    }
    reply.headers({
      ...identityHeaders(admitted),
      'x-tenant-id': admitted.principal === null ? '' : admitted.scope.tenantId,
      'x-correlation-id': head.correlationId,
      'cache-control': 'no-store',
    });
  }

  #originalOf(request: FastifyRequest, names: ForwardedHeaders): RequestHead | Denial {
    if (this.options.trustedPeers.includes(request.raw.socket.remoteAddress)) {
      return forwardedRequest(request.gatehouse.head, names);
    }
    const reason = `${request.raw.socket.remoteAddress ?? 'an unknown peer'} is not a trusted proxy`;
    return Denial.refused('UNTRUSTED_PROXY', 'Only a trusted proxy may ask for a decision.', reason);
  }
}

/** nginx's `auth_request` passes on 401 and 403 and makes a 500 of everything else, so a refusal must be one of the two. */
function asNginxReadsIt(problem: Problem): Problem {
  if (problem.status === 401 || problem.status >= 500) return problem;
  const { code, detail, reason, headers, errors } = problem;
  return new Problem({ status: 403, code, detail, reason, headers, errors });
}
