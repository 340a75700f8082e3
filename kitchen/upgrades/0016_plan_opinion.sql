-- What the routing authority said of a plan when it was published: kept as it was said.

CREATE TABLE plan_opinion (
    id {pk},
    plan INTEGER NOT NULL REFERENCES round_plan (id) ON DELETE RESTRICT,
    verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'refused', 'no_answer')),
    why TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX plan_opinion_once ON plan_opinion (plan);

-- sqlite:
CREATE TRIGGER plan_opinion_no_update BEFORE UPDATE ON plan_opinion
BEGIN SELECT RAISE(ABORT, 'append_only: plan_opinion'); END;
CREATE TRIGGER plan_opinion_no_delete BEFORE DELETE ON plan_opinion
BEGIN SELECT RAISE(ABORT, 'append_only: plan_opinion'); END;
-- postgres:
CREATE TRIGGER plan_opinion_append_only BEFORE UPDATE OR DELETE ON plan_opinion
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
