-- Whom an instance's name stands for. The rows of its first generation are stored under the name, those of later ones under the name,
-- a tilde and the generation.
CREATE TABLE generations (
    instance   TEXT NOT NULL,
    generation BIGINT NOT NULL,
    identity   TEXT NOT NULL, -- the connector, and where the app is
    served     TEXT NOT NULL, -- when a gateway began to serve it; the latest of an instance is the one that is served
    PRIMARY KEY (instance, generation)
);
-- The log stays under the instance's name; NULL where a request was refused before it reached the instance, and in rows from before.
ALTER TABLE provisioning_log ADD COLUMN generation BIGINT;
