-- Attributes that the app cannot hold, and values as the client sent them.
CREATE TABLE kept (
    instance      TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    id            TEXT NOT NULL,
    slot          TEXT NOT NULL, -- as the mapping writes it: name.givenName
    value         TEXT NOT NULL, -- JSON
    app           TEXT,          -- JSON: what the app's field held when the value was kept; NULL where it has none
    PRIMARY KEY (instance, resource_type, id, slot)
);
CREATE INDEX kept_by_value ON kept (instance, resource_type, slot, value);

-- References to resources that the app does not have yet.
CREATE TABLE awaited (
    instance      TEXT NOT NULL,
    resource_type TEXT NOT NULL, -- of the resource that refers
    id            TEXT NOT NULL,
    slot          TEXT NOT NULL,
    refers_to     TEXT NOT NULL, -- the resource type that is referred to
    value         TEXT NOT NULL, -- the identifier that the client sent
    PRIMARY KEY (instance, resource_type, id, slot)
);
CREATE INDEX awaited_by_value ON awaited (instance, refers_to, value);

-- What connectors remember.
CREATE TABLE connector_state (
    instance TEXT NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (instance, name)
);
