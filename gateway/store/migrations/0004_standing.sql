-- Where an app destroyed an account and made another: the id that the client knows, and the app's own.
CREATE TABLE bindings (
    instance      TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    id            TEXT NOT NULL,
    app_id        TEXT NOT NULL,
    PRIMARY KEY (instance, resource_type, id)
);
CREATE UNIQUE INDEX bindings_by_app_id ON bindings (instance, resource_type, app_id);

-- Inactive resources whose account the app does not have.
CREATE TABLE inactive (
    instance      TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    id            TEXT NOT NULL,
    matching      TEXT NOT NULL, -- what clients find it by, in lower case
    external_id   TEXT,
    phase         TEXT NOT NULL, -- removing, removed, restoring
    resource      TEXT NOT NULL, -- JSON: the last known SCIM attributes
    PRIMARY KEY (instance, resource_type, id)
);
CREATE INDEX inactive_by_matching ON inactive (substr(matching, 1, 200), instance, resource_type);
CREATE INDEX inactive_by_external_id ON inactive (substr(external_id, 1, 200), instance, resource_type);

-- In which order groups were created.
CREATE TABLE group_sequence (
    instance TEXT NOT NULL,
    id       TEXT NOT NULL,
    created  BIGINT NOT NULL,
    PRIMARY KEY (instance, id)
);

-- Who is wanted in which group, whether or not the app can have it so.
CREATE TABLE memberships (
    instance TEXT NOT NULL,
    group_id TEXT NOT NULL,
    user_id  TEXT NOT NULL,   -- a SCIM id; of a user whom the app does not know yet, what the client called him
    since    BIGINT NOT NULL, -- in which order they were wanted
    pending  BIGINT NOT NULL, -- 1: the app does not know the user yet
    PRIMARY KEY (instance, group_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (instance, user_id);
CREATE INDEX memberships_by_since ON memberships (instance, since);
