-- What callers say: incidents against a clock, complaints against a deadline.

CREATE TABLE incident (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    elder INTEGER REFERENCES elder (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('no_meal', 'late', 'food', 'health', 'change', 'complaint', 'other')),
    caller TEXT NOT NULL,
    said TEXT NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    opened_by TEXT NOT NULL
);
CREATE INDEX incident_kitchen ON incident (kitchen, opened_at);
CREATE INDEX incident_elder ON incident (elder);

CREATE TABLE incident_step (
    id {pk},
    incident INTEGER NOT NULL REFERENCES incident (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('taken', 'called', 'note', 'done', 'handed_over')),
    office TEXT NOT NULL,
    said TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);
CREATE INDEX incident_step_incident ON incident_step (incident);

-- sqlite:
CREATE TRIGGER incident_no_update BEFORE UPDATE ON incident
BEGIN SELECT RAISE(ABORT, 'append_only: incident'); END;
CREATE TRIGGER incident_no_delete BEFORE DELETE ON incident
BEGIN SELECT RAISE(ABORT, 'append_only: incident'); END;
CREATE TRIGGER incident_step_no_update BEFORE UPDATE ON incident_step
BEGIN SELECT RAISE(ABORT, 'append_only: incident_step'); END;
CREATE TRIGGER incident_step_no_delete BEFORE DELETE ON incident_step
BEGIN SELECT RAISE(ABORT, 'append_only: incident_step'); END;
-- postgres:
CREATE TRIGGER incident_append_only BEFORE UPDATE OR DELETE ON incident
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER incident_step_append_only BEFORE UPDATE OR DELETE ON incident_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
-- both:
