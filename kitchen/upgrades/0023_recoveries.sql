-- What a finding of the settlement may become: a word, or a case with its repayments and
-- bars.

CREATE TABLE recovery_case (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    elder INTEGER REFERENCES elder (id) ON DELETE RESTRICT,
    finding TEXT NOT NULL,
    amount_fen BIGINT NOT NULL CHECK (amount_fen > 0),
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE repayment (
    id {pk},
    recovery INTEGER NOT NULL REFERENCES recovery_case (id) ON DELETE RESTRICT,
    fen BIGINT NOT NULL CHECK (fen > 0),
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE subsidy_bar (
    id {pk},
    recovery INTEGER NOT NULL REFERENCES recovery_case (id) ON DELETE RESTRICT,
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    elder INTEGER REFERENCES elder (id) ON DELETE RESTRICT,
    from_day DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE bar_lift (
    id {pk},
    barred INTEGER NOT NULL REFERENCES subsidy_bar (id) ON DELETE RESTRICT,
    from_day DATE NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE finding_settled (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    month TEXT NOT NULL,
    key TEXT NOT NULL,
    note TEXT NOT NULL,
    recovery INTEGER REFERENCES recovery_case (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX recovery_case_kitchen ON recovery_case (kitchen);
CREATE INDEX repayment_recovery ON repayment (recovery);
CREATE INDEX subsidy_bar_kitchen ON subsidy_bar (kitchen);
CREATE UNIQUE INDEX bar_lift_once ON bar_lift (barred);
CREATE UNIQUE INDEX finding_settled_once ON finding_settled (kitchen, month, key);
CREATE INDEX category_elder_code ON category (elder, code);

-- sqlite:
CREATE TRIGGER recovery_case_no_update BEFORE UPDATE ON recovery_case
BEGIN SELECT RAISE(ABORT, 'append_only: recovery_case'); END;
CREATE TRIGGER recovery_case_no_delete BEFORE DELETE ON recovery_case
BEGIN SELECT RAISE(ABORT, 'append_only: recovery_case'); END;
CREATE TRIGGER repayment_no_update BEFORE UPDATE ON repayment
BEGIN SELECT RAISE(ABORT, 'append_only: repayment'); END;
CREATE TRIGGER repayment_no_delete BEFORE DELETE ON repayment
BEGIN SELECT RAISE(ABORT, 'append_only: repayment'); END;
CREATE TRIGGER subsidy_bar_no_update BEFORE UPDATE ON subsidy_bar
BEGIN SELECT RAISE(ABORT, 'append_only: subsidy_bar'); END;
CREATE TRIGGER subsidy_bar_no_delete BEFORE DELETE ON subsidy_bar
BEGIN SELECT RAISE(ABORT, 'append_only: subsidy_bar'); END;
CREATE TRIGGER bar_lift_no_update BEFORE UPDATE ON bar_lift
BEGIN SELECT RAISE(ABORT, 'append_only: bar_lift'); END;
CREATE TRIGGER bar_lift_no_delete BEFORE DELETE ON bar_lift
BEGIN SELECT RAISE(ABORT, 'append_only: bar_lift'); END;
CREATE TRIGGER finding_settled_no_update BEFORE UPDATE ON finding_settled
BEGIN SELECT RAISE(ABORT, 'append_only: finding_settled'); END;
CREATE TRIGGER finding_settled_no_delete BEFORE DELETE ON finding_settled
BEGIN SELECT RAISE(ABORT, 'append_only: finding_settled'); END;
-- postgres:
CREATE TRIGGER recovery_case_append_only BEFORE UPDATE OR DELETE ON recovery_case
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER repayment_append_only BEFORE UPDATE OR DELETE ON repayment
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER subsidy_bar_append_only BEFORE UPDATE OR DELETE ON subsidy_bar
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER bar_lift_append_only BEFORE UPDATE OR DELETE ON bar_lift
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER finding_settled_append_only BEFORE UPDATE OR DELETE ON finding_settled
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
