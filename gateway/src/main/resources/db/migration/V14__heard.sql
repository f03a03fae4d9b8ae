-- When somebody last wrote to an account of a channel that lets us answer freely for a while only.
create table heard (
  account uuid not null references account (id) on delete cascade,
  identity uuid not null references identity (id) on delete cascade,
  at timestamptz not null,
  primary key (account, identity)
);
create index heard_identity on heard (identity);
