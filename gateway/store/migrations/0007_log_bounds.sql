-- What a row of the log takes, so that the log of each instance can be bounded: the bytes of its texts, and what each row has besides.
-- Rows from before count as an average one.
ALTER TABLE provisioning_log ADD COLUMN bytes BIGINT NOT NULL DEFAULT 500;
-- Calls to the app beyond those in app_calls.
ALTER TABLE provisioning_log ADD COLUMN unlisted_calls BIGINT NOT NULL DEFAULT 0;
-- The bytes of an instance are summed up in the index alone.
DROP INDEX provisioning_log_by_instance;
CREATE INDEX provisioning_log_by_instance ON provisioning_log (instance, time, bytes);
