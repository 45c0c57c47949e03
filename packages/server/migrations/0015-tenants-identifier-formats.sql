-- A tenant's own kinds of numbers, which the card guard may let through. Patterns, never numbers.
create table identifier_formats (
  tenant_id uuid not null references tenants,
  id uuid not null,
  name text not null,
  pattern text not null,
  prefix text,
  saved_by uuid not null,
  saved_by_name text not null,
  saved_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index identifier_formats_by_name on identifier_formats (tenant_id, name);
alter table identifier_formats enable row level security;
alter table identifier_formats force row level security;
create policy tenant on identifier_formats using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on identifier_formats to :app;
