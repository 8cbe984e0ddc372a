-- Zones, written by the web program. A zone that was deleted leaves its row behind with `deleted_at` set, so that it is
-- not taken for a new one when the broker still remembers it.
CREATE TABLE IF NOT EXISTS zones (
  id VARCHAR(64) NOT NULL,
  name VARCHAR(255) NOT NULL,
  feature JSON NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  deleted_at DATETIME(3) NULL,
  PRIMARY KEY (id),
  KEY by_deletion (deleted_at, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
