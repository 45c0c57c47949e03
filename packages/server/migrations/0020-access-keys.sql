-- Data keys, one per conversation and live segment, wrapped to the tenant's public epoch key.
create table data_keys (
  tenant_id uuid not null,
  conversation_id uuid not null,
  segment uuid not null,
  -- The tenant's epoch key that can unwrap it.
  epoch_key uuid not null,
  wrapped bytea not null,
  primary key (tenant_id, conversation_id, segment)
);
alter table data_keys enable row level security;
alter table data_keys force row level security;
create policy tenant on data_keys using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on data_keys to :app;

-- Who opened the text of which conversation, written before the first text is handed out.
create table access_receipts (
  tenant_id uuid not null,
  id uuid not null,
  conversation_id uuid not null,
  actor_kind text not null,
  actor_id uuid not null,
  actor_name text not null,
  session_id text,
  purpose text not null,
  at timestamptz not null,
  primary key (tenant_id, id)
);
create index access_receipts_by_conversation on access_receipts (tenant_id, conversation_id, at desc);
alter table access_receipts enable row level security;
alter table access_receipts force row level security;
create policy tenant on access_receipts using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
-- No update and no delete: the application can add to this list and read it, nothing else.
grant select, insert on access_receipts to :app;
