-- What will prove to each of a chunk what was sent to them: the parts of the request's entry, sealed
-- under each person's key when the audience is handed in, so that sending does not wait for it.
-- Taken away when the chunk is through, since the entry has them then.
create table broadcast_parts (
  broadcast uuid not null,
  number integer not null,
  -- The id that the entry will have, and the month of the keys.
  entry uuid not null,
  month integer not null,
  -- HMAC over whom they are for, in order: the parts serve no other request.
  recipients bytea not null,
  sealed bytea not null,
  primary key (broadcast, number),
  foreign key (broadcast, number) references broadcast_chunk on delete cascade
);
