-- An archived queue keeps its name for the conversations that were in it, and knows where they go from now on.
alter table queues
  add column archived_at timestamptz,
  add column moved_to uuid,
  add foreign key (tenant_id, moved_to) references queues (tenant_id, id),
  add check ((archived_at is null) = (moved_to is null));
drop index queues_by_name;
create unique index queues_by_name on queues (tenant_id, lower(name)) where archived_at is null;
grant update (name, archived_at, moved_to) on queues to :app;
