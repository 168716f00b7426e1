-- Closed cases of an item by the day on which they were closed: those whose time is over are found without reading others.
CREATE INDEX casework_case_closed ON casework_case (item, closed_ms, id) WHERE closed_ms IS NOT NULL;
-- The last version of each item.
CREATE INDEX casework_item_version_item ON casework_item_version (item, stored_ms, id);
