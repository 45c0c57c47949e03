create table tenants (
  tenant_id uuid primary key,
  -- What `data-tenant` names: public, stable, part of the audience of identity tokens.
  public_id text not null check (public_id ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(public_id) between 2 and 40),
  name text not null,
  created_at timestamptz not null
);
-- The one key without the tenant in front: it says which tenant a name stands for.
create unique index tenants_public_id on tenants (public_id);
alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenant on tenants using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
-- For the functions that answer before a tenant is known: they run as the owner, and only they do.
create policy lookup on tenants for select to current_user using (true);
grant select, insert on tenants to :app;

-- Origins on which the tenant's widget may open.
create table sites (
  tenant_id uuid not null references tenants,
  id uuid not null,
  origin text not null,
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index sites_by_origin on sites (tenant_id, origin);
alter table sites enable row level security;
alter table sites force row level security;
create policy tenant on sites using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on sites to :app;

-- One person belongs to one tenant and has one role there.
create table people (
  tenant_id uuid not null references tenants,
  id uuid not null,
  name text not null,
  email text not null check (email = lower(email)),
  role text not null check (role in ('agent', 'supervisor', 'administrator', 'privacy-officer')),
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index people_by_email on people (tenant_id, email);
alter table people enable row level security;
alter table people force row level security;
create policy tenant on people using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
create policy lookup on people for select to current_user using (true);
grant select, insert on people to :app;
