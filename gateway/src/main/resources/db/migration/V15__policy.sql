-- What people said of wanting messages, by when they said it, and addresses that channels told of.

-- Said yes (given) or no; since when they said so. Who never said anything has no row.
alter table consent add column given boolean not null default false;
drop index consent_list;
create index consent_list on consent (app, list, id) where not given;

-- How it was said, when, in which message, and in what words.
alter table consent_record
  add column source text not null default 'API',
  add column occurred timestamptz,
  add column message uuid,
  add column sealed bytea;

-- Addresses that are not sent to because their channel told of a bounce or a complaint.
create table suppression (
  id uuid not null unique,
  app uuid not null references app (id) on delete cascade,
  hash bytea not null,
  hash_epoch integer not null,
  channel text not null,
  why text not null,
  since timestamptz not null,
  expires timestamptz,
  sealed bytea not null,
  primary key (hash, app, why)
);
create index suppression_list on suppression (app, id);

-- Opt-out links made before then are not good any more: of one address, or, by an empty hash, all.
create table opt_out_link_end (
  app uuid not null references app (id) on delete cascade,
  hash bytea not null,
  hash_epoch integer not null,
  before timestamptz not null,
  primary key (app, hash)
);
