-- One row: the installation itself. It belongs to no tenant.
create table installation (
  only_row boolean primary key default true check (only_row),
  epoch uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into installation default values;

revoke create on schema public from public;
grant usage on schema public to :app;
grant select on installation to :app;

-- What was committed and is not yet handled by its readers. Rows are deleted when all have it.
create table outbox (
  tenant_id uuid not null,
  id bigint generated always as identity,
  -- [{"conversation": uuid, "seq": n}, …]: ids only, never text.
  refs jsonb not null,
  primary key (tenant_id, id)
);
alter table outbox enable row level security;
alter table outbox force row level security;
create policy tenant on outbox using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
-- The owner finds, at start, which tenants have something left to announce.
create policy recovery on outbox for select to current_user using (true);
grant select, insert, delete on outbox to :app;
