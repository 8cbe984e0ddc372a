-- Every revision of every event, as it was when it was stored. What stands here never changes.
CREATE TABLE IF NOT EXISTS event_revisions (
  id BINARY(16) NOT NULL,
  revision INT UNSIGNED NOT NULL,
  body JSON NOT NULL,
  stored_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id, revision)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
