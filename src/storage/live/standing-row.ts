import { PermissionSet } from '../../kernel/permission-set.js';
import type { Standing } from '../../kernel/standing.js';

/** The columns that every look-up of the gate shares. */
export interface StandingRow {
  readonly home_tenant: string;
  readonly home_active: boolean;
  readonly home_operator: boolean;
  readonly home_permissions: string | null;
  readonly home_features: string | null;
  readonly named_tenant: string | null;
  readonly named_active: boolean | null;
  readonly named_operator: boolean | null;
  readonly named_permissions: string | null;
  readonly named_features: string | null;
  readonly named_member: boolean;
}

/** @param limit cuts live permissions down to what a credential was given */
export function toStanding(
  row: StandingRow,
  limit: (live: PermissionSet) => PermissionSet = (live) => live,
): Standing {
  return {
    home: {
      tenantId: row.home_tenant,
      active: row.home_active,
      operator: row.home_operator,
      permissions: limit(PermissionSet.parse(row.home_permissions)),
      features: words(row.home_features),
    },
    named:
      row.named_tenant === null
        ? undefined
        : {
            tenantId: row.named_tenant,
            active: row.named_active === true,
            operator: row.named_operator === true,
            permissions: limit(PermissionSet.parse(row.named_permissions)),
            features: words(row.named_features),
            member: row.named_member,
          },
  };
}

export function words(text: string | null): string[] {
  return text === null || text === '' ? [] : text.split(' ');
}
