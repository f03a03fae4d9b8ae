-- What is shown to people and is no message, who wants no messages, and what an app is told of its
-- channels.

create table event (
  id uuid primary key,
  project text not null,
  app uuid not null,
  conversation uuid references conversation (id) on delete cascade,
  contact uuid not null references contact (id) on delete cascade,
  identity uuid not null,
  channel text not null,
  direction smallint not null,
  kind text not null,
  accept_time timestamptz not null,
  processing_mode text not null,
  status text not null,
  status_at timestamptz not null,
  reason_code text,
  -- the log's entries that belong to it
  entries bigint[] not null,
  sealed bytea not null
);
create index event_conversation on event (conversation, id) where conversation is not null;
create index event_contact on event (contact, id);

-- Lists of addresses: they outlast contacts, since whoever comes back wants no messages still.
create table consent (
  id uuid not null unique,
  app uuid not null references app (id) on delete cascade,
  hash bytea not null,
  hash_epoch integer not null,
  list text not null,
  channel text not null,
  since timestamptz not null,
  sealed bytea not null,
  primary key (hash, app, list)
);
create index consent_list on consent (app, list, id);

create table consent_record (
  id uuid primary key,
  app uuid not null references app (id) on delete cascade,
  hash bytea not null,
  hash_epoch integer not null,
  list text not null,
  operation text not null,
  origin text not null,
  at timestamptz not null
);
create index consent_record_of on consent_record (app, hash, id);

-- When an app was last told of a trouble of an account.
create table account_notice (
  account uuid not null,
  kind text not null,
  at timestamptz not null,
  primary key (account, kind)
);

-- How much an app has waiting to go out.
create index task_queue on task (app) where state = 'ready' and kind in ('send', 'signal');
