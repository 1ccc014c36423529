/** What a key is told about its life: from where it may be used, when it was, what came after it, what was said of its end. */
export const columnsUp = [
  `ALTER TABLE gatehouse.api_keys
     ADD COLUMN source_ranges text[],
     ADD COLUMN replaced_by uuid,
     ADD COLUMN last_used_at timestamptz,
     ADD COLUMN last_used_from text,
     ADD COLUMN warned_days smallint,
     ADD CONSTRAINT api_keys_source_ranges_check CHECK (cardinality(source_ranges) BETWEEN 1 AND 20),
     ADD CONSTRAINT api_keys_successor_fkey FOREIGN KEY (tenant_id, replaced_by)
       REFERENCES gatehouse.api_keys (tenant_id, id)`,
  // Uses are noted, and ends foreseen, without a tenant: by id, and by date.
  `CREATE UNIQUE INDEX api_keys_id ON gatehouse.api_keys (id)`,
  `CREATE INDEX api_keys_expiry ON gatehouse.api_keys (expires_at)`,
];

export const columnsDown = [
  `DROP INDEX gatehouse.api_keys_expiry`,
  `DROP INDEX gatehouse.api_keys_id`,
  `ALTER TABLE gatehouse.api_keys
     DROP CONSTRAINT api_keys_successor_fkey,
     DROP CONSTRAINT api_keys_source_ranges_check,
     DROP COLUMN warned_days,
     DROP COLUMN last_used_from,
     DROP COLUMN last_used_at,
     DROP COLUMN replaced_by,
     DROP COLUMN source_ranges`,
];
