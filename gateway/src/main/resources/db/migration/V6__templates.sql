-- Templates of a project: what messages:send fills in (docs/differences.md). The version counts a
-- template's changes; whoever changes it names the one that they saw.

create table template (
  project text not null references project (id),
  id text not null,
  created timestamptz not null,
  version integer not null,
  sealed bytea not null,
  primary key (project, id)
);
