create table conversations (
  tenant_id uuid not null,
  id uuid not null,
  visitor_id uuid not null,
  site text,
  page jsonb,
  started_at timestamptz not null,
  -- The conversation's own counter: the number of its newest event.
  seq int not null default 0,
  status text not null default 'open' check (status in ('open', 'closed')),
  handler_kind text not null check (handler_kind in ('virtual-agent', 'queue', 'agent')),
  handler_id uuid,
  handler_name text,
  -- Raised whenever the handler changes; an answer computed under another epoch is not stored.
  handler_epoch int not null default 0,
  queue_id uuid,
  tags text[] not null default '{}',
  read_visitor int not null default 0,
  read_staff int not null default 0,
  delivered_visitor int not null default 0,
  delivered_staff int not null default 0,
  unread int not null default 0,
  waiting_since timestamptz,
  last_event_at timestamptz not null,
  last_message_by text,
  primary key (tenant_id, id),
  check ((handler_kind = 'agent') = (handler_id is not null))
) with (fillfactor = 60); -- a send updates no indexed column: the new row version stays on its page

create index conversations_by_status on conversations (tenant_id, status, started_at, id);
create index conversations_by_visitor on conversations (visitor_id, tenant_id);
alter table conversations enable row level security;
alter table conversations force row level security;
create policy tenant on conversations using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on conversations to :app;

create table events (
  tenant_id uuid not null,
  conversation_id uuid not null,
  seq int not null,
  -- Made by whoever asked for the event; a second attempt finds it here.
  id uuid not null,
  type text not null,
  actor_kind text not null,
  actor_id uuid not null,
  -- Staff and virtual agents; a visitor's name is looked up.
  actor_name text,
  at timestamptz not null,
  -- What is not text: targets, marks, handlers.
  data jsonb not null default '{}',
  segment uuid,
  body bytea,
  primary key (tenant_id, conversation_id, seq)
);
-- Ids grow with time, so new entries go to one end of the index.
create unique index events_once on events (tenant_id, id, conversation_id);
alter table events enable row level security;
alter table events force row level security;
create policy tenant on events using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on events to :app;

create type append_item as (
  tenant_id uuid, conversation_id uuid, id uuid, type text,
  actor_kind text, actor_id uuid, actor_name text, data jsonb,
  segment uuid, body text, handler_epoch int, up_to int
);

-- Stores a batch of appended events (messages, notes, form answers, read marks) in one transaction.
--
-- The rows of the conversations are locked first, in one order for everybody. The statements after that see
-- whatever a former holder of the locks committed, so a replay is always recognised and numbers never collide.
--
-- Answers one row for each item (ord from 1):
--   stored     now durable as event `seq`
--   replayed   the id was used before; the stored event is returned for comparison
--   stale      the virtual agent's handler epoch has passed
--   unhandled  a person writes where no person handles the conversation: take over first
--   closed     the conversation is closed: reopen first
--   unchanged  a read mark that does not move
--   missing    no such conversation under this tenant
-- and one row for each outbox row written (ord null, outcome 'outbox', the row's tenant and id).
create function append_events(p_tenants uuid[], p_items jsonb, p_keys jsonb, p_done jsonb)
returns table (
  ord int, outcome text, event_seq int, event_at timestamptz, outbox_tenant uuid, outbox_id bigint,
  old_type text, old_actor uuid, old_segment uuid, old_body bytea, old_data jsonb
)
language plpgsql
-- The plan is made once a connection and kept; making it costs more than running it. Look up by key, never read a tenant's whole table to join with a handful of items. Which key
-- is the better one the planner learns from statistics, which the write lane has refreshed early.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_items append_item[];
  v_now timestamptz;
begin
  perform set_config('app.tenants', p_tenants::text, true);

  select array_agg(i order by n) into v_items
  from jsonb_array_elements(p_items) with ordinality as e (value, n),
       lateral jsonb_populate_record(null::append_item, e.value) as i;

  perform 1 from conversations c
  where (c.tenant_id, c.id) in (select i.tenant_id, i.conversation_id from unnest(v_items) as i)
  order by c.tenant_id, c.id
  for no key update;

  v_now := date_trunc('milliseconds', clock_timestamp());

  if p_done is not null then
    delete from outbox o using jsonb_to_recordset(p_done) as d (tenant uuid, id bigint)
    where o.tenant_id = d.tenant and o.id = d.id;
  end if;

  if p_keys is not null then
    insert into data_keys (tenant_id, conversation_id, segment, epoch_key, wrapped)
    select k.tenant, k.conversation, k.segment, k.epoch_key, decode(k.wrapped, 'base64')
    from jsonb_to_recordset(p_keys) as k (tenant uuid, conversation uuid, segment uuid, epoch_key uuid, wrapped text)
    on conflict do nothing;
  end if;

  return query
  with item as (
    select i.* from unnest(v_items) with ordinality as i
      (tenant_id, conversation_id, id, type, actor_kind, actor_id, actor_name, data, segment, body, handler_epoch, up_to, n)
  ),
  judged as (
    select i.*, e.seq as stored_seq, e.at as stored_at, e.type as stored_type, e.actor_id as stored_actor,
      e.segment as stored_segment, e.body as stored_body, e.data as stored_data, c.seq as base,
      case
        when c.id is null then 'missing'
        when e.seq is not null then 'replayed'
        when i.type = 'read' and (
          i.up_to > c.seq
          or i.up_to <= case when i.actor_kind = 'visitor' then c.read_visitor else c.read_staff end
        ) then 'unchanged'
        when i.type = 'read' or i.type = 'note' then 'stored'
        when i.actor_kind = 'virtual-agent'
          and (c.handler_kind <> 'virtual-agent' or c.handler_epoch is distinct from i.handler_epoch or c.status <> 'open')
          then 'stale'
        when c.status = 'closed' then 'closed'
        when i.actor_kind in ('agent', 'api') and c.handler_kind <> 'agent' then 'unhandled'
        else 'stored'
      end as verdict
    from item i
    left join conversations c on c.tenant_id = i.tenant_id and c.id = i.conversation_id
    left join events e on e.tenant_id = i.tenant_id and e.conversation_id = i.conversation_id and e.id = i.id
  ),
  numbered as (
    select j.*, (j.base + count(*) filter (where j.verdict = 'stored')
      over (partition by j.tenant_id, j.conversation_id order by j.n))::int as new_seq
    from judged j
  ),
  fresh as (
    select * from numbered where verdict = 'stored'
  ),
  inserted as (
    insert into events (tenant_id, conversation_id, seq, id, type, actor_kind, actor_id, actor_name, at, data, segment, body)
    select f.tenant_id, f.conversation_id, f.new_seq, f.id, f.type, f.actor_kind, f.actor_id, f.actor_name, v_now,
      coalesce(f.data, '{}'), f.segment, decode(f.body, 'base64')
    from fresh f
  ),
  effect as (
    select f.tenant_id, f.conversation_id, count(*)::int as n,
      (count(*) filter (where f.type in ('message', 'form') and f.actor_kind = 'visitor'))::int as from_visitor,
      (array_agg(f.actor_kind order by f.n desc) filter (where f.type in ('message', 'form')))[1] as last_by,
      coalesce(max(f.up_to) filter (where f.type = 'read' and f.actor_kind = 'visitor'), 0) as read_visitor,
      coalesce(max(f.up_to) filter (where f.type = 'read' and f.actor_kind <> 'visitor'), 0) as read_staff
    from fresh f group by f.tenant_id, f.conversation_id
  ),
  updated as (
    update conversations c set
      seq = c.seq + x.n,
      last_event_at = v_now,
      last_message_by = coalesce(x.last_by, c.last_message_by),
      read_visitor = greatest(c.read_visitor, x.read_visitor),
      read_staff = greatest(c.read_staff, x.read_staff),
      unread = x.from_visitor + case
        when x.read_staff > c.read_staff then (
          select count(*)::int from events e
          where e.tenant_id = c.tenant_id and e.conversation_id = c.id and e.seq > x.read_staff
            and e.type in ('message', 'form') and e.actor_kind = 'visitor')
        else c.unread end
    from effect x where c.tenant_id = x.tenant_id and c.id = x.conversation_id
  ),
  announced as (
    insert into outbox (tenant_id, refs)
    select f.tenant_id, jsonb_agg(jsonb_build_array(f.conversation_id, f.new_seq))
    from fresh f group by f.tenant_id
    returning outbox.tenant_id, outbox.id
  )
  select j.n::int, j.verdict, coalesce(j.stored_seq, j.new_seq), coalesce(j.stored_at, v_now), null::uuid, null::bigint,
    j.stored_type, j.stored_actor, j.stored_segment, j.stored_body, j.stored_data
  from numbered j
  union all
  select null, 'outbox', null, null, a.tenant_id, a.id, null, null, null, null, null from announced a;
end
$$;
revoke execute on function append_events from public;
grant execute on function append_events to :app;

-- Delivery marks are no events: the newest wins, written together about once a second.
create function mark_delivered(p_tenants uuid[], p_marks jsonb) returns void
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  perform set_config('app.tenants', p_tenants::text, true);
  update conversations c set
    delivered_visitor = greatest(c.delivered_visitor, least(m.visitor, c.seq)),
    delivered_staff = greatest(c.delivered_staff, least(m.staff, c.seq))
  from jsonb_to_recordset(p_marks) as m (tenant uuid, conversation uuid, visitor int, staff int)
  where c.tenant_id = m.tenant and c.id = m.conversation;
end
$$;
revoke execute on function mark_delivered from public;
grant execute on function mark_delivered to :app;

-- The same for the ordinary case, in which every item is new and allowed: a third of the work. Conversations are
-- moved and locked by one update; events follow. Anything out of the ordinary (an id used before, a passed
-- handler epoch, a closed conversation, a read mark that does not move) stores nothing and answers null or a
-- unique violation: the caller then asks append_events, which judges item by item.
create function append_new_events(p_tenants uuid[], p_items jsonb, p_keys jsonb, p_done jsonb,
  out seqs int[], out at timestamptz, out announced jsonb)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz;
  v_wanted int;
begin
  perform set_config('app.tenants', p_tenants::text, true);
  v_now := date_trunc('milliseconds', clock_timestamp());
  v_wanted := jsonb_array_length(p_items);

  with item as materialized (
    select i.*, row_number() over () as n
    from jsonb_to_recordset(p_items) as i (
      tenant_id uuid, conversation_id uuid, id uuid, type text, actor_kind text, actor_id uuid, actor_name text,
      data jsonb, segment uuid, body text, handler_epoch int, up_to int)
  ),
  effect as (
    select i.tenant_id, i.conversation_id, count(*)::int as n,
      (count(*) filter (where i.type in ('message', 'form') and i.actor_kind = 'visitor'))::int as from_visitor,
      (array_agg(i.actor_kind order by i.n desc) filter (where i.type in ('message', 'form')))[1] as last_by,
      bool_or(i.type in ('message', 'form')) as speaks,
      bool_or(i.type = 'message' and i.actor_kind in ('agent', 'api')) as needs_person,
      bool_or(i.actor_kind = 'virtual-agent' and i.handler_epoch is null) as lacks_epoch,
      min(i.handler_epoch) as epoch_min, max(i.handler_epoch) as epoch_max,
      max(i.up_to) filter (where i.actor_kind = 'visitor') as read_visitor,
      max(i.up_to) filter (where i.actor_kind <> 'visitor') as read_staff,
      count(i.up_to) as reads
    from item i group by i.tenant_id, i.conversation_id order by i.tenant_id, i.conversation_id
  ),
  moved as (
    update conversations c set
      seq = c.seq + x.n,
      last_event_at = v_now,
      last_message_by = coalesce(x.last_by, c.last_message_by),
      read_visitor = coalesce(x.read_visitor, c.read_visitor),
      read_staff = coalesce(x.read_staff, c.read_staff),
      unread = x.from_visitor + case
        when x.read_staff is null then c.unread
        else (
          select count(*)::int from events e
          where e.tenant_id = c.tenant_id and e.conversation_id = c.id and e.seq > x.read_staff
            and e.type in ('message', 'form') and e.actor_kind = 'visitor') end
    from effect x
    where c.tenant_id = x.tenant_id and c.id = x.conversation_id
      and (c.status = 'open' or not x.speaks)
      and (c.handler_kind = 'agent' or not x.needs_person)
      and not x.lacks_epoch
      and (x.epoch_min is null or (c.handler_kind = 'virtual-agent' and c.handler_epoch = x.epoch_min and c.handler_epoch = x.epoch_max))
      and (x.reads = 0 or (x.reads = 1
        and coalesce(x.read_visitor, x.read_staff) <= c.seq
        and coalesce(x.read_visitor, 2147483647) > c.read_visitor and coalesce(x.read_staff, 2147483647) > c.read_staff))
    returning c.tenant_id, c.id, c.seq - x.n as base
  ),
  numbered as materialized (
    select i.*, (m.base + row_number() over (partition by i.tenant_id, i.conversation_id order by i.n))::int as seq
    from item i join moved m on m.tenant_id = i.tenant_id and m.id = i.conversation_id
  ),
  inserted as (
    insert into events (tenant_id, conversation_id, seq, id, type, actor_kind, actor_id, actor_name, at, data, segment, body)
    select f.tenant_id, f.conversation_id, f.seq, f.id, f.type, f.actor_kind, f.actor_id, f.actor_name, v_now,
      coalesce(f.data, '{}'), f.segment, decode(f.body, 'base64')
    from numbered f
  ),
  told as (
    insert into outbox (tenant_id, refs)
    select f.tenant_id, jsonb_agg(jsonb_build_array(f.conversation_id, f.seq)) from numbered f group by f.tenant_id
    returning outbox.tenant_id as tenant, outbox.id
  )
  select (select array_agg(f.seq order by f.n) from numbered f), v_now,
    (select jsonb_agg(jsonb_build_object('tenant', a.tenant, 'id', a.id::text)) from told a)
  into seqs, at, announced;

  if coalesce(array_length(seqs, 1), 0) <> v_wanted then
    raise exception 'not all items are new and allowed' using errcode = 'CA001';
  end if;

  if p_keys is not null then
    insert into data_keys (tenant_id, conversation_id, segment, epoch_key, wrapped)
    select k.tenant, k.conversation, k.segment, k.epoch_key, decode(k.wrapped, 'base64')
    from jsonb_to_recordset(p_keys) as k (tenant uuid, conversation uuid, segment uuid, epoch_key uuid, wrapped text)
    on conflict do nothing;
  end if;
  if p_done is not null then
    delete from outbox o using jsonb_to_recordset(p_done) as d (tenant uuid, id bigint)
    where o.tenant_id = d.tenant and o.id = d.id;
  end if;
end
$$;
revoke execute on function append_new_events from public;
grant execute on function append_new_events to :app;
