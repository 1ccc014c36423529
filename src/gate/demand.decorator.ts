import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import { demandMetadata, type Demand, type PermissionRule, type ProtectedDemand, type PublicDemand } from '../kernel/demand.js';
import type { OwnPermission } from '../access/permission-catalogue.js';

export { demandMetadata };

/** A handler that calls `Gatekeeper.admit` itself, because its demand is known only once it looks. */
export interface OwnAdmission {
  readonly kind: 'own';
  readonly why: string;
}

export type DeclaredDemand = Demand | OwnAdmission;

/**
 * What a handler asks of whoever calls it. Feeds the guard, OpenAPI and the golden list of routes alike.
 * @param permission one of Gatehouse's own permissions; leave it out where being known is enough
 */
export function Requires(permission?: OwnPermission | PermissionRule, more: Omit<ProtectedDemand, 'kind' | 'permission'> = {}) {
  const demand: ProtectedDemand = { kind: 'protected', permission, ...more };
  return applyDecorators(
    SetMetadata(demandMetadata, demand),
    ApiExtension('x-gatehouse-demand', withoutUndefined(demand)),
    ApiSecurity('session'),
    ApiSecurity('api-key'),
    ...(more.session === true || more.ownAccount === true ? [] : [ApiSecurity('global-key'), ApiSecurity('master-key')]),
  );
}

/** A handler that anybody may call, and why that is right. */
export function Public(why: string, more: Omit<PublicDemand, 'kind' | 'why'> = {}) {
  const demand: PublicDemand = { kind: 'public', why, ...more };
  return applyDecorators(SetMetadata(demandMetadata, demand), ApiExtension('x-gatehouse-demand', demand));
}

/** A door: it judges the request with the demand it finds, by `Gatekeeper.admit`. */
export function AdmitsItself(why: string) {
  const demand: OwnAdmission = { kind: 'own', why };
  return applyDecorators(SetMetadata(demandMetadata, demand), ApiExtension('x-gatehouse-demand', demand));
}

function withoutUndefined(demand: ProtectedDemand): Record<string, unknown> {
  return Object.fromEntries(Object.entries(demand).filter(([, value]) => value !== undefined));
}
