/** Tables whose rows belong to one tenant each, by `tenant_id`. */
const tenantTables = [
  'tenant_features',
  'roles',
  'role_permissions',
  'memberships',
  'api_keys',
  'sessions',
  'refresh_tokens',
];

const forced = (table: string) => [
  `ALTER TABLE gatehouse.${table} ENABLE ROW LEVEL SECURITY`,
  `ALTER TABLE gatehouse.${table} FORCE ROW LEVEL SECURITY`,
];

/** The second enforcement of "one tenant per request" (G5): a forgotten filter finds the tenant's own rows only. */
export const rowSecurityUp = [
  `CREATE FUNCTION gatehouse.current_tenant() RETURNS uuid LANGUAGE sql STABLE
     RETURN nullif(current_setting('app.tenant', true), '')::uuid`,
  `CREATE FUNCTION gatehouse.in_operator_tenant() RETURNS boolean LANGUAGE sql STABLE
     RETURN EXISTS (SELECT FROM gatehouse.installation WHERE operator_tenant_id = gatehouse.current_tenant())`,

  ...tenantTables.flatMap((table) => [
    ...forced(table),
    `CREATE POLICY own_tenant ON gatehouse.${table}
       USING (tenant_id = gatehouse.current_tenant()) WITH CHECK (tenant_id = gatehouse.current_tenant())`,
  ]),

  // A tenant sees itself. The operator tenant sees the list of tenants, and nothing inside them.
  ...forced('tenants'),
  `CREATE POLICY own_tenant ON gatehouse.tenants
     USING (id = gatehouse.current_tenant() OR gatehouse.in_operator_tenant())
     WITH CHECK (id = gatehouse.current_tenant() OR gatehouse.in_operator_tenant())`,
  `CREATE POLICY operator_features ON gatehouse.tenant_features
     USING (gatehouse.in_operator_tenant()) WITH CHECK (gatehouse.in_operator_tenant())`,

  // An account may be a member of several tenants; each sees it only as its member.
  ...forced('users'),
  `CREATE POLICY members ON gatehouse.users
     USING (EXISTS (SELECT FROM gatehouse.memberships m
                    WHERE m.user_id = users.id AND m.tenant_id = gatehouse.current_tenant()))`,

  // The writer of the trail writes for all tenants at once; a tenant reads its own, the operator also what has none.
  ...forced('audit_events'),
  `CREATE POLICY written_by_the_trail ON gatehouse.audit_events FOR INSERT WITH CHECK (true)`,
  `CREATE POLICY own_tenant ON gatehouse.audit_events FOR SELECT
     USING (tenant_id = gatehouse.current_tenant() OR (tenant_id IS NULL AND gatehouse.in_operator_tenant()))`,
];

export const rowSecurityDown = [
  `DROP POLICY own_tenant ON gatehouse.audit_events`,
  `DROP POLICY written_by_the_trail ON gatehouse.audit_events`,
  `DROP POLICY members ON gatehouse.users`,
  `DROP POLICY operator_features ON gatehouse.tenant_features`,
  `DROP POLICY own_tenant ON gatehouse.tenants`,
  ...tenantTables.map((table) => `DROP POLICY own_tenant ON gatehouse.${table}`),
  `DROP FUNCTION gatehouse.in_operator_tenant()`,
  `DROP FUNCTION gatehouse.current_tenant()`,
];
