-- What does not grow in proportion, and what this kitchen gets out of what it buys.

CREATE TABLE scale_rule (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('seasoning', 'oil')),
    base_portions INTEGER NOT NULL CHECK (base_portions > 0),
    exponent_percent INTEGER NOT NULL CHECK (exponent_percent BETWEEN 50 AND 100),
    source TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE yield_factor (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    ingredient INTEGER NOT NULL REFERENCES ingredient (id) ON DELETE RESTRICT,
    percent DOUBLE PRECISION NOT NULL CHECK (percent >= 0),
    source TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX scale_rule_kitchen ON scale_rule (kitchen);
CREATE INDEX yield_factor_kitchen ON yield_factor (kitchen);

-- sqlite:
CREATE TRIGGER scale_rule_no_update BEFORE UPDATE ON scale_rule
BEGIN SELECT RAISE(ABORT, 'append_only: scale_rule'); END;
CREATE TRIGGER scale_rule_no_delete BEFORE DELETE ON scale_rule
BEGIN SELECT RAISE(ABORT, 'append_only: scale_rule'); END;
CREATE TRIGGER yield_factor_no_update BEFORE UPDATE ON yield_factor
BEGIN SELECT RAISE(ABORT, 'append_only: yield_factor'); END;
CREATE TRIGGER yield_factor_no_delete BEFORE DELETE ON yield_factor
BEGIN SELECT RAISE(ABORT, 'append_only: yield_factor'); END;
-- postgres:
CREATE TRIGGER scale_rule_append_only BEFORE UPDATE OR DELETE ON scale_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER yield_factor_append_only BEFORE UPDATE OR DELETE ON yield_factor
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
