-- Callbacks: who is asked each quarter, and what they answered.

CREATE TABLE callback_sample (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    quarter TEXT NOT NULL,
    seed INTEGER NOT NULL,
    percent INTEGER NOT NULL CHECK (percent >= 5),
    recipients INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);
CREATE UNIQUE INDEX callback_sample_once ON callback_sample (kitchen, quarter);

CREATE TABLE callback_pick (
    id {pk},
    sample INTEGER NOT NULL REFERENCES callback_sample (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    stratum TEXT NOT NULL
);
CREATE UNIQUE INDEX callback_pick_once ON callback_pick (sample, elder);

CREATE TABLE callback_answer (
    id {pk},
    pick INTEGER NOT NULL REFERENCES callback_pick (id) ON DELETE RESTRICT,
    way TEXT NOT NULL CHECK (way IN ('call', 'visit')),
    answer TEXT NOT NULL
        CHECK (answer IN ('satisfied', 'neutral', 'dissatisfied', 'not_reached')),
    agreement_seen BOOLEAN NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);
CREATE INDEX callback_answer_pick ON callback_answer (pick);

-- sqlite:
CREATE TRIGGER callback_pick_no_update BEFORE UPDATE ON callback_pick
BEGIN SELECT RAISE(ABORT, 'append_only: callback_pick'); END;
CREATE TRIGGER callback_pick_no_delete BEFORE DELETE ON callback_pick
BEGIN SELECT RAISE(ABORT, 'append_only: callback_pick'); END;
CREATE TRIGGER callback_answer_no_update BEFORE UPDATE ON callback_answer
BEGIN SELECT RAISE(ABORT, 'append_only: callback_answer'); END;
CREATE TRIGGER callback_answer_no_delete BEFORE DELETE ON callback_answer
BEGIN SELECT RAISE(ABORT, 'append_only: callback_answer'); END;
-- postgres:
CREATE TRIGGER callback_pick_append_only BEFORE UPDATE OR DELETE ON callback_pick
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER callback_answer_append_only BEFORE UPDATE OR DELETE ON callback_answer
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
-- both:
