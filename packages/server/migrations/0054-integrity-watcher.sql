-- Pages that the watcher goes to. `baseline`: what was there in the first whole run, and what people accepted since.
create table watched_pages (
  tenant_id uuid not null,
  id uuid not null,
  url text not null,
  profiles text[] not null,
  every_minutes int not null,
  approved_hosts text[] not null,
  steps jsonb not null,
  submit boolean not null,
  baseline jsonb,
  created_at timestamptz not null,
  due_at timestamptz not null,
  primary key (tenant_id, id)
);
alter table watched_pages enable row level security;
alter table watched_pages force row level security;
create policy tenant on watched_pages using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on watched_pages to :app;
create index watched_pages_due on watched_pages (due_at);

-- A run stays when its page is no longer watched: it is evidence (PCI DSS 11.6.1).
create table watcher_runs (
  tenant_id uuid not null,
  id uuid not null,
  page_id uuid not null,
  page text not null,
  profile text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  outcome text not null,
  scripts jsonb not null,
  requests int not null,
  findings jsonb not null,
  reason text,
  observed jsonb,
  primary key (tenant_id, id)
);
alter table watcher_runs enable row level security;
alter table watcher_runs force row level security;
create policy tenant on watcher_runs using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on watcher_runs to :app;
create index watcher_runs_by_page on watcher_runs (tenant_id, page_id, started_at desc);
create index watcher_runs_by_time on watcher_runs (tenant_id, started_at desc);
