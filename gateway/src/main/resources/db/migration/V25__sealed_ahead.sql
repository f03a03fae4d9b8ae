-- The last parts of entries that were sealed before their entry was made. Once it is made they stay
-- where they are, and its payload says that it goes on here: the parts of a request to 500 people
-- are written once, and not again when it is sent.
create table sealed_ahead (
  entry uuid primary key,
  sealed bytea not null
);
-- Ciphertext does not become smaller.
alter table sealed_ahead alter column sealed set storage external;

-- The entry of the parts in sealed_ahead that follow those in sealed; null if there are none.
alter table payload add column ahead uuid;

-- What there was is made again when it is needed.
delete from broadcast_parts;
alter table broadcast_parts
  drop column sealed,
  -- Of the tree over the entry's parts, as far as these parts make it up.
  add column subtrees bytea not null,
  -- Who takes away such a row takes away its parts.
  drop constraint broadcast_parts_broadcast_number_fkey;
