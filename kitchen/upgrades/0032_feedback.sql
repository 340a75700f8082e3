-- One tap after a meal; and what a tablet still held when its shift was closed.

CREATE TABLE meal_feedback (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL,
    score TEXT NOT NULL CHECK (score IN ('good', 'fair', 'poor')),
    device TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE shift_unsent (
    id {pk},
    shift INTEGER NOT NULL REFERENCES shift (id) ON DELETE RESTRICT,
    acts INTEGER NOT NULL CHECK (acts > 0),
    reason TEXT NOT NULL,
    device TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX meal_feedback_day ON meal_feedback (kitchen, day, meal, point);
CREATE INDEX shift_unsent_shift ON shift_unsent (shift);

-- sqlite:
CREATE TRIGGER meal_feedback_no_update BEFORE UPDATE ON meal_feedback
BEGIN SELECT RAISE(ABORT, 'append_only: meal_feedback'); END;
CREATE TRIGGER meal_feedback_no_delete BEFORE DELETE ON meal_feedback
BEGIN SELECT RAISE(ABORT, 'append_only: meal_feedback'); END;
CREATE TRIGGER shift_unsent_no_update BEFORE UPDATE ON shift_unsent
BEGIN SELECT RAISE(ABORT, 'append_only: shift_unsent'); END;
CREATE TRIGGER shift_unsent_no_delete BEFORE DELETE ON shift_unsent
BEGIN SELECT RAISE(ABORT, 'append_only: shift_unsent'); END;
-- postgres:
CREATE TRIGGER meal_feedback_append_only BEFORE UPDATE OR DELETE ON meal_feedback
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER shift_unsent_append_only BEFORE UPDATE OR DELETE ON shift_unsent
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
