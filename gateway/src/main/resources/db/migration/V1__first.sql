-- The first schema. docs/ARCHITECTURE.md says what each table is for and which data may lie clear;
-- SchemaTest fails for a column that it does not list as clear, sealed or hashed.
--
-- Ids are ULIDs stored as uuid. Sealed columns hold vault blobs: key id, nonce, AES-256-GCM.
-- Hash columns hold HMACs under the epoch's look-up key.

-- The log and its ledger: what append, read and fold stand on ----------------------------------

create table shard (
  origin text primary key,
  first bigint not null unique
);

create table batch (
  first bigint primary key,
  next bigint not null check (next > first),
  shard_first bigint not null,
  root bytea not null,
  peaks bytea not null,
  epoch bigint not null,
  erasures bigint not null,
  id uuid not null,
  node uuid not null,
  at timestamptz not null
);

create table entry (
  index bigint not null,
  id uuid not null,
  kind text not null,
  at timestamptz not null,
  bytes bytea not null,
  primary key (index)
) partition by range (index);
create index entry_id on entry (id);

create table payload (
  index bigint not null,
  sealed bytea not null,
  primary key (index)
) partition by range (index);

create table once (
  day date not null,
  key bytea not null,
  index bigint not null,
  request bytea not null,
  primary key (day, key)
);

create table step (
  reader text not null,
  first bigint not null,
  next bigint not null check (next > first),
  epoch bigint not null,
  primary key (reader, first)
);

create table parked (
  reader text not null,
  index bigint not null,
  position integer not null,
  lane bytea not null,
  id uuid not null unique,
  project text,
  app uuid,
  error text not null,
  at timestamptz not null,
  primary key (reader, index, position)
);
create index parked_lane on parked (lane);

create table lease (
  name text primary key,
  node uuid not null,
  epoch bigint not null,
  until timestamptz not null
);

create table checkpoint (
  origin text not null,
  size bigint not null,
  at timestamptz not null,
  note text not null,
  primary key (origin, size)
);

-- Keys -----------------------------------------------------------------------------------------

create table person_key (
  id uuid primary key,
  owner bytea not null,
  month integer not null,
  epoch integer not null,
  wrapped bytea not null
);
create index person_key_owner on person_key (owner, month);

-- What is configured ---------------------------------------------------------------------------

create table project (
  id text primary key,
  created timestamptz not null,
  sealed bytea not null
);

create table access_key (
  id text primary key,
  project text not null references project (id),
  secret_hash bytea not null,
  created timestamptz not null,
  revoked timestamptz
);
create index access_key_project on access_key (project);

create table app (
  id uuid primary key,
  project text not null references project (id),
  created timestamptz not null,
  sealed bytea not null
);
create index app_project on app (project);

create table account (
  id uuid primary key,
  app uuid not null references app (id) on delete cascade,
  channel text not null,
  ordinal integer not null,
  position integer not null,
  retired timestamptz,
  sealed bytea not null
);
create unique index account_of_app on account (app, channel, ordinal) where retired is null;

create table webhook (
  id uuid primary key,
  app uuid not null references app (id) on delete cascade,
  created timestamptz not null,
  sealed bytea not null,
  state text not null default 'active',
  state_at timestamptz,
  failing integer not null default 0
);
create index webhook_app on webhook (app);

-- What we know: contacts, conversations, messages ------------------------------------------------

create table contact (
  id uuid primary key,
  project text not null references project (id),
  created timestamptz not null,
  language text not null,
  external_hash bytea,
  hash_epoch integer not null,
  sealed bytea not null
);
create index contact_project on contact (project, id);
create index contact_external on contact (external_hash) where external_hash is not null;

create table identity (
  id uuid primary key,
  contact uuid not null references contact (id) on delete cascade,
  channel text not null,
  app uuid,
  position integer not null,
  hash bytea not null unique,
  hash_epoch integer not null,
  friend text not null default 'unknown',
  friend_at timestamptz,
  known_at timestamptz,
  sealed bytea not null
);
create index identity_contact on identity (contact);

create table conversation (
  id uuid primary key,
  project text not null,
  app uuid not null references app (id) on delete cascade,
  contact uuid not null references contact (id) on delete cascade,
  created timestamptz not null,
  active boolean not null,
  active_channel text not null,
  active_identity uuid,
  sealed bytea
);
create unique index conversation_active on conversation (app, contact) where active;
create index conversation_contact on conversation (contact, id);
create index conversation_app on conversation (app, id);

create table message (
  id uuid primary key,
  project text not null,
  app uuid not null,
  conversation uuid,
  contact uuid,
  identity uuid,
  account uuid,
  channel text not null,
  direction smallint not null,
  accept_time timestamptz not null,
  event_time timestamptz,
  processing_mode text not null,
  injected boolean not null,
  status text not null,
  status_at timestamptz not null,
  reason_code text,
  index bigint not null,
  position integer not null,
  part_first integer not null,
  part_end integer not null,
  platform_id text,
  reply smallint not null,
  sealed bytea not null,
  status_sealed bytea
);
create index message_conversation on message (conversation, id);
create index message_app on message (app, accept_time, id);

create table message_entry (
  message uuid not null,
  index bigint not null,
  primary key (message, index)
);

create table reply_token (
  index bigint not null,
  position integer not null,
  contact uuid not null,
  account uuid not null,
  received timestamptz not null,
  taken boolean not null,
  sealed bytea not null,
  primary key (index, position)
);
create index reply_token_contact on reply_token (contact, received);

create table unsent (
  conversation uuid not null,
  platform_id text not null,
  at timestamptz not null,
  primary key (conversation, platform_id)
);

create table seen (
  day date not null,
  event uuid not null,
  primary key (day, event)
) partition by range (day);

-- Work -----------------------------------------------------------------------------------------

create table task (
  id uuid primary key,
  lane text not null,
  seq bigint not null,
  kind text not null,
  priority smallint not null,
  due timestamptz not null,
  state text not null,
  attempt uuid,
  attempt_at timestamptz,
  tries integer not null,
  app uuid,
  contact uuid,
  target uuid,
  error text,
  at timestamptz not null,
  sealed bytea not null
);
create index task_due on task (due) where state = 'ready';
create index task_lane on task (lane, seq);
create index task_dead on task (app, id) where state in ('dead', 'unknown');

create table alarm (
  kind text not null,
  subject text not null,
  count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (kind, subject)
);
