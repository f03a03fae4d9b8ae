-- Contacts, conversations and messages, whole: merges, sibling addresses, dispatched messages,
-- retention, and what a deletion has to reach in the log.

-- In the order in which messages are listed.
drop index message_conversation;
create index message_conversation on message (conversation, accept_time, id)
  where conversation is not null;

-- A dispatched message belongs to an address and to no conversation.
update message set conversation = null where processing_mode = 'DISPATCH';
create index message_dispatched on message (identity, accept_time, id)
  where conversation is null;
create index message_dispatched_app on message (app, accept_time, id)
  where conversation is null;

-- Whom only dispatched messages know is remembered, and shown as a contact to nobody.
alter table contact add shown boolean not null default true;
drop index contact_project;
create index contact_project on contact (project, id) where shown;

-- What sibling addresses of one person share: a phone number on several channels, a LINE user of
-- several apps. Conversation metadata of dispatched messages is their address's.
alter table identity
  add kin_hash bytea,
  add dispatch_at timestamptz,
  add dispatch_sealed bytea;
create index identity_kin on identity (kin_hash) where kin_hash is not null;

-- Entries whose payload quotes what the API was told: they go with what they quote.
create table change_entry (
  id uuid primary key,
  contact uuid not null,
  conversation uuid
);
create index change_entry_contact on change_entry (contact);
create index change_entry_conversation on change_entry (conversation)
  where conversation is not null;

create table project_setting (
  project text primary key references project (id) on delete cascade,
  unified_contact boolean not null
);
