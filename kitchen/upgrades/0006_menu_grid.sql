-- The menu grid: edits that can be undone, cycle menus.

CREATE TABLE menu_edit (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    kind TEXT NOT NULL,
    first DATE NOT NULL,
    last DATE NOT NULL,
    cells TEXT NOT NULL,
    undoes INTEGER REFERENCES menu_edit (id) ON DELETE RESTRICT,
    staff INTEGER,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX menu_edit_of_days ON menu_edit (kitchen, meal, first);
CREATE UNIQUE INDEX menu_edit_undone_once ON menu_edit (undoes);

-- One dish a cell: two people writing the same cell end with one of their dishes.
CREATE UNIQUE INDEX menu_dish_cell_once ON menu_dish (kitchen, day, meal, choice, position);

CREATE TABLE menu_cycle (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    weeks INTEGER NOT NULL CHECK (weeks BETWEEN 2 AND 5),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE UNIQUE INDEX menu_cycle_name_once ON menu_cycle (kitchen, meal, name);

CREATE TABLE menu_cycle_dish (
    id {pk},
    cycle INTEGER NOT NULL REFERENCES menu_cycle (id) ON DELETE RESTRICT,
    week INTEGER NOT NULL CHECK (week BETWEEN 1 AND 5),
    weekday INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    choice TEXT NOT NULL,
    position INTEGER NOT NULL,
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX menu_cycle_cell_once
    ON menu_cycle_dish (cycle, week, weekday, choice, position);
