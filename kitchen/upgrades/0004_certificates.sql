-- Who may touch food: certificates, kitchen hands, morning checks, duties.

CREATE TABLE certificate (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    holder_kind TEXT NOT NULL CHECK (holder_kind IN ('hand', 'driver', 'volunteer')),
    holder INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('health', 'training')),
    number TEXT NOT NULL,
    issued_on DATE NOT NULL,
    expires_on DATE,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE certificate_void (
    id {pk},
    certificate INTEGER NOT NULL REFERENCES certificate (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE hand (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    duty TEXT NOT NULL,
    staff_id INTEGER,
    active BOOLEAN NOT NULL
);

CREATE TABLE morning_check (
    id {pk},
    hand INTEGER NOT NULL REFERENCES hand (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    fit BOOLEAN NOT NULL,
    decidegrees INTEGER,
    findings_sealed TEXT NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE duty (
    id {pk},
    hand INTEGER NOT NULL REFERENCES hand (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    post TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE duty_end (
    id {pk},
    duty INTEGER NOT NULL REFERENCES duty (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX certificate_holder ON certificate (holder_kind, holder);
CREATE UNIQUE INDEX certificate_void_once ON certificate_void (certificate);
CREATE INDEX hand_kitchen ON hand (kitchen);
CREATE INDEX morning_check_day ON morning_check (day, hand);
CREATE INDEX duty_day ON duty (day, meal, hand);
CREATE UNIQUE INDEX duty_end_once ON duty_end (duty);

-- sqlite:
CREATE TRIGGER certificate_no_update BEFORE UPDATE ON certificate
BEGIN SELECT RAISE(ABORT, 'append_only: certificate'); END;
CREATE TRIGGER certificate_no_delete BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'append_only: certificate'); END;
CREATE TRIGGER certificate_void_no_update BEFORE UPDATE ON certificate_void
BEGIN SELECT RAISE(ABORT, 'append_only: certificate_void'); END;
CREATE TRIGGER certificate_void_no_delete BEFORE DELETE ON certificate_void
BEGIN SELECT RAISE(ABORT, 'append_only: certificate_void'); END;
CREATE TRIGGER morning_check_no_update BEFORE UPDATE ON morning_check
BEGIN SELECT RAISE(ABORT, 'append_only: morning_check'); END;
CREATE TRIGGER morning_check_no_delete BEFORE DELETE ON morning_check
BEGIN SELECT RAISE(ABORT, 'append_only: morning_check'); END;
CREATE TRIGGER duty_no_update BEFORE UPDATE ON duty
BEGIN SELECT RAISE(ABORT, 'append_only: duty'); END;
CREATE TRIGGER duty_no_delete BEFORE DELETE ON duty
BEGIN SELECT RAISE(ABORT, 'append_only: duty'); END;
CREATE TRIGGER duty_end_no_update BEFORE UPDATE ON duty_end
BEGIN SELECT RAISE(ABORT, 'append_only: duty_end'); END;
CREATE TRIGGER duty_end_no_delete BEFORE DELETE ON duty_end
BEGIN SELECT RAISE(ABORT, 'append_only: duty_end'); END;
-- postgres:
CREATE TRIGGER certificate_append_only BEFORE UPDATE OR DELETE ON certificate
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER certificate_void_append_only BEFORE UPDATE OR DELETE ON certificate_void
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER morning_check_append_only BEFORE UPDATE OR DELETE ON morning_check
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER duty_append_only BEFORE UPDATE OR DELETE ON duty
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER duty_end_append_only BEFORE UPDATE OR DELETE ON duty_end
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
