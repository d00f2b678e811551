-- Users who were deactivated or deleted, for as long as a guard rail counts them.
CREATE TABLE deactivations (
    instance TEXT NOT NULL,
    time     TEXT NOT NULL, -- as in provisioning_log
    id       TEXT NOT NULL,
    PRIMARY KEY (instance, time, id)
);

-- Guard rails that stand in the way, and those that the operator lifted.
CREATE TABLE guard_rails (
    instance   TEXT NOT NULL,
    rail       TEXT NOT NULL,
    tripped    TEXT, -- when; NULL when it was lifted
    reason     TEXT, -- for the operator
    open_until TEXT, -- until when nothing is guarded; what happened before it is not counted
    PRIMARY KEY (instance, rail)
);
