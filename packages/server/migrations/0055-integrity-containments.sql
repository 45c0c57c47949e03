-- The kill switch: what was switched off, by whom and why; in force until it is undone. Never deleted.
create table containments (
  tenant_id uuid not null,
  id uuid not null,
  scope_kind text not null check (scope_kind in ('tenant', 'site', 'template', 'release')),
  -- Origin, template or id of the release; '' for the whole tenant.
  scope_value text not null,
  reason text not null,
  -- That led to it.
  alarm text,
  begun_kind text not null,
  begun_by uuid not null,
  begun_name text not null,
  begun_role text,
  started_at timestamptz not null,
  -- Of the access log; null: still to be written, because the keyholder was away.
  entry bigint,
  frames_open int not null default 0,
  frames_stopped int not null default 0,
  undone_kind text,
  undone_by uuid,
  undone_name text,
  undone_role text,
  undone_at timestamptz,
  undo_reason text,
  undone_entry bigint,
  primary key (tenant_id, id),
  check ((scope_kind = 'tenant') = (scope_value = '')),
  check ((undone_at is null) = (undone_by is null)),
  check ((undone_at is null) = (undo_reason is null)),
  check (undone_entry is null or undone_at is not null)
);
-- One stop for one scope, however many ask for it at once.
create unique index containments_in_force on containments (tenant_id, scope_kind, md5(scope_value))
  where undone_at is null;
-- An alarm is answered by the playbook once.
create index containments_by_alarm on containments (tenant_id, alarm) where alarm is not null;
alter table containments enable row level security;
alter table containments force row level security;
create policy tenant on containments using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
create policy lookup on containments for select to current_user using (true);
grant select, insert on containments to :app;
grant update (entry, frames_open, frames_stopped, undone_kind, undone_by, undone_name, undone_role, undone_at,
  undo_reason, undone_entry) on containments to :app;

-- Whose containments every server must hold in memory, or whose entries are still to be written.
create function auth.contained_tenants() returns table (tenant uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select distinct tenant_id from public.containments
        where undone_at is null or entry is null or undone_entry is null and undone_at is not null $$;
revoke all on function auth.contained_tenants() from public;
grant execute on function auth.contained_tenants() to :auth;

-- What is contained without asking, and who is told of alarms and containments.
create table playbooks (
  tenant_id uuid not null primary key,
  rules jsonb not null,
  webhook text,
  -- With which deliveries are signed, sealed under a key of the installation.
  sealed_secret bytea,
  saved_by uuid not null,
  saved_by_name text not null,
  saved_at timestamptz not null,
  check (webhook is null or sealed_secret is not null)
);
alter table playbooks enable row level security;
alter table playbooks force row level security;
create policy tenant on playbooks using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on playbooks to :app;

-- What the tenant's webhook has not confirmed yet; a row is deleted when it has.
create table webhook_deliveries (
  tenant_id uuid not null,
  id uuid not null,
  -- In which they go out: two ids of one millisecond have no order.
  place bigint not null generated always as identity,
  made_at timestamptz not null,
  body jsonb not null,
  attempts int not null default 0,
  next_at timestamptz not null,
  primary key (tenant_id, id)
);
alter table webhook_deliveries enable row level security;
alter table webhook_deliveries force row level security;
create policy tenant on webhook_deliveries using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
create policy lookup on webhook_deliveries for select to current_user using (true);
grant select, insert, update, delete on webhook_deliveries to :app;

create function auth.tenants_with_deliveries() returns table (tenant uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select distinct tenant_id from public.webhook_deliveries $$;
revoke all on function auth.tenants_with_deliveries() from public;
grant execute on function auth.tenants_with_deliveries() to :auth;
