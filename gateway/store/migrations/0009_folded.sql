-- Values as the gateway compares them, without regard to case: SQLite's lower() knows ASCII alone, and PostgreSQL's depends on its locale.
-- The gateway that migrates fills the column for the rows that are there.
ALTER TABLE kept ADD COLUMN folded TEXT;
DROP INDEX kept_by_value;
CREATE INDEX kept_by_value ON kept (substr(folded, 1, 200), slot, instance, resource_type);
-- The same of the log's column value.
ALTER TABLE provisioning_log ADD COLUMN folded TEXT;
