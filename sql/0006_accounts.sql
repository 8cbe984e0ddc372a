-- Who may sign in, written by the web program. `password` is a hash (argon2id, PHC string). An account is never deleted but
-- disabled, so that its name in the audit stays that of one person.
CREATE TABLE IF NOT EXISTS accounts (
  name VARCHAR(64) NOT NULL,
  role VARCHAR(16) NOT NULL,
  password VARCHAR(255) NOT NULL,
  created_at DATETIME(3) NOT NULL,
  password_set_at DATETIME(3) NOT NULL,
  disabled_at DATETIME(3) NULL,
  PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
