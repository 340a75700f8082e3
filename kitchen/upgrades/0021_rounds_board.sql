-- The board: what a change replaced (for undo), what a solver offers, who is absent.

CREATE TABLE plan_step (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    act TEXT NOT NULL,
    before TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE plan_step_undo (
    id {pk},
    step INTEGER NOT NULL REFERENCES plan_step (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE round_proposal (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    scope TEXT NOT NULL,
    number INTEGER,
    run TEXT NOT NULL,
    base TEXT NOT NULL,
    orders TEXT NOT NULL,
    engine TEXT NOT NULL,
    fallback BOOLEAN NOT NULL,
    distances TEXT NOT NULL,
    seconds INTEGER NOT NULL CHECK (seconds >= 0),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE proposal_decision (
    id {pk},
    proposal INTEGER NOT NULL REFERENCES round_proposal (id) ON DELETE RESTRICT,
    decision TEXT NOT NULL CHECK (decision IN ('accepted', 'round', 'discarded')),
    number INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE driver_absence (
    id {pk},
    driver INTEGER NOT NULL REFERENCES driver (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by TEXT NOT NULL
);

CREATE INDEX plan_step_day ON plan_step (kitchen, day, meal);
CREATE UNIQUE INDEX plan_step_undo_once ON plan_step_undo (step);
CREATE INDEX round_proposal_day ON round_proposal (kitchen, day, meal);
CREATE UNIQUE INDEX proposal_decision_once ON proposal_decision (proposal, decision, number);
CREATE UNIQUE INDEX driver_absence_once ON driver_absence (driver, day, meal) WHERE ended_at IS NULL;
