create table api_keys (
  tenant_id uuid not null references tenants,
  id uuid not null,
  name text not null,
  role text not null check (role in ('agent', 'supervisor', 'administrator', 'privacy-officer')),
  -- SHA-256 of the secret. The secret has 256 random bits, so that no slow hash is needed.
  secret_sha256 bytea not null check (octet_length(secret_sha256) = 32),
  created_by uuid not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  primary key (tenant_id, id)
);
-- A key arrives without its tenant; ids are unique over all of them.
create unique index api_keys_by_id on api_keys (id);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy tenant on api_keys using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
create policy lookup on api_keys for select to current_user using (true);
grant select, insert, delete on api_keys to :app;
grant update (last_used_at) on api_keys to :app;

create function auth.find_api_key(wanted uuid)
  returns table (tenant uuid, name text, role text, secret_sha256 bytea)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select tenant_id, api_keys.name, api_keys.role, api_keys.secret_sha256 from public.api_keys where id = wanted $$;
revoke all on function auth.find_api_key(uuid) from public;
grant execute on function auth.find_api_key(uuid) to :auth;
