-- The usual rounds of a weekday, written down; the newest row counts.

CREATE TABLE standing_rounds (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    weekday INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    rounds TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX standing_rounds_weekday ON standing_rounds (kitchen, meal, weekday);
