-- What the menu planner proposed: the best plan so far of each question.

CREATE TABLE menu_proposal (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    first DATE NOT NULL,
    weeks INTEGER NOT NULL CHECK (weeks BETWEEN 1 AND 4),
    asked TEXT NOT NULL,
    job INTEGER,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'infeasible', 'failed')),
    cells TEXT NOT NULL,
    total BIGINT NOT NULL,
    bound BIGINT NOT NULL,
    milliseconds INTEGER NOT NULL,
    parts TEXT NOT NULL,
    faults TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX menu_proposal_of_kitchen ON menu_proposal (kitchen, meal);
