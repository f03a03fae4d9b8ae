-- One message to many. No row a recipient, but for those of whom there is something to say.

create table broadcast (
  id uuid primary key,
  project text not null references project (id),
  app uuid not null references app (id) on delete cascade,
  state text not null,
  created timestamptz not null,
  updated timestamptz not null,
  -- Of the audience, how many chunks there are, how many are through, and where the stage ends.
  chunks integer not null default 0,
  done integer not null default 0,
  stage integer not null default 0,
  stage_end integer not null default 0,
  -- Since when nothing more has been started, and when the last call that was under way ended.
  stopped timestamptz,
  quiet timestamptz,
  sealed bytea not null
);
create index broadcast_project on broadcast (project, id);

-- Up to 500 people each, sealed with the audience's own key, which goes with them.
create table broadcast_chunk (
  broadcast uuid not null references broadcast (id) on delete cascade,
  number integer not null,
  people integer not null,
  done boolean not null default false,
  -- The entries that prove what was sent to them, if it was sent to all at once.
  attempt uuid,
  outcome uuid,
  sealed bytea not null,
  primary key (broadcast, number)
);

-- What became of how many, in the pre-flight and in the sending.
create table broadcast_count (
  broadcast uuid not null references broadcast (id) on delete cascade,
  phase text not null,
  what text not null,
  count bigint not null,
  primary key (broadcast, phase, what)
);

-- Those who were left out, or of whom nobody knows.
create table broadcast_recipient (
  broadcast uuid not null references broadcast (id) on delete cascade,
  hash bytea not null,
  hash_epoch integer not null,
  channel text not null,
  reason text not null,
  at timestamptz not null,
  sealed bytea not null,
  primary key (broadcast, hash)
);
create index broadcast_recipient_hash on broadcast_recipient (hash);

-- The messages that were made one by one.
create table broadcast_message (
  message uuid primary key,
  broadcast uuid not null references broadcast (id) on delete cascade
);
create index broadcast_message_broadcast on broadcast_message (broadcast);
