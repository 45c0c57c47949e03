-- What browsers reported by themselves (Reporting API).

-- Exactly so many reports of this hash in this minute from this network. hash_id 0: the browser told none.
create table observed_hashes (
  tenant_id uuid not null,
  template_id int not null,
  minute timestamptz not null,
  script_id int not null,
  hash_id int not null,
  network bigint not null,
  count int not null,
  primary key (tenant_id, template_id, minute, script_id, hash_id, network)
);
alter table observed_hashes enable row level security;
alter table observed_hashes force row level security;
create policy tenant on observed_hashes using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on observed_hashes to :app;

-- Which page views reported which hashes, where the report could be joined; a view may report in several portions.
create table observed_view_hashes (
  tenant_id uuid not null,
  set_id int not null,
  at timestamptz not null,
  view_id uuid not null,
  visit_id uuid not null,
  template_id int not null,
  primary key (tenant_id, set_id, at, view_id) include (visit_id, template_id)
);
alter table observed_view_hashes enable row level security;
alter table observed_view_hashes force row level security;
create policy tenant on observed_view_hashes using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on observed_view_hashes to :app;

-- What a policy would have refused, or did.
create table observed_violations (
  tenant_id uuid not null,
  template_id int not null,
  minute timestamptz not null,
  directive text not null,
  target_id int not null,
  network bigint not null,
  enforced boolean not null,
  count int not null,
  primary key (tenant_id, template_id, minute, directive, target_id, network, enforced)
);
alter table observed_violations enable row level security;
alter table observed_violations force row level security;
create policy tenant on observed_violations using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on observed_violations to :app;

-- By minute: page views, those of them that came with hash reports, reports, and what was refused as a flood.
create table observed_minutes (
  tenant_id uuid not null,
  -- 0: what belongs to no page.
  template_id int not null,
  minute timestamptz not null,
  views int not null,
  reporting int not null,
  reports int not null,
  refused int not null,
  primary key (tenant_id, template_id, minute)
);
alter table observed_minutes enable row level security;
alter table observed_minutes force row level security;
create policy tenant on observed_minutes using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on observed_minutes to :app;
