create table queues (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
-- People choose a queue by its name.
create unique index queues_by_name on queues (tenant_id, lower(name));
alter table queues enable row level security;
alter table queues force row level security;
create policy tenant on queues using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on queues to :app;

-- One row a tenant: where a new conversation goes.
create table routing_rules (
  tenant_id uuid not null primary key,
  -- The queue of conversations that name no other.
  default_queue uuid not null,
  -- The tenant has a virtual agent, which answers first and takes what is handed back.
  virtual_agent boolean not null default false,
  foreign key (tenant_id, default_queue) references queues (tenant_id, id)
);
alter table routing_rules enable row level security;
alter table routing_rules force row level security;
create policy tenant on routing_rules using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on routing_rules to :app;
