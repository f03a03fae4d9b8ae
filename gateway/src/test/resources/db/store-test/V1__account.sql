CREATE TABLE account (
  id bigint PRIMARY KEY,
  email text CONSTRAINT account_email_key UNIQUE,
  balance bigint NOT NULL DEFAULT 0 CONSTRAINT account_balance_check CHECK (balance >= 0)
);
