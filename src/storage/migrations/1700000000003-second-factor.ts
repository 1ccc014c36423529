import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Second factors belong to an account, and a tenant sees those of its members only, as it sees the accounts. */
const accountTables = ['totp_secrets', 'backup_codes'];

const up = [
  `CREATE TABLE gatehouse.totp_secrets (
     user_id uuid NOT NULL,
     secret bytea NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     enabled_at timestamptz,
     last_step bigint,
     CONSTRAINT totp_secrets_pkey PRIMARY KEY (user_id),
     CONSTRAINT totp_secrets_user_fkey FOREIGN KEY (user_id) REFERENCES gatehouse.users (id)
   )`,
  // With the secret its backup codes go: none of them outlives the factor that it stands in for.
  `CREATE TABLE gatehouse.backup_codes (
     user_id uuid NOT NULL,
     digest bytea NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     used_at timestamptz,
     CONSTRAINT backup_codes_pkey PRIMARY KEY (user_id, digest),
     CONSTRAINT backup_codes_secret_fkey FOREIGN KEY (user_id) REFERENCES gatehouse.totp_secrets (user_id)
       ON DELETE CASCADE
   )`,
  ...accountTables.flatMap((table) => [
    `ALTER TABLE gatehouse.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE gatehouse.${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY members ON gatehouse.${table}
       USING (EXISTS (SELECT FROM gatehouse.memberships m
                      WHERE m.user_id = ${table}.user_id AND m.tenant_id = gatehouse.current_tenant()))`,
  ]),
  // A new key is published before it signs, so that every replica knows it when the first token comes.
  `ALTER TABLE gatehouse.signing_keys ADD COLUMN activates_at timestamptz NOT NULL DEFAULT now()`,
  `UPDATE gatehouse.signing_keys SET activates_at = created_at`,
];

const down = [
  `ALTER TABLE gatehouse.signing_keys DROP COLUMN activates_at`,
  `DROP TABLE gatehouse.backup_codes`,
  `DROP TABLE gatehouse.totp_secrets`,
];

/** Second factors, and signing keys that take turns. */
export class SecondFactor1700000000003 implements MigrationInterface {
  readonly name = 'SecondFactor1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of up) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of down) await runner.query(sql);
  }
}
