-- Not what was applied.
CREATE TABLE account (id bigint PRIMARY KEY);
