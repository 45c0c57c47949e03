-- For what the installation does for every tenant in turn, such as erasing what is kept long enough. Runs as the owner;
-- each tenant's rows are then read as that tenant.
create function auth.tenant_ids() returns table (tenant uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select tenant_id from public.tenants order by tenant_id $$;
revoke all on function auth.tenant_ids() from public;
grant execute on function auth.tenant_ids() to :auth;
