-- Two levels: who begins at a point instead of the kitchen, and which of a van's boxes
-- are for whose round.

CREATE TABLE driver_start (
    id {pk},
    driver INTEGER NOT NULL REFERENCES driver (id) ON DELETE RESTRICT,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    from_day DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX driver_start_of ON driver_start (driver, from_day);

ALTER TABLE loading ADD COLUMN crate INTEGER CHECK (crate > 0);
