import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from '../audit/audit-event.js';
import type { Admission, PublicAdmission } from '../kernel/admission.js';
import { Denial } from '../kernel/denial.js';
import { demandMetadata, type DeclaredDemand } from './demand.decorator.js';
import { Gatekeeper } from './gatekeeper.js';

/** The door of Gatehouse's own API: a global guard, so that no handler can be reached around it. */
@Injectable()
export class GateGuard implements CanActivate {
  constructor(
    private readonly gatekeeper: Gatekeeper,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const demand = this.reflector.get<DeclaredDemand | undefined>(demandMetadata, context.getHandler());
    // The program doesn't start with such a handler; this is for the day that check has a hole (G6).
    if (demand === undefined) throw Denial.noRoute('the handler declares no demand');
    if (demand.kind === 'own') return true;
    const admitted = await this.gatekeeper.admit(request.gatehouse.head, demand, 'api');
    const recorded = demand.kind === 'protected' || demand.unrecorded === undefined;
    admitRequest(
      this.gatekeeper,
      request,
      context.switchToHttp().getResponse<FastifyReply>(),
      admitted,
      'api',
      recorded,
    );
    return true;
  }
}

/** Marks a request as admitted: the tenant is echoed, and its outcome will be written when the response has ended. */
export function admitRequest(
  gatekeeper: Gatekeeper,
  request: FastifyRequest,
  reply: FastifyReply,
  admitted: Admission | PublicAdmission,
  door: Door,
  recorded = true,
): void {
  const { head } = request.gatehouse;
  request.gatehouse.admitted = admitted;
  if (admitted.principal !== null) void reply.header('x-tenant-id', admitted.scope.tenantId);
  if (recorded) request.gatehouse.complete = (status) => gatekeeper.complete(admitted, head, door, status);
}
