-- Which tablet a session is on, by the key its browser made, and tablets that were lost.
ALTER TABLE session ADD COLUMN tablet TEXT NOT NULL DEFAULT '';

CREATE INDEX session_tablet ON session (tablet);

CREATE TABLE tablet_block (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    tablet TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    lifted_at TIMESTAMPTZ,
    lifted_by TEXT NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX tablet_block_once ON tablet_block (tablet) WHERE lifted_at IS NULL;
