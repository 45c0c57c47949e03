-- What is being written, one of each tenant; null: what is in force, unchanged.
-- json and not jsonb: fields keep the order in which their author reads them.
create table virtual_agent_drafts (
  tenant_id uuid not null primary key,
  -- Counts up with every save: who saves sends the one that they have read.
  revision int not null,
  definition json,
  saved_by uuid not null,
  saved_by_name text not null,
  saved_at timestamptz not null
);
alter table virtual_agent_drafts enable row level security;
alter table virtual_agent_drafts force row level security;
create policy tenant on virtual_agent_drafts using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on virtual_agent_drafts to :app;

-- What training made, by a hash of what it read: a model of examples, or an index of articles. Versions that were
-- made of the same share one.
create table virtual_agent_trained (
  tenant_id uuid not null,
  hash bytea not null,
  kind text not null check (kind in ('model', 'index')),
  bytes bytea not null,
  -- Of a model: how well it does on examples that it has not seen.
  cross_validation json,
  made_at timestamptz not null,
  primary key (tenant_id, hash),
  check ((kind = 'model') = (cross_validation is not null))
);
-- Numbers that do not compress: read and written whole.
alter table virtual_agent_trained alter column bytes set storage external;
alter table virtual_agent_trained enable row level security;
alter table virtual_agent_trained force row level security;
create policy tenant on virtual_agent_trained using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on virtual_agent_trained to :app;
grant update (bytes, cross_validation, made_at) on virtual_agent_trained to :app;

-- What was proposed, frozen as it was. Published ones stay for good: any of them can be put in force again.
create table virtual_agent_versions (
  tenant_id uuid not null,
  -- Goes on counting where the tenant's scripts (virtual_agent_scripts) ended.
  version int not null,
  -- The request that made it: asked again it makes no other.
  request uuid not null,
  definition json not null,
  -- Null where the installation published it: then they are used as soon as they are made.
  model_hash bytea,
  index_hash bytea,
  report json,
  note text not null,
  state text not null check (state in ('proposed', 'published', 'refused', 'withdrawn')),
  -- A demo's, or the first one that the operator gives a tenant: no person proposed it.
  by_installation boolean not null default false,
  intents int not null,
  flows int not null,
  articles int not null,
  proposed_by uuid not null,
  proposed_by_name text not null,
  proposed_at timestamptz not null,
  approved_by uuid,
  approved_by_name text,
  approved_at timestamptz,
  published boolean not null generated always as (state = 'published') stored,
  primary key (tenant_id, version),
  unique (tenant_id, request),
  unique (tenant_id, version, published),
  foreign key (tenant_id, model_hash) references virtual_agent_trained (tenant_id, hash),
  foreign key (tenant_id, index_hash) references virtual_agent_trained (tenant_id, hash),
  -- Two people, whatever the program says.
  constraint approved_by_another check (approved_by <> proposed_by),
  constraint published_with_approval check (state <> 'published' or by_installation or approved_by is not null)
);
-- One proposal at a time: two would each be compared with what the other replaces.
create unique index virtual_agent_versions_proposed on virtual_agent_versions (tenant_id) where state = 'proposed';
alter table virtual_agent_versions enable row level security;
alter table virtual_agent_versions force row level security;
create policy tenant on virtual_agent_versions using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on virtual_agent_versions to :app;
grant update (state, approved_by, approved_by_name, approved_at) on virtual_agent_versions to :app;

-- The version in force. It points at published ones only, so nothing answers visitors that nobody approved.
create table virtual_agent_current (
  tenant_id uuid not null primary key,
  version int not null,
  since timestamptz not null,
  published boolean not null default true check (published),
  foreign key (tenant_id, version, published) references virtual_agent_versions (tenant_id, version, published)
);
alter table virtual_agent_current enable row level security;
alter table virtual_agent_current force row level security;
create policy tenant on virtual_agent_current using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on virtual_agent_current to :app;

-- Who did what to a version; only added to.
create table virtual_agent_deeds (
  tenant_id uuid not null,
  version int not null,
  id uuid not null,
  what text not null check (what in ('proposed', 'approved', 'refused', 'withdrawn', 'published', 'restored')),
  done_by uuid not null,
  done_by_name text not null,
  at timestamptz not null,
  note text not null,
  primary key (tenant_id, version, id),
  foreign key (tenant_id, version) references virtual_agent_versions (tenant_id, version)
);
alter table virtual_agent_deeds enable row level security;
alter table virtual_agent_deeds force row level security;
create policy tenant on virtual_agent_deeds using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on virtual_agent_deeds to :app;

-- What a tool's requests are authorised with, sealed under a key of the installation. Sent to one origin only.
create table virtual_agent_tool_secrets (
  tenant_id uuid not null,
  tool text not null,
  origin text not null,
  sealed bytea not null,
  set_by uuid not null,
  set_by_name text not null,
  set_at timestamptz not null,
  primary key (tenant_id, tool)
);
alter table virtual_agent_tool_secrets enable row level security;
alter table virtual_agent_tool_secrets force row level security;
create policy tenant on virtual_agent_tool_secrets using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on virtual_agent_tool_secrets to :app;
