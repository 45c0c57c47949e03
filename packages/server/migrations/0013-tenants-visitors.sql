create table visitors (
  tenant_id uuid not null references tenants,
  id uuid not null,
  -- The tenant's own id for this customer, vouched for by a signed token; null while anonymous.
  subject text,
  name text,
  email text,
  traits jsonb not null default '{}',
  locale text,
  -- Raised to end every token of this visitor at once.
  token_version int not null default 0,
  -- The customer whom this visitor turned out to be.
  merged_into uuid,
  first_seen_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index visitors_by_subject on visitors (tenant_id, subject) where subject is not null;
alter table visitors enable row level security;
alter table visitors force row level security;
create policy tenant on visitors using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on visitors to :app;

-- Logging out ends one browser's token, not the customer's other devices: the token's id stands here until the
-- token would have expired by itself.
create table ended_visitor_tokens (
  tenant_id uuid not null references tenants,
  id uuid not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id)
);
create index ended_visitor_tokens_by_expiry on ended_visitor_tokens (tenant_id, expires_at);
alter table ended_visitor_tokens enable row level security;
alter table ended_visitor_tokens force row level security;
create policy tenant on ended_visitor_tokens
  using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on ended_visitor_tokens to :app;

-- Public keys under which the tenant signs who its customers are.
create table identity_keys (
  tenant_id uuid not null references tenants,
  id uuid not null,
  name text not null,
  jwk jsonb not null,
  created_by uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
alter table identity_keys enable row level security;
alter table identity_keys force row level security;
create policy tenant on identity_keys using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on identity_keys to :app;

-- Identity tokens that were used, until they expire: the primary key decides a race between two uses.
create table used_identity_tokens (
  tenant_id uuid not null references tenants,
  jti_sha256 bytea not null check (octet_length(jti_sha256) = 32),
  expires_at timestamptz not null,
  primary key (tenant_id, jti_sha256)
);
create index used_identity_tokens_by_expiry on used_identity_tokens (tenant_id, expires_at);
alter table used_identity_tokens enable row level security;
alter table used_identity_tokens force row level security;
create policy tenant on used_identity_tokens
  using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on used_identity_tokens to :app;
