-- Which vehicles the latest revision of an event names. `occurred_at` is the event's, so that a vehicle's events are
-- read in their order.
CREATE TABLE IF NOT EXISTS event_vehicles (
  event_id BINARY(16) NOT NULL,
  vehicle_id VARCHAR(64) NOT NULL,
  occurred_at DATETIME(3) NOT NULL,
  PRIMARY KEY (event_id, vehicle_id),
  KEY by_vehicle (vehicle_id, occurred_at, event_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
