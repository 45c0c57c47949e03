-- A mailing: one notice to everybody whom an incident affects.
create table notice_mailings (
  tenant_id uuid not null,
  id uuid not null,
  incident_id uuid not null,
  -- Counts up within a tenant; the return paths of its mails carry it.
  number int not null,
  title text not null,
  state text not null check (state in ('draft', 'proposed', 'approved', 'sending', 'paused', 'done')),
  paused_because text,
  facts json not null,
  templates json not null,
  -- The key of its persons, under a key of the installation. Gone with the persons: then nothing of them can be read.
  sealed_key bytea,
  -- Stands on every notice.
  date date not null,
  persons int not null default 0,
  created_by uuid not null,
  created_by_name text not null,
  created_at timestamptz not null,
  proposed_by uuid,
  proposed_by_name text,
  proposed_at timestamptz,
  approved_by uuid,
  approved_by_name text,
  approved_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, number),
  -- Two people, whatever the program says.
  constraint approved_by_another check (approved_by <> proposed_by),
  constraint sent_with_approval check (
    state in ('draft', 'proposed') or (proposed_by is not null and approved_by is not null))
);
create index notice_mailings_by_incident on notice_mailings (tenant_id, incident_id, number);
alter table notice_mailings enable row level security;
alter table notice_mailings force row level security;
create policy tenant on notice_mailings using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on notice_mailings to :app;

-- Who gets the same notice but for name and dates: what previews and the check of required elements go by.
create table notice_groups (
  tenant_id uuid not null,
  mailing_id uuid not null,
  jurisdiction text not null,
  language text not null check (language in ('en', 'es')),
  -- Every category that one of them has.
  categories text[] not null,
  persons int not null,
  -- A real one for the preview.
  example int not null,
  primary key (tenant_id, mailing_id, jurisdiction, language),
  foreign key (tenant_id, mailing_id) references notice_mailings (tenant_id, id)
);
alter table notice_groups enable row level security;
alter table notice_groups force row level security;
create policy tenant on notice_groups using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on notice_groups to :app;

-- The persons. Name, addresses, categories and times are sealed; what a query needs is not.
create table notice_persons (
  tenant_id uuid not null,
  mailing_id uuid not null,
  place int not null,
  person_id uuid not null,
  has_address boolean not null,
  sealed bytea not null,
  primary key (tenant_id, mailing_id, place),
  -- Added twice, told once.
  unique (tenant_id, mailing_id, person_id),
  foreign key (tenant_id, mailing_id) references notice_mailings (tenant_id, id)
);
alter table notice_persons enable row level security;
alter table notice_persons force row level security;
create policy tenant on notice_persons using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on notice_persons to :app;

-- Who did what to a mailing; only added to.
create table notice_deeds (
  tenant_id uuid not null,
  mailing_id uuid not null,
  id uuid not null,
  what text not null check (
    what in ('created', 'changed', 'proposed', 'withdrawn', 'refused', 'approved', 'started', 'paused', 'resumed', 'printed')),
  done_by uuid not null,
  done_by_name text not null,
  at timestamptz not null,
  note text not null,
  primary key (tenant_id, mailing_id, id),
  foreign key (tenant_id, mailing_id) references notice_mailings (tenant_id, id)
);
alter table notice_deeds enable row level security;
alter table notice_deeds force row level security;
create policy tenant on notice_deeds using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on notice_deeds to :app;
