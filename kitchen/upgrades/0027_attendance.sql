-- Who came, for each place, day and meal; lists of the years before; what one portion
-- short and one wasted cost.

CREATE TABLE attendance_run (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    file_name TEXT NOT NULL,
    digest TEXT NOT NULL,
    rows_good INTEGER NOT NULL,
    rows_bad INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE attendance_undo (
    id {pk},
    run INTEGER NOT NULL REFERENCES attendance_run (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE attendance (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    booked INTEGER CHECK (booked >= 0),
    came INTEGER NOT NULL CHECK (came >= 0),
    walk_ins INTEGER NOT NULL CHECK (walk_ins >= 0),
    run INTEGER REFERENCES attendance_run (id) ON DELETE RESTRICT
);

CREATE TABLE spare_cost (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    short_fen INTEGER NOT NULL CHECK (short_fen > 0),
    wasted_fen INTEGER NOT NULL CHECK (wasted_fen > 0),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE UNIQUE INDEX attendance_undo_once ON attendance_undo (run);
CREATE UNIQUE INDEX attendance_own_once ON attendance (point, day, meal)
    WHERE run IS NULL;
CREATE UNIQUE INDEX attendance_run_once ON attendance (run, point, day, meal)
    WHERE run IS NOT NULL;
CREATE INDEX attendance_day ON attendance (kitchen, meal, day);
CREATE INDEX attendance_run_kitchen ON attendance_run (kitchen);
CREATE INDEX spare_cost_kitchen ON spare_cost (kitchen, meal);

-- Days that were closed before this step, as kitchen.attendance counts them now.
INSERT INTO attendance (kitchen, point, day, meal, booked, came, walk_ins, run)
SELECT h.kitchen, p.id, h.day, h.meal,
    (SELECT COALESCE(SUM(d.portions), 0) FROM diner d WHERE d.headcount = h.id
        AND d.point = p.id AND NOT d.added),
    (SELECT COUNT(*) FROM meal m JOIN diner d ON d.id = m.diner
        WHERE m.kitchen = h.kitchen AND m.day = h.day AND m.meal = h.meal
        AND m.point = p.id AND d.point = p.id AND NOT d.added
        AND m.id NOT IN (SELECT served FROM meal_void)),
    (SELECT COUNT(*) FROM meal m LEFT JOIN diner d ON d.id = m.diner
        WHERE m.kitchen = h.kitchen AND m.day = h.day AND m.meal = h.meal
        AND m.point = p.id
        AND (d.id IS NULL OR d.added OR d.point IS NULL OR d.point <> p.id)
        AND m.id NOT IN (SELECT served FROM meal_void)), NULL
FROM headcount h JOIN dining_point p ON p.kitchen = h.kitchen
JOIN day_close c ON c.kitchen = h.kitchen AND c.day = h.day AND c.meal = h.meal
WHERE EXISTS (SELECT 1 FROM diner d WHERE d.headcount = h.id AND d.point = p.id)
    OR EXISTS (SELECT 1 FROM meal m WHERE m.kitchen = h.kitchen AND m.day = h.day
        AND m.meal = h.meal AND m.point = p.id);

-- sqlite:
CREATE TRIGGER attendance_run_no_update BEFORE UPDATE ON attendance_run
BEGIN SELECT RAISE(ABORT, 'append_only: attendance_run'); END;
CREATE TRIGGER attendance_run_no_delete BEFORE DELETE ON attendance_run
BEGIN SELECT RAISE(ABORT, 'append_only: attendance_run'); END;
CREATE TRIGGER attendance_undo_no_update BEFORE UPDATE ON attendance_undo
BEGIN SELECT RAISE(ABORT, 'append_only: attendance_undo'); END;
CREATE TRIGGER attendance_undo_no_delete BEFORE DELETE ON attendance_undo
BEGIN SELECT RAISE(ABORT, 'append_only: attendance_undo'); END;
CREATE TRIGGER attendance_no_update BEFORE UPDATE ON attendance
BEGIN SELECT RAISE(ABORT, 'append_only: attendance'); END;
CREATE TRIGGER attendance_no_delete BEFORE DELETE ON attendance
BEGIN SELECT RAISE(ABORT, 'append_only: attendance'); END;
CREATE TRIGGER spare_cost_no_update BEFORE UPDATE ON spare_cost
BEGIN SELECT RAISE(ABORT, 'append_only: spare_cost'); END;
CREATE TRIGGER spare_cost_no_delete BEFORE DELETE ON spare_cost
BEGIN SELECT RAISE(ABORT, 'append_only: spare_cost'); END;
-- postgres:
CREATE TRIGGER attendance_run_append_only BEFORE UPDATE OR DELETE ON attendance_run
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER attendance_undo_append_only BEFORE UPDATE OR DELETE ON attendance_undo
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER attendance_append_only BEFORE UPDATE OR DELETE ON attendance
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER spare_cost_append_only BEFORE UPDATE OR DELETE ON spare_cost
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
