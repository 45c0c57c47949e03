-- Public halves of the tenants' epoch keys, so that text can be sealed while the keyholder is away. Each is signed by
-- the log's key, which the server checks before it seals to one: a row written by somebody else seals nothing.
create table epoch_keys (
  tenant_id uuid not null,
  id uuid not null,
  -- SPKI, DER, base64.
  public_key text not null,
  until timestamptz not null,
  signature text not null,
  primary key (tenant_id, id)
);
alter table epoch_keys enable row level security;
alter table epoch_keys force row level security;
create policy tenant on epoch_keys using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert on epoch_keys to :app;

-- Receipts are entries of the access log now, written by the keyholder before it releases a key.
drop table access_receipts;
