export const tablesUp = [
  // Whether the person behind the address chose the password. An admin who makes an account may have.
  `ALTER TABLE gatehouse.users ADD COLUMN password_own boolean NOT NULL DEFAULT false`,

  `CREATE TABLE gatehouse.account_tokens (
     id uuid NOT NULL,
     user_id uuid NOT NULL,
     purpose text NOT NULL,
     digest bytea NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     used_at timestamptz,
     CONSTRAINT account_tokens_pkey PRIMARY KEY (id),
     CONSTRAINT account_tokens_purpose_check CHECK (purpose IN ('verify-email', 'reset-password')),
     CONSTRAINT account_tokens_user_fkey FOREIGN KEY (user_id) REFERENCES gatehouse.users (id)
   )`,
  `CREATE UNIQUE INDEX account_tokens_digest ON gatehouse.account_tokens (digest)`,
  `CREATE INDEX account_tokens_user ON gatehouse.account_tokens (user_id, purpose, created_at)`,

  // A role that is deleted takes its invitations along: they would give nothing any more.
  `CREATE TABLE gatehouse.invitations (
     tenant_id uuid NOT NULL,
     id uuid NOT NULL,
     email text NOT NULL,
     email_key text NOT NULL,
     role_id uuid NOT NULL,
     digest bytea NOT NULL,
     invited_by uuid NOT NULL,
     key_id uuid,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     used_at timestamptz,
     revoked_at timestamptz,
     CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id),
     CONSTRAINT invitations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES gatehouse.tenants (id),
     CONSTRAINT invitations_role_fkey FOREIGN KEY (tenant_id, role_id)
       REFERENCES gatehouse.roles (tenant_id, id) ON DELETE CASCADE
   )`,
  `CREATE UNIQUE INDEX invitations_digest ON gatehouse.invitations (digest)`,
  `CREATE INDEX invitations_address ON gatehouse.invitations (tenant_id, email_key)`,

  // Counts by digests of addresses, so that what was typed is kept nowhere, be it an account's or not.
  `CREATE TABLE gatehouse.login_attempts (
     key bytea NOT NULL,
     failures integer NOT NULL DEFAULT 0,
     failed_at timestamptz,
     locked_until timestamptz,
     in_flight integer NOT NULL DEFAULT 0,
     entered_at timestamptz,
     proven_at timestamptz,
     touched_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT login_attempts_pkey PRIMARY KEY (key)
   )`,
  `CREATE INDEX login_attempts_touched ON gatehouse.login_attempts (touched_at)`,

  ...['account_tokens', 'invitations', 'login_attempts'].flatMap((table) => [
    `ALTER TABLE gatehouse.${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE gatehouse.${table} FORCE ROW LEVEL SECURITY`,
  ]),
  `CREATE POLICY own_tenant ON gatehouse.invitations
     USING (tenant_id = gatehouse.current_tenant()) WITH CHECK (tenant_id = gatehouse.current_tenant())`,
  // As with the account itself: a tenant touches those of its members.
  `CREATE POLICY members ON gatehouse.account_tokens
     USING (EXISTS (SELECT FROM gatehouse.memberships m
                    WHERE m.user_id = account_tokens.user_id AND m.tenant_id = gatehouse.current_tenant()))`,
  // Nobody is anybody yet where guesses are counted: work within a tenant sees none of it.
  `CREATE POLICY outside_tenants ON gatehouse.login_attempts
     USING (gatehouse.current_tenant() IS NULL) WITH CHECK (gatehouse.current_tenant() IS NULL)`,
];

export const tablesDown = [
  `DROP TABLE gatehouse.login_attempts`,
  `DROP TABLE gatehouse.invitations`,
  `DROP TABLE gatehouse.account_tokens`,
  `ALTER TABLE gatehouse.users DROP COLUMN password_own`,
];
