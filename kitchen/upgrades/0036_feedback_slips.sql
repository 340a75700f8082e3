-- Feedback slips that came back: each code is typed in once.

CREATE TABLE slip_answer (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    round INTEGER NOT NULL,
    slip INTEGER NOT NULL,
    food TEXT NOT NULL CHECK (food IN ('good', 'fair', 'poor')),
    service TEXT NOT NULL CHECK (service IN ('good', 'fair', 'poor')),
    note TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE UNIQUE INDEX slip_answer_once ON slip_answer (kitchen, day, meal, round, slip);
