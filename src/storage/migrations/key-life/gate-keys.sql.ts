/**
 * The gate's look-up of keys. It says from now on from where a key may be used: in the same statement that says
 * everything else of it. @param ranges whether it does
 */
function gateKeys(ranges: boolean): string {
  return `CREATE FUNCTION gatehouse.gate_keys(digests bytea[], names uuid[])
   RETURNS TABLE (place bigint, id uuid, user_id uuid, environment text, scopes text, revoked boolean, expired boolean,
     owner_active boolean, home_tenant uuid, home_active boolean, home_operator boolean, home_permissions text,
     home_features text, named_tenant uuid, named_active boolean, named_operator boolean, named_permissions text,
     named_features text, named_member boolean${ranges ? ', source_ranges text' : ''})
   LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN QUERY
     SELECT q.place, k.id, k.user_id, k.environment, array_to_string(k.scopes, ' '), k.revoked_at IS NOT NULL,
       coalesce(k.expires_at <= now(), false), s.member_active,
       s.tenant_id, s.tenant_active, s.operator, s.permissions, s.features,
       n.id, n.status = 'active', n.id = (SELECT operator_tenant_id FROM gatehouse.installation),
       e.permissions, gatehouse.features_of(n.id), coalesce(e.member_active, false)
       ${ranges ? `, array_to_string(k.source_ranges, ' ')` : ''}
     FROM unnest(digests, names) WITH ORDINALITY AS q (digest, tenant, place)
     JOIN gatehouse.api_keys k ON k.digest = q.digest
     JOIN gatehouse.standings s ON s.tenant_id = k.tenant_id AND s.user_id = k.user_id
     LEFT JOIN gatehouse.tenants n ON n.id = q.tenant
     LEFT JOIN gatehouse.standings e ON e.tenant_id = n.id AND e.user_id = k.user_id;
   END $$`;
}

const signature = 'gate_keys(bytea[], uuid[])';

export const gateKeysUp = [`DROP FUNCTION gatehouse.${signature}`, gateKeys(true)];
export const gateKeysDown = [`DROP FUNCTION gatehouse.${signature}`, gateKeys(false)];
