-- Who was merged into whom, so that what was accepted for the one goes to the other.
create table merged_contact (
  contact uuid primary key,
  successor uuid not null references contact (id) on delete cascade
);
create index merged_contact_successor on merged_contact (successor);

-- Addresses that are nobody's any more: messages and events that went to them still name them.
create table former_address (
  id uuid primary key,
  contact uuid not null references contact (id) on delete cascade,
  sealed bytea not null
);
create index former_address_contact on former_address (contact);

create view address (id, sealed) as
  select id, sealed from identity
  union all
  select id, sealed from former_address;
