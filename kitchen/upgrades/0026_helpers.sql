-- Who helps to bring meals: what they can do and when, pledges, pairing with elders.

ALTER TABLE driver ADD COLUMN kind TEXT NOT NULL DEFAULT 'staff' CHECK (kind IN ('staff', 'volunteer'));
ALTER TABLE driver ADD COLUMN weekdays TEXT NOT NULL DEFAULT '1234567' CHECK (weekdays <> '');
ALTER TABLE driver ADD COLUMN skills TEXT NOT NULL DEFAULT '';
ALTER TABLE driver ADD COLUMN languages TEXT NOT NULL DEFAULT '';
ALTER TABLE driver ADD COLUMN prefers TEXT NOT NULL DEFAULT '';
ALTER TABLE driver ADD COLUMN ends_at TEXT NOT NULL DEFAULT 'kitchen' CHECK (ends_at IN ('kitchen', 'last_door', 'place'));
ALTER TABLE driver ADD COLUMN end_lon_e6 INTEGER;
ALTER TABLE driver ADD COLUMN end_lat_e6 INTEGER;
ALTER TABLE driver ADD COLUMN substitute INTEGER REFERENCES driver (id) ON DELETE RESTRICT;
ALTER TABLE elder ADD COLUMN language TEXT NOT NULL DEFAULT '';

CREATE TABLE driver_pledge (
    id {pk},
    driver INTEGER NOT NULL REFERENCES driver (id) ON DELETE RESTRICT,
    signed_on DATE NOT NULL,
    until DATE,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE driver_pairing (
    id {pk},
    driver INTEGER NOT NULL REFERENCES driver (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    note TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by TEXT NOT NULL
);

CREATE INDEX driver_pledge_driver ON driver_pledge (driver);
CREATE UNIQUE INDEX driver_pairing_once ON driver_pairing (elder) WHERE ended_at IS NULL;
