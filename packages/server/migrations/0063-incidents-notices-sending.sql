-- The mails of a mailing, which are their own queue. A row is narrow: it is written four times on its way.
--   waiting > leased (taken by a sender) > in-flight (about to be handed over) > sent or bounced
-- in-flight is committed before the mail is handed over, so whatever may have arrived is known after a crash:
--   in-flight of a sender that is gone > in-doubt > sent (the mail server reports it) or waiting (it does not)
create table notice_mails (
  tenant_id uuid not null,
  mailing_id uuid not null,
  place int not null,
  state text not null check (state in ('waiting', 'leased', 'in-flight', 'in-doubt', 'sent', 'bounced')),
  due_at timestamptz not null,
  -- The run of the program that has it, and until when.
  holder uuid,
  leased_until timestamptz,
  attempts smallint not null default 0,
  -- How often it was handed over again after a doubt, under the same Message-ID.
  again smallint not null default 0,
  -- A keyed hash of the destination's domain: enough to send it no faster than it takes.
  domain int not null,
  -- Of the bytes that were handed over last.
  hash bytea,
  sent_at timestamptz,
  response text,
  bounce text,
  -- Its batch of receipts.
  receipts int,
  primary key (tenant_id, mailing_id, place),
  foreign key (tenant_id, mailing_id, place) references notice_persons (tenant_id, mailing_id, place) on delete cascade,
  constraint sent_has_receipt check (state <> 'sent' or (hash is not null and sent_at is not null and receipts is not null))
) with (fillfactor = 60);
create index notice_mails_open on notice_mails (tenant_id, mailing_id, state, due_at, place)
  where state not in ('sent', 'bounced');
create index notice_mails_receipts on notice_mails (tenant_id, mailing_id, receipts, place) where receipts is not null;
-- Every row changes several times within the hour: at the default of 20 % dead rows the queue's head is slow to find.
alter table notice_mails set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
alter table notice_mails enable row level security;
alter table notice_mails force row level security;
create policy tenant on notice_mails using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on notice_mails to :app;

-- Who is told by letter: no e-mail address, or a mail that did not arrive.
create table notice_letters (
  tenant_id uuid not null,
  mailing_id uuid not null,
  place int not null,
  because text not null check (because in ('no-email', 'bounced')),
  -- Null: in no print batch yet.
  batch int,
  printed_at timestamptz,
  -- A letter of the font's own cannot write the name or the address; told by hand.
  unprintable boolean not null default false,
  primary key (tenant_id, mailing_id, place),
  foreign key (tenant_id, mailing_id, place) references notice_persons (tenant_id, mailing_id, place) on delete cascade
);
create index notice_letters_by_batch on notice_letters (tenant_id, mailing_id, batch, place);
alter table notice_letters enable row level security;
alter table notice_letters force row level security;
create policy tenant on notice_letters using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on notice_letters to :app;

-- The codes of letters: of 128 random bits only a hash is kept. A new print has new codes; those in the post stay good.
create table notice_codes (
  tenant_id uuid not null,
  hash bytea not null,
  mailing_id uuid not null,
  place int not null,
  made_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, hash),
  foreign key (tenant_id, mailing_id, place) references notice_persons (tenant_id, mailing_id, place) on delete cascade
);
alter table notice_codes enable row level security;
alter table notice_codes force row level security;
create policy tenant on notice_codes using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update, delete on notice_codes to :app;

-- Receipts in batches, each with the root of its Merkle tree; the root is in the access log.
create table notice_receipt_batches (
  tenant_id uuid not null,
  mailing_id uuid not null,
  batch int not null,
  size int not null,
  root bytea not null,
  closed_at timestamptz not null,
  -- Of the access log; null while it could not be written.
  entry bigint,
  primary key (tenant_id, mailing_id, batch),
  foreign key (tenant_id, mailing_id) references notice_mailings (tenant_id, id)
);
alter table notice_receipt_batches enable row level security;
alter table notice_receipt_batches force row level security;
create policy tenant on notice_receipt_batches using (tenant_id = any ((select current_setting('app.tenants'))::uuid[]));
grant select, insert, update on notice_receipt_batches to :app;
