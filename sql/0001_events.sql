-- The latest revision of every event. Times are UTC. `is_open` is true while an accident or a jam goes on, never for
-- zone events. `body` is the whole event; the other columns are what is filtered and sorted by, and hold no more than
-- the body does (road_id, road_name and zone_name are cut to their column's length). Every index ends in
-- (occurred_at, id), the order of the pages of GET /api/v1/events.
CREATE TABLE IF NOT EXISTS events (
  id BINARY(16) NOT NULL,
  revision INT UNSIGNED NOT NULL,
  type VARCHAR(16) NOT NULL,
  phase VARCHAR(16) NOT NULL,
  is_open BOOLEAN NOT NULL,
  occurred_at DATETIME(3) NOT NULL,
  detected_at DATETIME(3) NOT NULL,
  ended_at DATETIME(3) NULL,
  lat DOUBLE NOT NULL,
  lon DOUBLE NOT NULL,
  road_id VARCHAR(255) NULL,
  road_name VARCHAR(255) NULL,
  zone_id VARCHAR(64) NULL,
  zone_name VARCHAR(255) NULL,
  confidence DOUBLE NOT NULL,
  body JSON NOT NULL,
  stored_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY by_time (occurred_at, id),
  KEY by_type (type, occurred_at, id),
  KEY by_zone (zone_id, occurred_at, id),
  KEY by_road (road_id, occurred_at, id),
  KEY by_openness (is_open, occurred_at, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
