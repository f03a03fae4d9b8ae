CREATE TABLE half (id bigint);
CREATE TABLE other (id nonsense);
