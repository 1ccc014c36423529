/**
 * What must look across tenants before a tenant is known runs as `gatehouse_gate`: a role without log-in that owns
 * these functions and may read exactly the tables they need. The program may execute the functions, nothing more.
 */
const readable = [
  'tenants',
  'installation',
  'tenant_features',
  'users',
  'roles',
  'role_permissions',
  'built_in_permissions',
  'memberships',
  'api_keys',
  'sessions',
  'refresh_tokens',
];
const underRowSecurity = readable.filter(
  (table) => table !== 'installation' && table !== 'built_in_permissions',
);

const functions = [
  'gate_keys(bytea[], uuid[])',
  'gate_sessions(uuid[], uuid[])',
  'gate_legacy(text, text, uuid)',
  'gate_break_glass(uuid)',
  'gate_login(text, uuid)',
  'gate_refresh(bytea)',
  'create_account(uuid, text, text, text, uuid)',
  'create_built_in_roles()',
];

const definer = `SECURITY DEFINER SET search_path = pg_catalog, pg_temp`;

/** Standing at home (`s`) and in the tenant the request names (`e`), in the columns that all look-ups share. */
const standingColumns = `
  home_tenant uuid, home_active boolean, home_operator boolean, home_permissions text, home_features text,
  named_tenant uuid, named_active boolean, named_operator boolean, named_permissions text, named_features text,
  named_member boolean`;
const standing = `
  s.tenant_id, s.tenant_active, s.operator, s.permissions, s.features,
  n.id, n.status = 'active', n.id = (SELECT operator_tenant_id FROM gatehouse.installation),
  e.permissions, gatehouse.features_of(n.id), coalesce(e.member_active, false)`;
const named = (id: string) => `LEFT JOIN gatehouse.tenants n ON n.id = ${id}`;
const entered = (user: string) =>
  `LEFT JOIN gatehouse.standings e ON e.tenant_id = n.id AND e.user_id = ${user}`;

export const gateUp = [
  `DO $$ BEGIN
     CREATE ROLE gatehouse_gate NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
   EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this server made it
   END $$`,
  `DO $$ BEGIN
     IF NOT pg_has_role(current_user, 'gatehouse_gate', 'MEMBER') THEN
       EXECUTE format('GRANT gatehouse_gate TO %I', current_user);
     END IF;
   END $$`,
  `GRANT USAGE ON SCHEMA gatehouse TO gatehouse_gate`,
  ...readable.map((table) => `GRANT SELECT ON gatehouse.${table} TO gatehouse_gate`),
  `GRANT INSERT ON gatehouse.users, gatehouse.roles TO gatehouse_gate`,
  ...underRowSecurity.map(
    (table) => `CREATE POLICY gate_reads ON gatehouse.${table} FOR SELECT TO gatehouse_gate USING (true)`,
  ),
  `CREATE POLICY gate_creates ON gatehouse.users FOR INSERT TO gatehouse_gate WITH CHECK (true)`,
  `CREATE POLICY gate_creates ON gatehouse.roles FOR INSERT TO gatehouse_gate WITH CHECK (built_in)`,

  `CREATE FUNCTION gatehouse.features_of(tenant uuid) RETURNS text LANGUAGE sql STABLE
     RETURN (SELECT string_agg(f.feature, ' ') FROM gatehouse.tenant_features f WHERE f.tenant_id = tenant)`,
  `CREATE VIEW gatehouse.role_grants WITH (security_invoker = true) AS
     SELECT r.tenant_id, r.id AS role_id, r.name,
       CASE WHEN r.built_in
         THEN (SELECT string_agg(b.permission, ' ') FROM gatehouse.built_in_permissions b WHERE b.role = r.name)
         ELSE (SELECT string_agg(p.permission, ' ') FROM gatehouse.role_permissions p
               WHERE p.tenant_id = r.tenant_id AND p.role_id = r.id)
       END AS permissions
     FROM gatehouse.roles r`,
  // An account's first tenant chose its password. Elsewhere it counts only once its address has been verified: else who
  // makes an account for somebody else's address would be let in wherever that address is added later.
  `CREATE VIEW gatehouse.standings WITH (security_invoker = true) AS
     SELECT m.tenant_id, m.user_id, t.status = 'active' AS tenant_active,
       m.status = 'active' AND (u.home_tenant_id = m.tenant_id OR u.email_verified_at IS NOT NULL) AS member_active,
       t.id = (SELECT operator_tenant_id FROM gatehouse.installation) AS operator,
       g.permissions, gatehouse.features_of(m.tenant_id) AS features
     FROM gatehouse.memberships m
     JOIN gatehouse.users u ON u.id = m.user_id
     JOIN gatehouse.tenants t ON t.id = m.tenant_id
     JOIN gatehouse.role_grants g ON g.tenant_id = m.tenant_id AND g.role_id = m.role_id`,
  `GRANT SELECT ON gatehouse.role_grants, gatehouse.standings TO gatehouse_gate`,

  `CREATE FUNCTION gatehouse.gate_keys(digests bytea[], names uuid[])
   RETURNS TABLE (place bigint, id uuid, user_id uuid, environment text, scopes text, revoked boolean, expired boolean,
     owner_active boolean, ${standingColumns})
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT q.place, k.id, k.user_id, k.environment, array_to_string(k.scopes, ' '), k.revoked_at IS NOT NULL,
       coalesce(k.expires_at <= now(), false), s.member_active, ${standing}
     FROM unnest(digests, names) WITH ORDINALITY AS q (digest, tenant, place)
     JOIN gatehouse.api_keys k ON k.digest = q.digest
     JOIN gatehouse.standings s ON s.tenant_id = k.tenant_id AND s.user_id = k.user_id
     ${named('q.tenant')} ${entered('k.user_id')};
   END $$`,

  `CREATE FUNCTION gatehouse.gate_sessions(ids uuid[], names uuid[])
   RETURNS TABLE (place bigint, id uuid, user_id uuid, amr text, mfa_age double precision, ended boolean, expired boolean,
     user_active boolean, ${standingColumns})
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT q.place, x.id, x.user_id, array_to_string(x.amr, ' '),
       extract(epoch FROM now() - x.mfa_at)::double precision, x.ended_at IS NOT NULL, x.expires_at <= now(),
       s.member_active, ${standing}
     FROM unnest(ids, names) WITH ORDINALITY AS q (session, tenant, place)
     JOIN gatehouse.sessions x ON x.id = q.session
     JOIN gatehouse.standings s ON s.tenant_id = x.tenant_id AND s.user_id = x.user_id
     ${named('q.tenant')} ${entered('x.user_id')};
   END $$`,

  `CREATE FUNCTION gatehouse.gate_legacy(slug text, role text, name uuid)
   RETURNS TABLE (${standingColumns})
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT t.id, t.status = 'active', t.id = i.operator_tenant_id, g.permissions, gatehouse.features_of(t.id),
       n.id, n.status = 'active', n.id = i.operator_tenant_id, NULL::text, NULL::text, false
     FROM gatehouse.tenants t
     CROSS JOIN gatehouse.installation i
     JOIN gatehouse.role_grants g ON g.tenant_id = t.id AND g.name = gate_legacy.role
     ${named('gate_legacy.name')}
     WHERE t.slug = gate_legacy.slug;
   END $$`,

  `CREATE FUNCTION gatehouse.gate_break_glass(name uuid)
   RETURNS TABLE (${standingColumns})
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT t.id, t.status = 'active', true, NULL::text, gatehouse.features_of(t.id),
       n.id, n.status = 'active', n.id = i.operator_tenant_id, NULL::text, gatehouse.features_of(n.id), false
     FROM gatehouse.installation i
     JOIN gatehouse.tenants t ON t.id = i.operator_tenant_id
     ${named('gate_break_glass.name')};
   END $$`,

  // Who a log-in is about: an account, and its membership in the tenant asked for, or at home.
  `CREATE FUNCTION gatehouse.gate_login(address text, tenant uuid)
   RETURNS TABLE (user_id uuid, password_hash text, tenant_id uuid, operator boolean, active boolean)
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT u.id, u.password_hash, s.tenant_id, s.operator, coalesce(s.member_active AND s.tenant_active, false)
     FROM gatehouse.users u
     LEFT JOIN gatehouse.standings s ON s.user_id = u.id AND s.tenant_id = coalesce(gate_login.tenant, u.home_tenant_id)
     WHERE u.email_key = address;
   END $$`,

  `CREATE FUNCTION gatehouse.gate_refresh(token bytea)
   RETURNS TABLE (tenant_id uuid, operator boolean, user_id uuid, active boolean)
   LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT r.tenant_id, s.operator, x.user_id, s.member_active AND s.tenant_active
     FROM gatehouse.refresh_tokens r
     JOIN gatehouse.sessions x ON x.tenant_id = r.tenant_id AND x.id = r.session_id
     JOIN gatehouse.standings s ON s.tenant_id = x.tenant_id AND s.user_id = x.user_id
     WHERE r.digest = token;
   END $$`,

  // Finds or makes the account of an address. Who asks doesn't learn which, nor anything else about it.
  `CREATE FUNCTION gatehouse.create_account(new_id uuid, address text, address_key text, hash text, home uuid)
   RETURNS uuid LANGUAGE plpgsql VOLATILE ${definer} AS $$
   DECLARE account uuid;
   BEGIN
     INSERT INTO gatehouse.users (id, email, email_key, password_hash, home_tenant_id)
       VALUES (new_id, address, address_key, hash, home) ON CONFLICT (email_key) DO NOTHING;
     SELECT u.id INTO STRICT account FROM gatehouse.users u WHERE u.email_key = address_key;
     RETURN account;
   END $$`,

  // A tenant has its built-in roles from the moment it exists, whichever way it came to be.
  `CREATE FUNCTION gatehouse.create_built_in_roles() RETURNS trigger LANGUAGE plpgsql ${definer} AS $$ BEGIN
     INSERT INTO gatehouse.roles (tenant_id, id, name, built_in)
       SELECT NEW.id, gatehouse.uuid_v7(), b.name, true
       FROM unnest(ARRAY['owner', 'admin', 'member', 'viewer', 'legacy-restricted']) AS b (name);
     RETURN NEW;
   END $$`,

  // RFC 9562 §5.7: 48 bits of milliseconds, then random bits with version and variant set.
  `CREATE FUNCTION gatehouse.uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE
     RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
       PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
       52, 1), 53, 1), 'hex')::uuid`,

  `GRANT CREATE ON SCHEMA gatehouse TO gatehouse_gate`,
  ...functions.map((signature) => `ALTER FUNCTION gatehouse.${signature} OWNER TO gatehouse_gate`),
  `REVOKE CREATE ON SCHEMA gatehouse FROM gatehouse_gate`,
  ...functions.map((signature) => `REVOKE ALL ON FUNCTION gatehouse.${signature} FROM PUBLIC`),
  `CREATE TRIGGER built_in_roles AFTER INSERT ON gatehouse.tenants
     FOR EACH ROW EXECUTE FUNCTION gatehouse.create_built_in_roles()`,
];

export const gateDown = [
  `DROP TRIGGER built_in_roles ON gatehouse.tenants`,
  ...functions.map((signature) => `DROP FUNCTION gatehouse.${signature}`),
  `DROP FUNCTION gatehouse.uuid_v7()`,
  `DROP VIEW gatehouse.standings`,
  `DROP VIEW gatehouse.role_grants`,
  `DROP FUNCTION gatehouse.features_of(uuid)`,
  `DROP POLICY gate_creates ON gatehouse.roles`,
  `DROP POLICY gate_creates ON gatehouse.users`,
  ...underRowSecurity.map((table) => `DROP POLICY gate_reads ON gatehouse.${table}`),
  ...readable.map((table) => `REVOKE ALL ON gatehouse.${table} FROM gatehouse_gate`),
  `REVOKE ALL ON SCHEMA gatehouse FROM gatehouse_gate`,
];
