-- Media: what people sent, fetched from the channel, and what was made of pictures that apps send.
-- The bytes lie outside the database, encrypted under a key of their own, which lies here, sealed.

create table media (
  id uuid primary key,
  project text not null,
  app uuid,
  message uuid,
  purpose text not null,
  state text not null,
  reason text,
  created timestamptz not null,
  expires timestamptz not null,
  -- Whether there may be bytes that have to be deleted.
  stored boolean not null,
  -- Of rehosted ones: what they were made of, found by equality.
  source bytea,
  -- Which person's or project's key seals the next column: gone, once they are erased.
  key uuid not null,
  sealed bytea not null
);
create index media_expires on media (expires);
create index media_message on media (message) where message is not null;
create index media_leftover on media (id) where stored and state in ('failed', 'revoked');
create unique index media_source on media (source) where source is not null;

-- The key that addresses of media are signed with, sealed for the installation.
create table media_signing (
  one boolean primary key default true check (one),
  sealed bytea not null
);
