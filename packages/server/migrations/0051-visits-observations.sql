-- What browsers ran. Rows of page views are narrow and made for scans: addresses, sets and releases are numbers of
-- dictionaries, which keep what was seen from more than one network, or approved, for ever.

-- Origin and path, what varies replaced by `:id`. `kept`: somebody approved something of it.
create table observed_templates (
  tenant_id uuid not null,
  id int generated always as identity,
  template text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  card_fields boolean not null,
  seen_day int not null,
  seen_network bigint not null,
  seen_several boolean not null,
  kept boolean not null default false,
  primary key (tenant_id, id)
);
alter table observed_templates enable row level security;
alter table observed_templates force row level security;
create policy tenant on observed_templates using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on observed_templates to :app;
create unique index observed_templates_by_text on observed_templates (tenant_id, md5(template));

-- Prefixes of paths below which what stands was learned to vary.
create table observed_places (
  tenant_id uuid not null,
  prefix text not null,
  primary key (tenant_id, prefix)
);
alter table observed_places enable row level security;
alter table observed_places force row level security;
create policy tenant on observed_places using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on observed_places to :app;

-- Addresses of scripts (s) and loaders (l), hashes (h), releases (r), targets of requests (t).
create table observed_words (
  tenant_id uuid not null,
  id int generated always as identity,
  kind char(1) not null,
  word text not null,
  last_seen_at timestamptz not null,
  seen_day int not null,
  seen_network bigint not null,
  seen_several boolean not null,
  kept boolean not null default false,
  primary key (tenant_id, id)
);
alter table observed_words enable row level security;
alter table observed_words force row level security;
create policy tenant on observed_words using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on observed_words to :app;
create unique index observed_words_by_text on observed_words (tenant_id, kind, md5(word));

-- Sets of scripts (s: ids of words), and of scripts with their hashes (h: script, hash, script, hash …). Never changed.
create table observed_sets (
  tenant_id uuid not null,
  id int generated always as identity,
  kind char(1) not null,
  digest bytea not null,
  members int[] not null,
  primary key (tenant_id, id)
);
alter table observed_sets enable row level security;
alter table observed_sets force row level security;
create policy tenant on observed_sets using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on observed_sets to :app;
create unique index observed_sets_by_digest on observed_sets (tenant_id, kind, digest);

-- The visit of one tab, by the id that its loader made. The visitor is known once the frame has said hello.
create table observed_visits (
  tenant_id uuid not null,
  visit_id uuid not null,
  visitor_id uuid,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant_id, visit_id)
);
alter table observed_visits enable row level security;
alter table observed_visits force row level security;
create policy tenant on observed_visits using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on observed_visits to :app;
create index observed_visits_by_visitor on observed_visits (tenant_id, visitor_id) where visitor_id is not null;

-- flags: 1 card fields, 2 loader pinned, 4 frame silent, 8 no release verified, 16 set not kept, 32 adds to a row before.
create table observed_views (
  tenant_id uuid not null,
  template_id int not null,
  set_id int not null,
  at timestamptz not null,
  view_id uuid not null,
  visit_id uuid not null,
  network bigint not null,
  loader_id int not null,
  release_id int not null,
  flags smallint not null,
  -- With what scoping asks for: which visits ran which set on which page, and when, without the row itself.
  primary key (tenant_id, template_id, at, view_id) include (set_id, visit_id)
);
alter table observed_views enable row level security;
alter table observed_views force row level security;
create policy tenant on observed_views using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on observed_views to :app;
