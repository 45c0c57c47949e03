-- Authored answers of a tenant. They are written for everybody and hold no customer text.
create table canned_replies (
  tenant_id uuid not null,
  id uuid not null,
  shortcut text not null,
  title text not null,
  text text not null,
  primary key (tenant_id, id)
);
create unique index canned_replies_by_shortcut on canned_replies (tenant_id, shortcut);
alter table canned_replies enable row level security;
alter table canned_replies force row level security;
create policy tenant on canned_replies using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on canned_replies to :app;
