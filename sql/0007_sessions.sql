-- Who is signed in, written by the web program. `token` is the SHA-256 of what the browser holds: who reads this table
-- cannot take a session over.
CREATE TABLE IF NOT EXISTS sessions (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  token BINARY(32) NOT NULL,
  account VARCHAR(64) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  used_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY by_token (token),
  KEY by_account (account, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
