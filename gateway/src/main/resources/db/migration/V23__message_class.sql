-- What a sent message is for, so that messages can be counted by it without opening them. Empty of
-- what came in, and of what versions before this one sent.
alter table message add class text;
