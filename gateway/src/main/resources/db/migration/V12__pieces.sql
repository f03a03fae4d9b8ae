-- Pieces of a message that came in several, until all of them are there or waited for long enough.
create table piece (
  account uuid not null,
  -- Written before the identity itself, where somebody writes for the first time.
  identity uuid not null
    references identity (id) on delete cascade deferrable initially deferred,
  grp text not null,
  number integer not null,
  index bigint not null,
  at timestamptz not null,
  sealed bytea not null,
  primary key (account, identity, grp, number)
);
create index piece_index on piece (index);
create index piece_identity on piece (identity);
