-- Secrets that gateways on one database share and no client may know, such as the key that authenticates cursors.
CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
