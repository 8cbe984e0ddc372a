-- Which cell of a grid of hundredths of a degree an event is in (web/src/events/cells.rs counts the same way), and an index
-- by type and cell, so that what is rare in a place is found without looking at all that was elsewhere. Columns cannot be added
-- twice, so that the change is prepared only where it is missing.
SET @change = IF(
  EXISTS (SELECT * FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = 'events' AND column_name = 'cell'),
  'DO 0',
  'ALTER TABLE events
    ADD COLUMN cell INT UNSIGNED GENERATED ALWAYS AS (FLOOR((lat + 90) * 100) * 36000 + FLOOR((lon + 180) * 100)) STORED,
    ADD KEY by_place (type, cell, occurred_at, id, lat, lon)');
PREPARE change_events FROM @change;
EXECUTE change_events;
DEALLOCATE PREPARE change_events
