-- What is done with LINE accounts beside talking, as far as it takes more than one call.

create table line_job (
  id uuid primary key,
  project text not null references project (id),
  app uuid not null references app (id) on delete cascade,
  account uuid not null,
  kind text not null,
  state text not null,
  created timestamptz not null,
  updated timestamptz not null,
  sealed bytea not null
);
create index line_job_app on line_job (app, id);

create table line_job_note (
  job uuid not null references line_job (id) on delete cascade,
  number integer not null,
  sealed bytea not null,
  primary key (job, number)
);

-- For going through all people of an app.
create index identity_app on identity (app, id) where app is not null;
