-- One open alarm for each kind, page, script and hash.
create table integrity_alarms (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  weight text not null,
  template_id int not null,
  template text,
  script text,
  hash text,
  -- Kind, page, script and hash in one text: what makes two sightings the same alarm.
  key text not null,
  what text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  raised_at timestamptz not null,
  -- Page views of the loader that showed it, and reports of browsers: both may tell of the same view.
  views bigint not null,
  reports bigint not null,
  share real,
  -- Networks of one day, on the day on which they were most.
  sources int not null,
  several boolean not null,
  state text not null,
  decided_by text,
  decided_at timestamptz,
  justification text,
  containment text,
  primary key (tenant_id, id)
);
alter table integrity_alarms enable row level security;
alter table integrity_alarms force row level security;
create policy tenant on integrity_alarms using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on integrity_alarms to :app;
create unique index integrity_alarms_current on integrity_alarms (tenant_id, md5(key)) where state in ('open', 'contained', 'incident');
create index integrity_alarms_by_time on integrity_alarms (tenant_id, raised_at);

-- By network of a day: what of it showed the alarm, and all page views of the page that came from it since.
create table integrity_alarm_networks (
  tenant_id uuid not null,
  alarm_id uuid not null,
  day int not null,
  network bigint not null,
  views int not null,
  reports int not null,
  page_views int not null,
  primary key (tenant_id, alarm_id, day, network)
);
alter table integrity_alarm_networks enable row level security;
alter table integrity_alarm_networks force row level security;
create policy tenant on integrity_alarm_networks using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on integrity_alarm_networks to :app;

-- Who decided what, and why: kept as evidence. The id is the request's.
create table integrity_decisions (
  tenant_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  by_id uuid not null,
  by_name text not null,
  what text not null,
  subject text not null,
  justification text not null,
  primary key (tenant_id, id)
);
alter table integrity_decisions enable row level security;
alter table integrity_decisions force row level security;
create policy tenant on integrity_decisions using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on integrity_decisions to :app;
