export const auditUp = [
  `CREATE TABLE gatehouse.audit_events (
     at timestamptz NOT NULL DEFAULT clock_timestamp(),
     id uuid NOT NULL,
     kind text NOT NULL,
     request_id uuid NOT NULL,
     correlation_id text NOT NULL,
     tenant_id uuid,
     scheme text,
     principal text,
     user_id uuid,
     credential_id text,
     door text,
     action text NOT NULL,
     object text,
     decision text,
     status integer,
     code text,
     reason text,
     source_address text NOT NULL,
     user_agent text NOT NULL,
     details jsonb,
     CONSTRAINT audit_events_pkey PRIMARY KEY (at, id)
   ) PARTITION BY RANGE (at)`,
  `CREATE INDEX audit_events_tenant ON gatehouse.audit_events (tenant_id, at, id)`,
  `CREATE INDEX audit_events_correlation ON gatehouse.audit_events (correlation_id)`,

  // Records must always find a place: what no month was made for lands here.
  `CREATE TABLE gatehouse.audit_events_other PARTITION OF gatehouse.audit_events DEFAULT`,

  `CREATE FUNCTION gatehouse.make_audit_partitions(months integer) RETURNS void LANGUAGE plpgsql AS $$
   DECLARE
     first timestamptz := date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
     name text;
   BEGIN
     FOR ahead IN 0 .. months LOOP
       name := 'audit_events_' || to_char((first AT TIME ZONE 'UTC') + make_interval(months => ahead), 'YYYY_MM');
       IF to_regclass('gatehouse.' || name) IS NULL THEN
         EXECUTE format(
           'CREATE TABLE gatehouse.%I PARTITION OF gatehouse.audit_events FOR VALUES FROM (%L) TO (%L)', name,
           ((first AT TIME ZONE 'UTC') + make_interval(months => ahead)) AT TIME ZONE 'UTC',
           ((first AT TIME ZONE 'UTC') + make_interval(months => ahead + 1)) AT TIME ZONE 'UTC');
       END IF;
     END LOOP;
   END $$`,
  `REVOKE ALL ON FUNCTION gatehouse.make_audit_partitions(integer) FROM PUBLIC`,
];

export const auditDown = [
  `DROP FUNCTION gatehouse.make_audit_partitions(integer)`,
  `DROP TABLE gatehouse.audit_events`,
];
