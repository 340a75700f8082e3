-- Pots shared out by hand.

CREATE TABLE pot_choice (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    fillings TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX pot_choice_day ON pot_choice (kitchen, day, meal);

-- sqlite:
CREATE TRIGGER pot_choice_no_update BEFORE UPDATE ON pot_choice
BEGIN SELECT RAISE(ABORT, 'append_only: pot_choice'); END;
CREATE TRIGGER pot_choice_no_delete BEFORE DELETE ON pot_choice
BEGIN SELECT RAISE(ABORT, 'append_only: pot_choice'); END;
-- postgres:
CREATE TRIGGER pot_choice_append_only BEFORE UPDATE OR DELETE ON pot_choice
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
