-- The living inventory: what runs on a tenant's pages, and who said that it may.

create table page_baselines (
  tenant_id uuid not null,
  template_id int not null,
  approved_by text not null,
  approved_at timestamptz not null,
  justification text not null,
  primary key (tenant_id, template_id)
);
alter table page_baselines enable row level security;
alter table page_baselines force row level security;
create policy tenant on page_baselines using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on page_baselines to :app;

-- A script by the name that stays the same over its versions (`/js/app.*.js`).
create table inventory_scripts (
  tenant_id uuid not null,
  id uuid not null,
  template_id int not null,
  template text not null,
  name text not null,
  state text not null,
  owner text,
  justification text,
  approved_by text,
  approved_at timestamptz,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  seen_day int not null,
  seen_network bigint not null,
  seen_several boolean not null,
  primary key (tenant_id, id)
);
alter table inventory_scripts enable row level security;
alter table inventory_scripts force row level security;
create policy tenant on inventory_scripts using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on inventory_scripts to :app;
create unique index inventory_scripts_by_name on inventory_scripts (tenant_id, template_id, md5(name));

-- hash '': seen by its address only. One row for each address and hash.
create table inventory_hashes (
  tenant_id uuid not null,
  script_id uuid not null,
  url text not null,
  hash text not null,
  state text not null,
  approved_by text,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  views bigint not null,
  seen_day int not null,
  seen_network bigint not null,
  seen_several boolean not null,
  primary key (tenant_id, script_id, url, hash)
);
alter table inventory_hashes enable row level security;
alter table inventory_hashes force row level security;
create policy tenant on inventory_hashes using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on inventory_hashes to :app;

-- Where scripts of a page send requests to (a), and the policies its pages come with (p).
create table inventory_targets (
  tenant_id uuid not null,
  template_id int not null,
  kind char(1) not null,
  digest text not null,
  target text not null,
  state text not null,
  justification text,
  approved_by text,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (tenant_id, template_id, kind, digest)
);
alter table inventory_targets enable row level security;
alter table inventory_targets force row level security;
create policy tenant on inventory_targets using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on inventory_targets to :app;

-- Bodies of scripts as they could be fetched, by their own hash.
create table script_bodies (
  tenant_id uuid not null,
  hash text not null,
  url text not null,
  body bytea not null,
  fetched_at timestamptz not null,
  primary key (tenant_id, hash)
);
alter table script_bodies enable row level security;
alter table script_bodies force row level security;
create policy tenant on script_bodies using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on script_bodies to :app;
