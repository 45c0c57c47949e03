-- The same promises as 0030 and 0001 for less work of the database.

-- The setting is read as an array once a statement, not once a row. (The outer cast makes `any` compare with the
-- array's elements and not with the rows of a subquery.)
alter policy tenant on conversations using (tenant_id = any ((select current_setting('app.tenants')::uuid[])::uuid[]));
alter policy tenant on events using (tenant_id = any ((select current_setting('app.tenants')::uuid[])::uuid[]));
alter policy tenant on outbox using (tenant_id = any ((select current_setting('app.tenants')::uuid[])::uuid[]));

-- An outbox row names what it announces by conversation: events `last_seq - event_count + 1` to `last_seq`.
-- Arrays are copied where JSON was built, and 500 conversations are smaller than 100 events were.
alter table outbox add column conversation_ids uuid[], add column last_seqs int[], add column event_counts int[];
alter table outbox no force row level security;
update outbox o set
  conversation_ids = (select array_agg((r.value ->> 0)::uuid order by r.n) from jsonb_array_elements(o.refs) with ordinality as r (value, n)),
  last_seqs = (select array_agg((r.value ->> 1)::int order by r.n) from jsonb_array_elements(o.refs) with ordinality as r (value, n)),
  event_counts = (select array_agg(1 order by r.n) from jsonb_array_elements(o.refs) with ordinality as r (value, n));
alter table outbox force row level security;
alter table outbox drop column refs,
  alter column conversation_ids set not null, alter column last_seqs set not null, alter column event_counts set not null,
  -- Compressing random ids is work for nothing.
  alter column conversation_ids set storage external, alter column last_seqs set storage external,
  alter column event_counts set storage external;

-- Judges item by item; see 0030. New is the form of the outbox row.
create or replace function append_events(p_tenants uuid[], p_items jsonb, p_keys jsonb, p_done jsonb)
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
    insert into outbox (tenant_id, conversation_ids, last_seqs, event_counts)
    select x.tenant_id, array_agg(x.conversation_id), array_agg(x.last_seq), array_agg(x.n)
    from (
      select f.tenant_id, f.conversation_id, max(f.new_seq) as last_seq, count(*)::int as n
      from fresh f group by f.tenant_id, f.conversation_id
    ) x group by x.tenant_id
    returning outbox.tenant_id, outbox.id
  )
  select j.n::int, j.verdict, coalesce(j.stored_seq, j.new_seq), coalesce(j.stored_at, v_now), null::uuid, null::bigint,
    j.stored_type, j.stored_actor, j.stored_segment, j.stored_body, j.stored_data
  from numbered j
  union all
  select null, 'outbox', null, null, a.tenant_id, a.id, null, null, null, null, null from announced a;
end
$$;

-- The ordinary case of append_events, in which every event is new and allowed: a third of the work. The caller
-- has sorted the batch out: g_* hold one element for each conversation, in the order of (tenant, id) in which
-- everybody locks them, i_* one for each event, a_* one for each actor, t_* one for each tenant with the slice
-- of the conversations that are its own, k_* one for each new data key, d_* the outbox rows that are done.
--
-- Conversations are moved and locked by one update that holds all conditions. If one of them does not move, the
-- batch holds something out of the ordinary (a passed handler epoch, a closed conversation, a read mark that
-- does not move): it raises CA001 and nothing is stored. An id used before raises a unique violation. The caller
-- then asks append_events.
--
-- Answers the newest number of each conversation, the time of all events, and the outbox rows in the order of t_*.
drop function append_new_events;
create function append_new_events(
  p_tenants uuid[],
  t_id uuid[], t_first int[], t_last int[],
  g_tenant uuid[], g_conversation uuid[], g_count int[], g_from_visitor int[], g_last_by text[], g_needs_person int[],
  g_epoch int[], g_read_visitor int[], g_read_staff int[],
  i_group int[], i_nth int[], i_id uuid[], i_type text[], i_actor int[], i_data jsonb[], i_segment uuid[], i_body bytea[],
  a_kind text[], a_id uuid[], a_name text[],
  p_keys jsonb, d_tenant uuid[], d_id bigint[],
  out last_seqs int[], out at timestamptz, out announced bigint[])
language plpgsql
-- As in append_events: plans are made once a connection, and by key.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_last int[];
begin
  perform set_config('app.tenants', p_tenants::text, true);

  -- unnest in the select list runs all arrays side by side and keeps no copy of them, as it does in FROM.
  with moved as (
    update conversations c set
      seq = c.seq + x.n,
      last_event_at = v_now,
      last_message_by = coalesce(x.last_by, c.last_message_by),
      read_visitor = coalesce(x.read_visitor, c.read_visitor),
      read_staff = coalesce(x.read_staff, c.read_staff),
      unread = c.unread + x.from_visitor
    from (
      select generate_series(1, array_length(g_count, 1)) as k, unnest(g_tenant) as tenant,
        unnest(g_conversation) as conversation, unnest(g_count) as n, unnest(g_from_visitor) as from_visitor,
        unnest(g_last_by) as last_by, unnest(g_needs_person) as needs_person, unnest(g_epoch) as epoch,
        unnest(g_read_visitor) as read_visitor, unnest(g_read_staff) as read_staff
    ) x
    where c.tenant_id = x.tenant and c.id = x.conversation
      and (c.status = 'open' or x.last_by is null)
      and (c.handler_kind = 'agent' or x.needs_person = 0)
      and (x.epoch is null or (c.handler_kind = 'virtual-agent' and c.handler_epoch = x.epoch))
      and coalesce(x.read_visitor, x.read_staff, 0) <= c.seq
      and coalesce(x.read_visitor, 2147483647) > c.read_visitor
      and coalesce(x.read_staff, 2147483647) > c.read_staff
    returning x.k, c.seq
  )
  select array_agg(m.seq order by m.k) into v_last from moved m;

  if array_length(v_last, 1) is distinct from array_length(g_count, 1) then
    raise exception 'not all items are new and allowed' using errcode = 'CA001';
  end if;

  insert into events (tenant_id, conversation_id, seq, id, type, actor_kind, actor_id, actor_name, at, data, segment, body)
  select g_tenant[i.g], g_conversation[i.g], v_last[i.g] - g_count[i.g] + i.nth, i.id, i.type, a_kind[i.a], a_id[i.a],
    a_name[i.a], v_now, coalesce(i_data[i.k], '{}'), i.segment, i.body
  from (
    select generate_series(1, array_length(i_group, 1)) as k, unnest(i_group) as g, unnest(i_nth) as nth,
      unnest(i_id) as id, unnest(i_type) as type, unnest(i_actor) as a, unnest(i_segment) as segment, unnest(i_body) as body
  ) i;

  if g_read_staff is not null then
    update conversations c set unread = (
      select count(*)::int from events e
      where e.tenant_id = c.tenant_id and e.conversation_id = c.id and e.seq > x.read_staff
        and e.type in ('message', 'form') and e.actor_kind = 'visitor')
    from (
      select unnest(g_tenant) as tenant, unnest(g_conversation) as conversation, unnest(g_read_staff) as read_staff
    ) x
    where c.tenant_id = x.tenant and c.id = x.conversation and x.read_staff is not null;
  end if;

  with told as (
    insert into outbox (tenant_id, conversation_ids, last_seqs, event_counts)
    select t.id, g_conversation[t.first:t.last], v_last[t.first:t.last], g_count[t.first:t.last]
    from (select unnest(t_id) as id, unnest(t_first) as first, unnest(t_last) as last) t
    returning outbox.tenant_id as tenant, outbox.id
  )
  select array_agg(o.id order by o.tenant) into announced from told o;

  if p_keys is not null then
    insert into data_keys (tenant_id, conversation_id, segment, epoch_key, wrapped)
    select k.tenant, k.conversation, k.segment, k.epoch_key, decode(k.wrapped, 'base64')
    from jsonb_to_recordset(p_keys) as k (tenant uuid, conversation uuid, segment uuid, epoch_key uuid, wrapped text)
    on conflict do nothing;
  end if;
  if d_id is not null then
    delete from outbox o using (select unnest(d_tenant) as tenant, unnest(d_id) as id) d
    where o.tenant_id = d.tenant and o.id = d.id;
  end if;
  last_seqs := v_last;
  at := v_now;
end
$$;
revoke execute on function append_new_events from public;
grant execute on function append_new_events to :app;
