-- Who leaves is deactivated and not deleted: what they did keeps its name.
alter table people
  add column deactivated_at timestamptz,
  -- Told to who manages people; written every few minutes at most.
  add column last_seen_at timestamptz;
grant update (name, role, deactivated_at, last_seen_at) on people to :app;

-- Passwords that somebody else has seen: they open nothing but the choice of another one.
create table auth.temporary_passwords (
  tenant_id uuid not null,
  person uuid not null,
  -- The request that made it: asked again it is not shown again, and not made anew.
  request uuid not null,
  expires_at timestamptz not null,
  primary key (tenant_id, person)
);
alter table auth.temporary_passwords enable row level security;
alter table auth.temporary_passwords force row level security;
create policy sign_in on auth.temporary_passwords to :auth, current_user using (true);
grant select, insert, update, delete on auth.temporary_passwords to :auth;

-- As before, and only for people who are not deactivated.
drop function auth.find_session(text);
create function auth.find_session(wanted text)
  returns table (
    tenant uuid, person uuid, name text, role text, session text, expires_at timestamptz, seen_at timestamptz
  )
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select people.tenant_id, people.id, people.name, people.role, s."id", s."expiresAt", people.last_seen_at
    from auth."session" s
    join auth."user" u on u."id" = s."userId"
    join public.people on people.tenant_id = u.tenant_id and people.id = u."id"::uuid
    where s."token" = wanted and s."expiresAt" > now() and people.deactivated_at is null
  $$;
revoke all on function auth.find_session(text) from public;
grant execute on function auth.find_session(text) to :auth;

-- What stands in the way of a login whose password is right.
create function auth.find_login(wanted text)
  returns table (tenant uuid, person uuid, password_hash text, deactivated boolean, temporary_until timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select people.tenant_id, people.id, a."password", people.deactivated_at is not null, t.expires_at
    from auth."user" u
    join public.people on people.tenant_id = u.tenant_id and people.id = u."id"::uuid
    join auth."account" a on a."userId" = u."id" and a."providerId" = 'credential'
    left join auth.temporary_passwords t on t.tenant_id = people.tenant_id and t.person = people.id
    where u."email" = wanted
  $$;
revoke all on function auth.find_login(text) from public;
grant execute on function auth.find_login(text) to :auth;

-- As before; a first password that was made here, not chosen, is a temporary one.
drop function add_login(uuid, text, text);
create function add_login(person uuid, address text, password_hash text, temporary_until timestamptz) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
  declare
    belongs_to uuid;
    called text;
  begin
    select people.tenant_id, people.name into strict belongs_to, called from public.people
      where people.tenant_id = any (current_setting('app.tenants')::uuid[])
        and people.id = person and people.email = address;
    insert into auth."user" ("id", tenant_id, "name", "email", "emailVerified", "createdAt", "updatedAt")
      values (person::text, belongs_to, called, address, true, now(), now())
      on conflict do nothing;
    if not found then
      return case when exists (select from auth."user" where "email" = address) then 'address' else 'id' end;
    end if;
    insert into auth."account" ("id", "accountId", "providerId", "userId", "password", "createdAt", "updatedAt")
      values (person::text, person::text, 'credential', person::text, password_hash, now(), now());
    if temporary_until is not null then
      insert into auth.temporary_passwords (tenant_id, person, request, expires_at)
        values (belongs_to, add_login.person, add_login.person, temporary_until);
    end if;
    return null;
  end
  $$;
revoke all on function add_login(uuid, text, text, timestamptz) from public;
grant execute on function add_login(uuid, text, text, timestamptz) to :app;
