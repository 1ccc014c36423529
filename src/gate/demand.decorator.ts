import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import {
  demandMetadata,
  type Demand,
  type PermissionRule,
  type ProtectedDemand,
  type PublicDemand,
} from '../kernel/demand.js';
import type { OwnPermission } from '../access/permission-catalogue.js';
import type { SchemeName } from '../kernel/principal.js';

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
export function Requires(
  permission?: OwnPermission | PermissionRule,
  more: Omit<ProtectedDemand, 'kind' | 'permission'> = {},
) {
  const demand: ProtectedDemand = { kind: 'protected', permission, ...more };
  return applyDecorators(
    SetMetadata(demandMetadata, demand),
    ApiExtension('x-gatehouse-demand', withoutUndefined(demand)),
    ...acceptedBy(demand).map((scheme) => ApiSecurity(scheme)),
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

/** Whose identities can meet a demand at all. */
function acceptedBy({ session, ownAccount }: ProtectedDemand): SchemeName[] {
  if (session === true) return ['session'];
  return ownAccount === true ? ['session', 'api-key'] : ['session', 'api-key', 'global-key', 'master-key'];
}

function withoutUndefined(demand: ProtectedDemand): Record<string, unknown> {
  return Object.fromEntries(Object.entries(demand).filter(([, value]) => value !== undefined));
}
