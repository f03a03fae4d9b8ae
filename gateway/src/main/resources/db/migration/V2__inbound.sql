-- What comes in of LINE besides new messages.

-- An edit of a message: `sealed` is its text, for as long as the message is not there.
create table edit (
  conversation uuid not null,
  platform_id text not null,
  index bigint not null,
  position integer not null,
  occurred timestamptz not null,
  part_first integer not null,
  part_end integer not null,
  message uuid,
  sealed bytea,
  primary key (conversation, platform_id, index, position)
);
create index edit_message on edit (message);
create index edit_waiting on edit (conversation, platform_id) where sealed is not null;

-- Under which ids the channel knows our messages, so that a quote finds the one it means.
create table sent_as (
  account uuid not null,
  platform_id text not null,
  message uuid not null,
  primary key (account, platform_id)
);
create index sent_as_message on sent_as (message);

-- A word of LINE's own for a sticker that somebody sent; the same for whoever sends it.
create table sticker (
  package_id text not null,
  sticker_id text not null,
  keyword text not null,
  primary key (package_id, sticker_id)
);
