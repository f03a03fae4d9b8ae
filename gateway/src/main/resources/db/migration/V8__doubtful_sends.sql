-- A send that may have been taken, although nobody said so: it never becomes "failed" by what happens to a later try.
alter table task add column doubtful boolean not null default false;
update task set doubtful = true where state = 'unknown';
