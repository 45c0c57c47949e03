-- Data, never code: every field is parsed strictly before it is stored and again when it is read.
create table widget_configs (
  tenant_id uuid primary key references tenants,
  config jsonb not null,
  saved_by uuid not null,
  saved_at timestamptz not null
);
alter table widget_configs enable row level security;
alter table widget_configs force row level security;
create policy tenant on widget_configs using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on widget_configs to :app;

-- Pages with card fields on which the tenant wants the chat all the same, with its reason.
create table approved_pages (
  tenant_id uuid not null references tenants,
  id uuid not null,
  pattern text not null,
  reason text not null,
  approved_by uuid not null,
  approved_by_name text not null,
  at timestamptz not null,
  primary key (tenant_id, id)
);
alter table approved_pages enable row level security;
alter table approved_pages force row level security;
create policy tenant on approved_pages using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on approved_pages to :app;
