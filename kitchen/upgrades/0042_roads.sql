-- Ways by road: what a server told of pairs of places, and what each plan was timed by.

CREATE TABLE road_fetch (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    mode TEXT NOT NULL,
    provider TEXT NOT NULL CHECK (provider IN ('straight_line', 'osrm')),
    address TEXT NOT NULL,
    asked INTEGER NOT NULL CHECK (asked >= 0),
    unanswered INTEGER NOT NULL CHECK (unanswered BETWEEN 0 AND asked),
    trouble TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE road_ways (
    id {pk},
    asking INTEGER NOT NULL REFERENCES road_fetch (id) ON DELETE RESTRICT,
    from_lon_e6 INTEGER NOT NULL,
    from_lat_e6 INTEGER NOT NULL,
    ways TEXT NOT NULL
);

CREATE INDEX road_fetch_of_kitchen ON road_fetch (kitchen, mode);
CREATE INDEX road_ways_from ON road_ways (from_lon_e6, asking);

ALTER TABLE round_plan ADD COLUMN pairs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE round_plan ADD COLUMN pairs_straight INTEGER NOT NULL DEFAULT 0;
