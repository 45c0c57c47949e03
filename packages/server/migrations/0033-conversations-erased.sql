-- What was erased stays as a frame without content: its events keep their numbers, its log keeps its entries.
alter table conversations add column erased_at timestamptz;
