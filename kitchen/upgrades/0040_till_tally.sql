-- What a tablet holds of a meal beside what the server holds, told as a shift ends.
CREATE TABLE till_tally (
    id {pk},
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL,
    device TEXT NOT NULL,
    acts INTEGER NOT NULL CHECK (acts >= 0),
    held INTEGER NOT NULL CHECK (held >= 0 AND held <= acts),
    mark TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX till_tally_day ON till_tally (day, meal, point);

-- sqlite:
CREATE TRIGGER till_tally_no_update BEFORE UPDATE ON till_tally
BEGIN SELECT RAISE(ABORT, 'append_only: till_tally'); END;
CREATE TRIGGER till_tally_no_delete BEFORE DELETE ON till_tally
BEGIN SELECT RAISE(ABORT, 'append_only: till_tally'); END;
-- postgres:
CREATE TRIGGER till_tally_append_only BEFORE UPDATE OR DELETE ON till_tally
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
