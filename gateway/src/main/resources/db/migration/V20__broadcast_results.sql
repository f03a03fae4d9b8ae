-- What comes of a broadcast after it was sent, and the end of its audience.

-- Since when the audience is whole, when it was forgotten, and into how many parts its index is cut.
alter table broadcast add column filled timestamptz;
alter table broadcast add column ended timestamptz;
alter table broadcast add column buckets integer not null default 1;
update broadcast set filled = updated where chunks > 0;

-- When a chunk was through: what its people write soon after is counted as their answer.
alter table broadcast_chunk add column sent timestamptz;

-- In which chunk somebody is, by the first bits of a fingerprint; sealed with the audience's key.
create table broadcast_member (
  broadcast uuid not null references broadcast (id) on delete cascade,
  bucket integer not null,
  sealed bytea not null,
  primary key (broadcast, bucket)
);

-- Who answered, so that nobody counts twice; gone with the audience, when only their number is kept.
create table broadcast_answer (
  broadcast uuid not null references broadcast (id) on delete cascade,
  hash bytea not null,
  hash_epoch integer not null,
  at timestamptz not null,
  primary key (broadcast, hash)
);
create index broadcast_answer_hash on broadcast_answer (hash);

-- Our own links in what is said, and how often each was followed: never by whom.
create table broadcast_link (
  token text primary key,
  broadcast uuid not null references broadcast (id) on delete cascade,
  place integer not null,
  clicks bigint not null default 0,
  sealed bytea not null
);
create index broadcast_link_broadcast on broadcast_link (broadcast);
