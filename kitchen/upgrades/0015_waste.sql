-- What was weighed after service.

CREATE TABLE waste (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    why TEXT NOT NULL CHECK (why IN ('left', 'spoilt', 'spilt', 'plates')),
    grams INTEGER NOT NULL CHECK (grams > 0),
    plates INTEGER CHECK (plates > 0),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX waste_day ON waste (kitchen, day, meal);

-- sqlite:
CREATE TRIGGER waste_no_update BEFORE UPDATE ON waste
BEGIN SELECT RAISE(ABORT, 'append_only: waste'); END;
CREATE TRIGGER waste_no_delete BEFORE DELETE ON waste
BEGIN SELECT RAISE(ABORT, 'append_only: waste'); END;
-- postgres:
CREATE TRIGGER waste_append_only BEFORE UPDATE OR DELETE ON waste
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
