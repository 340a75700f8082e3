-- Doors that stayed closed: the ladder's rungs, the second visit, the last meal.

ALTER TABLE kitchen ADD COLUMN case_target_minutes INTEGER NOT NULL DEFAULT 20
    CHECK (case_target_minutes > 0);
ALTER TABLE kitchen ADD COLUMN incident_target_minutes INTEGER NOT NULL DEFAULT 20
    CHECK (incident_target_minutes > 0);

ALTER TABLE delivery ADD COLUMN last_meal TEXT NOT NULL DEFAULT ''
    CHECK (last_meal IN ('', 'eaten', 'part', 'untouched', 'outside'));

ALTER TABLE case_step ADD COLUMN rung TEXT NOT NULL DEFAULT '';
ALTER TABLE case_step ADD COLUMN office TEXT NOT NULL DEFAULT '';

CREATE TABLE second_visit (
    id {pk},
    door_case INTEGER NOT NULL REFERENCES door_case (id) ON DELETE RESTRICT,
    planned_at TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);
CREATE INDEX second_visit_case ON second_visit (door_case);

-- sqlite:
CREATE TRIGGER second_visit_no_update BEFORE UPDATE ON second_visit
BEGIN SELECT RAISE(ABORT, 'append_only: second_visit'); END;
CREATE TRIGGER second_visit_no_delete BEFORE DELETE ON second_visit
BEGIN SELECT RAISE(ABORT, 'append_only: second_visit'); END;
-- postgres:
CREATE TRIGGER second_visit_append_only BEFORE UPDATE OR DELETE ON second_visit
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
-- both:
