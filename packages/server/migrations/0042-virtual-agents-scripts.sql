-- What a tenant's virtual agent says and knows, each saved version as it was.
create table virtual_agent_scripts (
  tenant_id uuid not null,
  version int not null,
  script jsonb not null,
  saved_by uuid not null,
  saved_at timestamptz not null,
  primary key (tenant_id, version)
);
alter table virtual_agent_scripts enable row level security;
alter table virtual_agent_scripts force row level security;
create policy tenant on virtual_agent_scripts using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on virtual_agent_scripts to :app;
