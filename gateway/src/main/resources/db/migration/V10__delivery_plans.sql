-- Messages that go through several channels, or wait for something: what their plan is and how far
-- it has come. It goes with its message.
create table delivery_plan (
  message uuid primary key references message (id) on delete cascade,
  -- whether something may still become of it by what the person does
  open boolean not null,
  -- whose doings those are
  contacts uuid[] not null,
  tasks uuid[] not null,
  sealed bytea not null
);
create index delivery_plan_people on delivery_plan using gin (contacts) where open;

-- By which step of a plan the platform knows a message by this id.
alter table sent_as add column step uuid;

-- What a platform told of a message before it told the message's id. Kept for days.
create table early_receipt (
  account uuid not null,
  platform_id text not null,
  index bigint not null,
  position integer not null,
  at timestamptz not null,
  sealed bytea not null,
  primary key (account, platform_id, index, position)
);
create index early_receipt_at on early_receipt (at);
