-- What the virtual agent may quote. The text of each version stays as it was: a published version quotes it.
create table virtual_agent_articles (
  tenant_id uuid not null,
  id uuid not null,
  -- The newest one.
  version int not null,
  -- The newest that somebody approved; it is quoted, from the next publication on.
  approved_version int,
  -- From then on it is quoted no more, whatever version is in force.
  withdrawn_at timestamptz,
  -- Where it was crawled from: crawled again, it becomes the next version of this article.
  crawled_from text,
  primary key (tenant_id, id)
);
create unique index virtual_agent_articles_by_address on virtual_agent_articles (tenant_id, crawled_from)
  where withdrawn_at is null;
alter table virtual_agent_articles enable row level security;
alter table virtual_agent_articles force row level security;
create policy tenant on virtual_agent_articles using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on virtual_agent_articles to :app;
grant update (version, approved_version, withdrawn_at, crawled_from) on virtual_agent_articles to :app;

create table virtual_agent_article_versions (
  tenant_id uuid not null,
  article uuid not null,
  version int not null,
  title text not null,
  language text not null,
  address text,
  source text not null check (source in ('written', 'markdown', 'html', 'pdf', 'crawl')),
  questions json not null,
  body json not null,
  -- As its author wrote it, where it was written here.
  markdown text,
  bytes int not null,
  -- Of a crawled page: who started the crawl.
  changed_by uuid not null,
  changed_by_name text not null,
  changed_at timestamptz not null,
  by_installation boolean not null default false,
  approved_by uuid,
  approved_by_name text,
  approved_at timestamptz,
  primary key (tenant_id, article, version),
  foreign key (tenant_id, article) references virtual_agent_articles (tenant_id, id),
  constraint article_approved_by_another check (by_installation or approved_by <> changed_by)
);
alter table virtual_agent_article_versions enable row level security;
alter table virtual_agent_article_versions force row level security;
create policy tenant on virtual_agent_article_versions using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on virtual_agent_article_versions to :app;
grant update (approved_by, approved_by_name, approved_at) on virtual_agent_article_versions to :app;

-- The articles of a proposal, as they were when it was made.
create table virtual_agent_version_articles (
  tenant_id uuid not null,
  version int not null,
  article uuid not null,
  article_version int not null,
  primary key (tenant_id, version, article),
  foreign key (tenant_id, version) references virtual_agent_versions (tenant_id, version),
  foreign key (tenant_id, article, article_version)
    references virtual_agent_article_versions (tenant_id, article, version)
);
alter table virtual_agent_version_articles enable row level security;
alter table virtual_agent_version_articles force row level security;
create policy tenant on virtual_agent_version_articles using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on virtual_agent_version_articles to :app;
