-- Bad weather: a day with longer times, and what became of each who eats at a table.

CREATE TABLE weather_mode (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    slower_percent INTEGER NOT NULL CHECK (slower_percent BETWEEN 100 AND 300),
    later_minutes INTEGER NOT NULL CHECK (later_minutes BETWEEN 0 AND 180),
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by TEXT NOT NULL
);

CREATE TABLE weather_word (
    id {pk},
    weather INTEGER NOT NULL REFERENCES weather_mode (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    fate TEXT NOT NULL CHECK (fate IN ('delivered', 'escorted', 'called')),
    who TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE UNIQUE INDEX weather_mode_once ON weather_mode (kitchen, day) WHERE ended_at IS NULL;
CREATE INDEX weather_word_meal ON weather_word (weather, meal);
