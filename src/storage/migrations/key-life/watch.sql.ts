const definer = `SECURITY DEFINER SET search_path = pg_catalog, pg_temp`;

/** What looks after keys of all tenants at once, without being in any. */
const functions = [
  'note_key_uses(uuid[], double precision[], text[])',
  'claim_expiry_warnings(integer)',
  'release_expiry_warning(uuid, integer, integer)',
  'expiring_keys()',
  'leaked_keys(bytea[])',
];

export const watchUp = [
  `GRANT UPDATE (last_used_at, last_used_from, warned_days) ON gatehouse.api_keys TO gatehouse_gate`,
  `CREATE POLICY gate_notes ON gatehouse.api_keys FOR UPDATE TO gatehouse_gate USING (true) WITH CHECK (true)`,

  // Ages instead of times: the replicas' clocks don't count. A row that another replica is writing is left to it.
  `CREATE FUNCTION gatehouse.note_key_uses(ids uuid[], ages double precision[], sources text[])
   RETURNS integer LANGUAGE plpgsql VOLATILE ${definer} AS $$
   DECLARE noted integer;
   BEGIN
     WITH used AS (
       SELECT k.tenant_id, k.id, now() - make_interval(secs => u.age) AS at, u.source
       FROM unnest(ids, ages, sources) AS u (id, age, source)
       JOIN gatehouse.api_keys k ON k.id = u.id
       WHERE k.last_used_at IS NULL OR k.last_used_at <= now() - make_interval(secs => u.age + 60)
       FOR NO KEY UPDATE OF k SKIP LOCKED)
     UPDATE gatehouse.api_keys k SET last_used_at = used.at, last_used_from = used.source
       FROM used WHERE k.tenant_id = used.tenant_id AND k.id = used.id;
     GET DIAGNOSTICS noted = ROW_COUNT;
     RETURN noted;
   END $$`,

  // A warning belongs to whoever claims it. A threshold that a key's whole life lies within says nothing new, and
  // whose successor is made needs none.
  `CREATE FUNCTION gatehouse.claim_expiry_warnings(most integer)
   RETURNS TABLE (id uuid, name text, prefix text, expires_at timestamptz, days integer, previous integer,
     email text, tenant text)
   LANGUAGE plpgsql VOLATILE ${definer} AS $$ BEGIN RETURN QUERY
     WITH due AS (
       SELECT k.tenant_id, k.id, k.warned_days AS before, w.days
       FROM gatehouse.api_keys k
       JOIN gatehouse.standings s ON s.tenant_id = k.tenant_id AND s.user_id = k.user_id
       CROSS JOIN LATERAL (
         SELECT min(d.days)::smallint AS days FROM unnest(ARRAY[30, 7, 1]) AS d (days)
         WHERE k.expires_at <= now() + make_interval(days => d.days)
           AND k.created_at < k.expires_at - make_interval(days => d.days)) w
       WHERE k.expires_at > now() AND k.expires_at <= now() + interval '30 days'
         AND k.revoked_at IS NULL AND k.replaced_by IS NULL AND s.tenant_active AND s.member_active
         AND w.days IS NOT NULL AND (k.warned_days IS NULL OR k.warned_days > w.days)
       ORDER BY k.expires_at LIMIT most
       FOR NO KEY UPDATE OF k SKIP LOCKED)
     UPDATE gatehouse.api_keys k SET warned_days = due.days
       FROM due, gatehouse.users u, gatehouse.tenants t
       WHERE k.tenant_id = due.tenant_id AND k.id = due.id AND u.id = k.user_id AND t.id = k.tenant_id
       RETURNING k.id, k.name, k.prefix, k.expires_at, due.days::integer, due.before::integer, u.email, t.name;
   END $$`,

  // Only while nobody has claimed the next one.
  `CREATE FUNCTION gatehouse.release_expiry_warning(key uuid, claimed integer, previous integer)
   RETURNS void LANGUAGE plpgsql VOLATILE ${definer} AS $$ BEGIN
     UPDATE gatehouse.api_keys k SET warned_days = release_expiry_warning.previous
       WHERE k.id = release_expiry_warning.key AND k.warned_days = release_expiry_warning.claimed;
   END $$`,

  `CREATE FUNCTION gatehouse.expiring_keys()
   RETURNS TABLE (days integer, keys integer) LANGUAGE plpgsql STABLE ${definer} AS $$ BEGIN RETURN QUERY
     SELECT d.days, (SELECT count(*)::integer FROM gatehouse.api_keys k
       WHERE k.revoked_at IS NULL AND k.replaced_by IS NULL
         AND k.expires_at > now() AND k.expires_at <= now() + make_interval(days => d.days))
     FROM unnest(ARRAY[30, 7, 1]) AS d (days);
   END $$`,

  // Whoever has a key may learn that it is one; where it lives is learnt by the program only.
  `CREATE FUNCTION gatehouse.leaked_keys(digests bytea[])
   RETURNS TABLE (place bigint, tenant_id uuid, user_id uuid, id uuid) LANGUAGE plpgsql STABLE ${definer} AS $$
   BEGIN RETURN QUERY
     SELECT q.place, k.tenant_id, k.user_id, k.id FROM unnest(digests) WITH ORDINALITY AS q (digest, place)
     JOIN gatehouse.api_keys k ON k.digest = q.digest;
   END $$`,
];

export const watchDown = [
  ...functions.map((signature) => `DROP FUNCTION gatehouse.${signature}`),
  `DROP POLICY gate_notes ON gatehouse.api_keys`,
  `REVOKE UPDATE (last_used_at, last_used_from, warned_days) ON gatehouse.api_keys FROM gatehouse_gate`,
];

/** Gives functions to `gatehouse_gate`, as whom they then run, and takes them from everybody else. */
export function belongToGate(signatures: readonly string[]): string[] {
  return [
    `GRANT CREATE ON SCHEMA gatehouse TO gatehouse_gate`,
    ...signatures.map((signature) => `ALTER FUNCTION gatehouse.${signature} OWNER TO gatehouse_gate`),
    `REVOKE CREATE ON SCHEMA gatehouse FROM gatehouse_gate`,
    ...signatures.map((signature) => `REVOKE ALL ON FUNCTION gatehouse.${signature} FROM PUBLIC`),
  ];
}

export const watchFunctions = functions;
