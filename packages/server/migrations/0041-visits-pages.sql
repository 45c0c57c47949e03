-- A visit: one visitor's page views with no long pause between them.
create table visits (
  tenant_id uuid not null,
  visitor_id uuid not null,
  id uuid not null,
  started_at timestamptz not null,
  last_at timestamptz not null,
  page_views int not null,
  primary key (tenant_id, visitor_id, id)
);
alter table visits enable row level security;
alter table visits force row level security;
create policy tenant on visits using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on visits to :app;

-- Addresses without query and fragment, titles and names: all of it passed the card guard.
create table page_views (
  tenant_id uuid not null,
  visitor_id uuid not null,
  id uuid not null,
  visit_id uuid not null,
  at timestamptz not null,
  url text not null,
  title text not null,
  card_fields boolean not null,
  primary key (tenant_id, visitor_id, id)
);
alter table page_views enable row level security;
alter table page_views force row level security;
create policy tenant on page_views using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on page_views to :app;

-- What the tenant's page told with `track`. The id is the client's: told twice, stored once.
create table tracked_events (
  tenant_id uuid not null,
  visitor_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  name text not null,
  properties jsonb not null,
  primary key (tenant_id, visitor_id, id)
);
alter table tracked_events enable row level security;
alter table tracked_events force row level security;
create policy tenant on tracked_events using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on tracked_events to :app;

-- Pages with card fields on which the widget refused to open.
create table page_reports (
  tenant_id uuid not null,
  id uuid not null,
  url text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  count int not null,
  primary key (tenant_id, id)
);
create unique index page_reports_by_url on page_reports (tenant_id, md5(url));
alter table page_reports enable row level security;
alter table page_reports force row level security;
create policy tenant on page_reports using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on page_reports to :app;
