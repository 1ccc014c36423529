/** Every tenant table is keyed within its tenant, and its foreign keys carry the tenant along (G5). */
export const tablesUp = [
  `CREATE TABLE gatehouse.tenants (
     id uuid NOT NULL,
     name text NOT NULL,
     slug text NOT NULL,
     status text NOT NULL DEFAULT 'active',
     created_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT tenants_pkey PRIMARY KEY (id),
     CONSTRAINT tenants_status_check CHECK (status IN ('active', 'suspended'))
   )`,
  `CREATE UNIQUE INDEX tenants_slug ON gatehouse.tenants (slug)`,

  `CREATE TABLE gatehouse.installation (
     singleton boolean NOT NULL DEFAULT true,
     operator_tenant_id uuid NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT installation_pkey PRIMARY KEY (singleton),
     CONSTRAINT installation_singleton_check CHECK (singleton),
     CONSTRAINT installation_operator_fkey FOREIGN KEY (operator_tenant_id) REFERENCES gatehouse.tenants (id)
   )`,

  `CREATE TABLE gatehouse.tenant_features (
     tenant_id uuid NOT NULL,
     feature text NOT NULL,
     CONSTRAINT tenant_features_pkey PRIMARY KEY (tenant_id, feature),
     CONSTRAINT tenant_features_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES gatehouse.tenants (id)
   )`,

  `CREATE TABLE gatehouse.users (
     id uuid NOT NULL,
     email text NOT NULL,
     email_key text NOT NULL,
     password_hash text,
     home_tenant_id uuid NOT NULL,
     email_verified_at timestamptz,
     created_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT users_pkey PRIMARY KEY (id),
     CONSTRAINT users_home_fkey FOREIGN KEY (home_tenant_id) REFERENCES gatehouse.tenants (id)
   )`,
  `CREATE UNIQUE INDEX users_email_key ON gatehouse.users (email_key)`,

  `CREATE TABLE gatehouse.roles (
     tenant_id uuid NOT NULL,
     id uuid NOT NULL,
     name text NOT NULL,
     built_in boolean NOT NULL DEFAULT false,
     created_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT roles_pkey PRIMARY KEY (tenant_id, id),
     CONSTRAINT roles_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES gatehouse.tenants (id)
   )`,
  `CREATE UNIQUE INDEX roles_name ON gatehouse.roles (tenant_id, name)`,

  `CREATE TABLE gatehouse.role_permissions (
     tenant_id uuid NOT NULL,
     role_id uuid NOT NULL,
     permission text NOT NULL,
     CONSTRAINT role_permissions_pkey PRIMARY KEY (tenant_id, role_id, permission),
     CONSTRAINT role_permissions_role_fkey FOREIGN KEY (tenant_id, role_id)
       REFERENCES gatehouse.roles (tenant_id, id) ON DELETE CASCADE
   )`,

  // What a built-in role means is the same in every tenant, and follows the catalogue as it stands.
  `CREATE TABLE gatehouse.built_in_permissions (
     role text NOT NULL,
     permission text NOT NULL,
     CONSTRAINT built_in_permissions_pkey PRIMARY KEY (role, permission)
   )`,

  `CREATE TABLE gatehouse.memberships (
     tenant_id uuid NOT NULL,
     user_id uuid NOT NULL,
     role_id uuid NOT NULL,
     name text NOT NULL,
     status text NOT NULL DEFAULT 'active',
     created_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, user_id),
     CONSTRAINT memberships_status_check CHECK (status IN ('active', 'disabled')),
     CONSTRAINT memberships_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES gatehouse.tenants (id),
     CONSTRAINT memberships_user_fkey FOREIGN KEY (user_id) REFERENCES gatehouse.users (id),
     CONSTRAINT memberships_role_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES gatehouse.roles (tenant_id, id)
   )`,
  `CREATE INDEX memberships_user ON gatehouse.memberships (user_id)`,
  `CREATE INDEX memberships_role ON gatehouse.memberships (tenant_id, role_id)`,

  `CREATE TABLE gatehouse.api_keys (
     tenant_id uuid NOT NULL,
     id uuid NOT NULL,
     user_id uuid NOT NULL,
     name text NOT NULL,
     prefix text NOT NULL,
     digest bytea NOT NULL,
     scopes text[] NOT NULL,
     environment text NOT NULL DEFAULT 'live',
     expires_at timestamptz,
     revoked_at timestamptz,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id),
     CONSTRAINT api_keys_environment_check CHECK (environment IN ('live', 'test')),
     CONSTRAINT api_keys_owner_fkey FOREIGN KEY (tenant_id, user_id)
       REFERENCES gatehouse.memberships (tenant_id, user_id)
   )`,
  `CREATE UNIQUE INDEX api_keys_digest ON gatehouse.api_keys (digest)`,
  `CREATE INDEX api_keys_owner ON gatehouse.api_keys (tenant_id, user_id, id)`,

  `CREATE TABLE gatehouse.sessions (
     tenant_id uuid NOT NULL,
     id uuid NOT NULL,
     user_id uuid NOT NULL,
     amr text[] NOT NULL,
     mfa_at timestamptz,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     ended_at timestamptz,
     source_address text NOT NULL,
     user_agent text NOT NULL,
     CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
     CONSTRAINT sessions_member_fkey FOREIGN KEY (tenant_id, user_id)
       REFERENCES gatehouse.memberships (tenant_id, user_id)
   )`,
  `CREATE UNIQUE INDEX sessions_id ON gatehouse.sessions (id)`,
  `CREATE INDEX sessions_user ON gatehouse.sessions (user_id)`,

  `CREATE TABLE gatehouse.refresh_tokens (
     tenant_id uuid NOT NULL,
     id uuid NOT NULL,
     session_id uuid NOT NULL,
     digest bytea NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     used_at timestamptz,
     successor bytea,
     CONSTRAINT refresh_tokens_pkey PRIMARY KEY (tenant_id, id),
     CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (tenant_id, session_id)
       REFERENCES gatehouse.sessions (tenant_id, id)
   )`,
  `CREATE UNIQUE INDEX refresh_tokens_digest ON gatehouse.refresh_tokens (digest)`,

  `CREATE TABLE gatehouse.signing_keys (
     kid text NOT NULL,
     algorithm text NOT NULL,
     public_jwk jsonb NOT NULL,
     sealed_private_jwk bytea NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     retired_at timestamptz,
     CONSTRAINT signing_keys_pkey PRIMARY KEY (kid)
   )`,
];

export const tablesDown = [
  'signing_keys',
  'refresh_tokens',
  'sessions',
  'api_keys',
  'memberships',
  'built_in_permissions',
  'role_permissions',
  'roles',
  'users',
  'tenant_features',
  'installation',
  'tenants',
].map((table) => `DROP TABLE gatehouse.${table}`);
