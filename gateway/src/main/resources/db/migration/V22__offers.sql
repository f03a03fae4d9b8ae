-- What was sent with numbered lines to choose from, for as long as a number that somebody writes is an
-- answer to it.
create table offer (
  step uuid primary key,
  identity uuid not null references identity (id) on delete cascade,
  app uuid not null,
  message uuid not null references message (id) on delete cascade,
  at timestamptz not null,
  sealed bytea not null
);
create index offer_identity on offer (identity, app);
create index offer_message on offer (message);
create index offer_at on offer (at);
