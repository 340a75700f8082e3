-- What a till that was offline reports afterwards: every act is kept as it was told, with
-- what became of it; a person's decision on it is a row of its own.

CREATE TABLE till_report (
    id {pk},
    act TEXT NOT NULL,
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    kind TEXT NOT NULL CHECK (kind IN ('serve', 'undo')),
    elder INTEGER REFERENCES elder (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    tariff TEXT NOT NULL CHECK (tariff IN ('subsidised', 'full')),
    payment TEXT NOT NULL,
    amount_shown_fen BIGINT CHECK (amount_shown_fen >= 0),
    happened_at TIMESTAMPTZ NOT NULL,
    device TEXT NOT NULL,
    device_seq INTEGER NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('ok', 'conflict', 'review', 'late', 'unmatched')),
    code TEXT NOT NULL,
    served INTEGER REFERENCES meal (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE till_decision (
    id {pk},
    report INTEGER NOT NULL REFERENCES till_report (id) ON DELETE RESTRICT,
    choice TEXT NOT NULL
        CHECK (choice IN ('accept', 'self_pay', 'gift', 'swap', 'match', 'keep',
                          'noted', 'withdrawn')),
    side TEXT NOT NULL CHECK (side IN ('kitchen', 'finance')),
    reason TEXT NOT NULL,
    served INTEGER REFERENCES meal (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE UNIQUE INDEX till_report_once ON till_report (act);
CREATE INDEX till_report_day ON till_report (kitchen, day, meal);
CREATE INDEX till_report_device ON till_report (device, device_seq);
CREATE UNIQUE INDEX till_decision_once ON till_decision (report, side);

-- sqlite:
CREATE TRIGGER till_report_no_update BEFORE UPDATE ON till_report
BEGIN SELECT RAISE(ABORT, 'append_only: till_report'); END;
CREATE TRIGGER till_report_no_delete BEFORE DELETE ON till_report
BEGIN SELECT RAISE(ABORT, 'append_only: till_report'); END;
CREATE TRIGGER till_decision_no_update BEFORE UPDATE ON till_decision
BEGIN SELECT RAISE(ABORT, 'append_only: till_decision'); END;
CREATE TRIGGER till_decision_no_delete BEFORE DELETE ON till_decision
BEGIN SELECT RAISE(ABORT, 'append_only: till_decision'); END;
-- postgres:
CREATE TRIGGER till_report_append_only BEFORE UPDATE OR DELETE ON till_report
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER till_decision_append_only BEFORE UPDATE OR DELETE ON till_decision
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
