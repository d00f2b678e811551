-- Values as the gateway compares them, without regard to case: SQLite's lower() knows ASCII alone, and PostgreSQL's depends on its locale.
-- The gateway that migrates fills the column for the rows that are there.
ALTER TABLE kept ADD COLUMN folded TEXT;
DROP INDEX kept_by_value;
CREATE INDEX kept_by_value ON kept (substr(folded, 1, 200), slot, instance, resource_type);
-- So that a gateway which starts finds what is left to be folded without reading everything.
CREATE INDEX kept_unfolded ON kept (instance, resource_type, id, slot) WHERE folded IS NULL;
-- The same of the log's column value.
ALTER TABLE provisioning_log ADD COLUMN folded TEXT;
