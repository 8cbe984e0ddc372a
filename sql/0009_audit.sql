-- Who changed what, and when. The web program may add lines and read them, nothing else; the collector deletes those that
-- are old. `value_before` and `value_after` hold no password and no key.
CREATE TABLE IF NOT EXISTS audit (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  at DATETIME(3) NOT NULL,
  who VARCHAR(96) NOT NULL,
  action VARCHAR(32) NOT NULL,
  object VARCHAR(255) NOT NULL,
  value_before JSON NULL,
  value_after JSON NULL,
  PRIMARY KEY (id),
  KEY by_time (at, id),
  KEY by_object (object, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
