-- What came of each turn of a virtual agent: a report's numbers open to these rows, and they to conversations. Not a
-- word of what was said. A person who takes such a conversation over stands here too (outcome `person`).
create table virtual_agent_turns (
  tenant_id uuid not null,
  conversation_id uuid not null,
  -- Id of the event that ends the turn; the decision taken last stands for it.
  ends uuid not null,
  -- The event `turn` of that decision.
  turn_id uuid not null,
  version int,
  at timestamptz not null,
  -- When it was said, or handed over. Null: it was decided, and somebody took over first.
  done_at timestamptz,
  outcome text not null check (outcome in
    ('opening', 'answered', 'passage', 'flow', 'clarified', 'fallback', 'handed-over', 'courtesy', 'confirmed',
     'not-helped', 'person')),
  intent text,
  article text,
  flow text,
  reason text,
  primary key (tenant_id, conversation_id, ends)
);
create index virtual_agent_turns_by_time on virtual_agent_turns (tenant_id, at);
alter table virtual_agent_turns enable row level security;
alter table virtual_agent_turns force row level security;
create policy tenant on virtual_agent_turns using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on virtual_agent_turns to :app;

-- Answers that a person of the tenant called wrong. What they wrote about it is a note of the conversation.
create table virtual_agent_reports (
  tenant_id uuid not null,
  conversation_id uuid not null,
  turn_id uuid not null,
  reported_by uuid not null,
  reported_by_name text not null,
  reported_at timestamptz not null,
  primary key (tenant_id, conversation_id, turn_id, reported_by)
);
alter table virtual_agent_reports enable row level security;
alter table virtual_agent_reports force row level security;
create policy tenant on virtual_agent_reports using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, delete on virtual_agent_reports to :app;
