-- What a tenant knows of an incident that clocks depend on: times, counts by place and category, pauses, what was met.
-- Only added to: each decision is a revision with who took it. Clocks are computed from the newest and stored nowhere.
-- No person is named in it but those of the staff.
create table incident_clock_facts (
  tenant_id uuid not null,
  incident_id uuid not null,
  -- Counts up: who changes facts sends the one that they have read.
  revision int not null,
  -- The request that made it: asked again it makes no other.
  request uuid not null,
  what text not null check (what in ('facts', 'pause', 'resume', 'met')),
  note text not null,
  -- json and not jsonb: computed again they give the same bytes.
  facts json not null,
  decided_by uuid not null,
  decided_by_name text not null,
  decided_at timestamptz not null,
  primary key (tenant_id, incident_id, revision),
  unique (tenant_id, incident_id, request)
);
alter table incident_clock_facts enable row level security;
alter table incident_clock_facts force row level security;
create policy tenant on incident_clock_facts using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on incident_clock_facts to :app;

-- What a decision, or a rule that came or went, did to a clock, and why. Only added to.
create table incident_clock_changes (
  tenant_id uuid not null,
  incident_id uuid not null,
  -- By the time it was made.
  id uuid not null,
  change json not null,
  primary key (tenant_id, incident_id, id)
);
alter table incident_clock_changes enable row level security;
alter table incident_clock_changes force row level security;
create policy tenant on incident_clock_changes using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on incident_clock_changes to :app;

-- Rules that a tenant's counsel added to those that come with Candor.
create table incident_clock_rules (
  tenant_id uuid not null,
  id text not null,
  version int not null,
  request uuid not null,
  rule json not null,
  added_by uuid not null,
  added_by_name text not null,
  added_at timestamptz not null,
  withdrawn_by_name text,
  withdrawn_at timestamptz,
  primary key (tenant_id, id, version),
  unique (tenant_id, request),
  check ((withdrawn_at is null) = (withdrawn_by_name is null))
);
alter table incident_clock_rules enable row level security;
alter table incident_clock_rules force row level security;
create policy tenant on incident_clock_rules using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on incident_clock_rules to :app;
grant update (withdrawn_by_name, withdrawn_at) on incident_clock_rules to :app;
