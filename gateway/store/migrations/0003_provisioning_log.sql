-- One row an operation. No secret, no document: identifiers and what came of it.
CREATE TABLE provisioning_log (
    time          TEXT NOT NULL,   -- RFC 3339 in UTC to the microsecond, so that its order is the text's
    correlation   TEXT NOT NULL,
    instance      TEXT NOT NULL,
    client        TEXT NOT NULL,   -- the client's profile
    operation     TEXT NOT NULL,
    resource_type TEXT,
    id            TEXT,            -- the SCIM id
    slot          TEXT,            -- the matching attribute, as the mapping writes it
    value         TEXT,            -- its value
    status        BIGINT NOT NULL, -- of the answer
    scim_type     TEXT,
    app_calls     TEXT NOT NULL,   -- JSON: [{method, path, status, duration_ms}]
    duration_us   BIGINT NOT NULL,
    PRIMARY KEY (time, correlation)
);
CREATE INDEX provisioning_log_by_instance ON provisioning_log (instance, time);
CREATE INDEX provisioning_log_by_id ON provisioning_log (id, time);
