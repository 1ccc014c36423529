const functions = [
  'end_sessions_of(uuid, uuid)',
  'gate_account_token(bytea, text)',
  'gate_invitation(bytea)',
  'inviter_permissions(uuid, uuid)',
];

const definer = `SECURITY DEFINER SET search_path = pg_catalog, pg_temp`;

/** What crosses tenants on an account's behalf, owned like the foundation's by a role that nobody logs in as. */
export const functionsUp = [
  ...['account_tokens', 'invitations'].flatMap((table) => [
    `GRANT SELECT ON gatehouse.${table} TO gatehouse_gate`,
    `CREATE POLICY gate_reads ON gatehouse.${table} FOR SELECT TO gatehouse_gate USING (true)`,
  ]),
  `GRANT UPDATE (ended_at) ON gatehouse.sessions TO gatehouse_gate`,
  `CREATE POLICY gate_ends ON gatehouse.sessions FOR UPDATE TO gatehouse_gate
     USING (ended_at IS NULL) WITH CHECK (ended_at IS NOT NULL)`,

  // Sessions of one account in all tenants. Only where the account is a member, and only to end them.
  `CREATE FUNCTION gatehouse.end_sessions_of(account uuid, kept uuid) RETURNS integer
   LANGUAGE plpgsql VOLATILE ${definer} AS $$
   DECLARE ended integer;
   BEGIN
     UPDATE gatehouse.sessions x SET ended_at = now()
       WHERE x.user_id = account AND x.ended_at IS NULL AND x.id IS DISTINCT FROM kept
         AND EXISTS (SELECT FROM gatehouse.memberships m
                     WHERE m.user_id = account AND m.tenant_id = gatehouse.current_tenant());
     GET DIAGNOSTICS ended = ROW_COUNT;
     RETURN ended;
   END $$`,

  // Whose token it is: it is used up later, in the account's home.
  `CREATE FUNCTION gatehouse.gate_account_token(token bytea, use text)
   RETURNS TABLE (user_id uuid, tenant_id uuid, operator boolean)
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT u.id, u.home_tenant_id, u.home_tenant_id = (SELECT operator_tenant_id FROM gatehouse.installation)
     FROM gatehouse.account_tokens t
     JOIN gatehouse.users u ON u.id = t.user_id
     WHERE t.digest = token AND t.purpose = use AND t.used_at IS NULL AND t.expires_at > now();
   END $$`,

  `CREATE FUNCTION gatehouse.gate_invitation(token bytea)
   RETURNS TABLE (tenant_id uuid, operator boolean, email text)
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT i.tenant_id, i.tenant_id = (SELECT operator_tenant_id FROM gatehouse.installation), i.email
     FROM gatehouse.invitations i
     JOIN gatehouse.tenants t ON t.id = i.tenant_id
     WHERE i.digest = token AND i.used_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
       AND t.status = 'active';
   END $$`,

  // What whoever invites holds now in the current tenant: as its member, or as an operator who may enter it. With a key,
  // no more than its scopes, and nothing at all once it has ended.
  `CREATE FUNCTION gatehouse.inviter_permissions(inviter uuid, key uuid)
   RETURNS TABLE (entered boolean, permissions text, scopes text)
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT s.tenant_id <> gatehouse.current_tenant(), s.permissions, array_to_string(k.scopes, ' ')
     FROM gatehouse.standings s
     LEFT JOIN gatehouse.api_keys k ON k.id = key AND k.user_id = inviter
       AND k.revoked_at IS NULL AND coalesce(k.expires_at > now(), true)
     WHERE s.user_id = inviter AND s.member_active AND s.tenant_active
       AND (s.tenant_id = gatehouse.current_tenant() OR s.operator)
       AND (key IS NULL OR k.id IS NOT NULL);
   END $$`,

  `GRANT CREATE ON SCHEMA gatehouse TO gatehouse_gate`,
  ...functions.map((signature) => `ALTER FUNCTION gatehouse.${signature} OWNER TO gatehouse_gate`),
  `REVOKE CREATE ON SCHEMA gatehouse FROM gatehouse_gate`,
  ...functions.map((signature) => `REVOKE ALL ON FUNCTION gatehouse.${signature} FROM PUBLIC`),
];

export const functionsDown = [
  ...functions.map((signature) => `DROP FUNCTION gatehouse.${signature}`),
  `DROP POLICY gate_ends ON gatehouse.sessions`,
  `REVOKE UPDATE (ended_at) ON gatehouse.sessions FROM gatehouse_gate`,
  ...['account_tokens', 'invitations'].flatMap((table) => [
    `DROP POLICY gate_reads ON gatehouse.${table}`,
    `REVOKE ALL ON gatehouse.${table} FROM gatehouse_gate`,
  ]),
];
