import type { Admission, PublicAdmission } from '../kernel/admission.js';
import { userIdOf } from '../kernel/principal.js';

/**
 * Who was admitted, in the terms of an upstream. All of them are always there, empty where there is nothing to say: a
 * header that is sometimes missing is one that a client can supply (G11).
 */
export function identityHeaders(
  admitted: Admission | PublicAdmission,
): Readonly<Record<IdentityHeader, string>> {
  if (admitted.principal === null) {
    return {
      'x-gatehouse-user': '',
      'x-gatehouse-tenant': '',
      'x-gatehouse-permissions': '',
      'x-gatehouse-scheme': '',
    };
  }
  return {
    'x-gatehouse-user': userIdOf(admitted.principal) ?? '',
    'x-gatehouse-tenant': admitted.scope.tenantId,
    'x-gatehouse-permissions': admitted.permissions.toString(),
    'x-gatehouse-scheme': admitted.scheme,
  };
}

export type IdentityHeader =
  'x-gatehouse-user' | 'x-gatehouse-tenant' | 'x-gatehouse-permissions' | 'x-gatehouse-scheme';
