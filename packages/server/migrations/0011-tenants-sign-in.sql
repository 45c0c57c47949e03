-- Schema `auth` belongs to the sign-in library's role: passwords, sessions and second factors are out of reach of
-- the application's role. Tables and columns are named as Better Auth 1.7 expects them (docs/decisions/05-sign-in.md).
create schema auth;
revoke all on schema auth from public;
grant usage on schema auth to :auth;

create table auth."user" (
  -- Equal to people.id.
  "id" text primary key,
  -- Ours: to which tenant this login belongs. A check and not `not null`, because the library refuses to work with a
  -- column that it would have to fill; it makes no users here (sign-up is disabled), add_login below does.
  tenant_id uuid check (tenant_id is not null),
  "name" text not null,
  "email" text not null unique,
  "emailVerified" boolean not null,
  "image" text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null,
  "twoFactorEnabled" boolean
);

create table auth."session" (
  "id" text primary key,
  "expiresAt" timestamptz not null,
  "token" text not null unique,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" text not null references auth."user" ("id") on delete cascade
);
create index "session_userId_idx" on auth."session" ("userId");

create table auth."account" (
  "id" text primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" text not null references auth."user" ("id") on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  "scope" text,
  "password" text,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index "account_userId_idx" on auth."account" ("userId");

create table auth."verification" (
  "id" text primary key,
  "identifier" text not null,
  "value" text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null,
  "updatedAt" timestamptz not null
);
create index "verification_identifier_idx" on auth."verification" ("identifier");

create table auth."twoFactor" (
  "id" text primary key,
  "secret" text not null,
  "backupCodes" text not null,
  "userId" text not null references auth."user" ("id") on delete cascade,
  "verified" boolean,
  "failedVerificationCount" integer,
  "lockedUntil" timestamptz
);
create index "twoFactor_secret_idx" on auth."twoFactor" ("secret");
create index "twoFactor_userId_idx" on auth."twoFactor" ("userId");

-- A sign-in begins before the tenant is known, so these rows are kept apart by role, not by tenant: whoever is
-- granted one of these tables by mistake still sees no row.
alter table auth."user" enable row level security;
alter table auth."user" force row level security;
create policy sign_in on auth."user" to :auth, current_user using (true);
alter table auth."session" enable row level security;
alter table auth."session" force row level security;
create policy sign_in on auth."session" to :auth, current_user using (true);
alter table auth."account" enable row level security;
alter table auth."account" force row level security;
create policy sign_in on auth."account" to :auth, current_user using (true);
alter table auth."verification" enable row level security;
alter table auth."verification" force row level security;
create policy sign_in on auth."verification" to :auth, current_user using (true);
alter table auth."twoFactor" enable row level security;
alter table auth."twoFactor" force row level security;
create policy sign_in on auth."twoFactor" to :auth, current_user using (true);
grant select, insert, update, delete
  on auth."user", auth."session", auth."account", auth."verification", auth."twoFactor" to :auth;

-- Which tenant a public name stands for. The only thing to be learnt about a tenant without being in it.
create function auth.find_tenant(wanted text) returns table (tenant uuid, name text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select tenant_id, tenants.name from public.tenants where public_id = wanted $$;
revoke all on function auth.find_tenant(text) from public;
grant execute on function auth.find_tenant(text) to :auth;

-- Who is signed in under a session token: the check of the request path, one statement.
create function auth.find_session(wanted text)
  returns table (tenant uuid, person uuid, name text, role text, session text, expires_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select people.tenant_id, people.id, people.name, people.role, s."id", s."expiresAt"
    from auth."session" s
    join auth."user" u on u."id" = s."userId"
    join public.people on people.tenant_id = u.tenant_id and people.id = u."id"::uuid
    where s."token" = wanted and s."expiresAt" > now()
  $$;
revoke all on function auth.find_session(text) from public;
grant execute on function auth.find_session(text) to :auth;

-- Gives a person of the running tenant a password. Runs in the application's transaction that makes the person, so
-- there is no person without a login; it adds and never changes. A login's id and address are unique over all tenants:
-- answers what is taken, or null.
create function add_login(person uuid, address text, password_hash text) returns text
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
    return null;
  end
  $$;
revoke all on function add_login(uuid, text, text) from public;
grant execute on function add_login(uuid, text, text) to :app;

-- Whether people of the running tenant have a second factor: all that the application learns about logins.
create function second_factors() returns table (person uuid)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select u."id"::uuid from auth."user" u
    where u.tenant_id = any (current_setting('app.tenants')::uuid[]) and u."twoFactorEnabled"
  $$;
revoke all on function second_factors() from public;
grant execute on function second_factors() to :app;
