-- What follows a closed month: corrections named in a later one, what the funders paid,
-- and the quarter's statement with its three signatures.

CREATE TABLE correction (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    month TEXT NOT NULL,
    of_month TEXT NOT NULL CHECK (of_month < month),
    payer TEXT NOT NULL,
    place TEXT NOT NULL,
    community INTEGER REFERENCES area (id) ON DELETE RESTRICT,
    meals INTEGER NOT NULL,
    fen BIGINT NOT NULL CHECK (fen <> 0),
    reason TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE claim_payment (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    month TEXT NOT NULL,
    payer TEXT NOT NULL,
    fen BIGINT NOT NULL CHECK (fen <> 0),
    paid_on DATE NOT NULL,
    reference TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
    reverses INTEGER REFERENCES claim_payment (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE quarter_statement (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    quarter TEXT NOT NULL,
    community INTEGER NOT NULL REFERENCES area (id) ON DELETE RESTRICT,
    report TEXT NOT NULL,
    digest TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE statement_signature (
    id {pk},
    statement INTEGER NOT NULL REFERENCES quarter_statement (id) ON DELETE RESTRICT,
    step TEXT NOT NULL CHECK (step IN ('community', 'street', 'district')),
    signer TEXT NOT NULL,
    digest TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX correction_month ON correction (kitchen, month);
CREATE INDEX claim_payment_month ON claim_payment (kitchen, month, payer);
CREATE UNIQUE INDEX claim_payment_undone_once ON claim_payment (reverses);
CREATE UNIQUE INDEX quarter_statement_once
    ON quarter_statement (kitchen, quarter, community);
CREATE UNIQUE INDEX statement_signature_once ON statement_signature (statement, step);

-- sqlite:
CREATE TRIGGER correction_no_update BEFORE UPDATE ON correction
BEGIN SELECT RAISE(ABORT, 'append_only: correction'); END;
CREATE TRIGGER correction_no_delete BEFORE DELETE ON correction
BEGIN SELECT RAISE(ABORT, 'append_only: correction'); END;
CREATE TRIGGER claim_payment_no_update BEFORE UPDATE ON claim_payment
BEGIN SELECT RAISE(ABORT, 'append_only: claim_payment'); END;
CREATE TRIGGER claim_payment_no_delete BEFORE DELETE ON claim_payment
BEGIN SELECT RAISE(ABORT, 'append_only: claim_payment'); END;
CREATE TRIGGER quarter_statement_no_update BEFORE UPDATE ON quarter_statement
BEGIN SELECT RAISE(ABORT, 'append_only: quarter_statement'); END;
CREATE TRIGGER quarter_statement_no_delete BEFORE DELETE ON quarter_statement
BEGIN SELECT RAISE(ABORT, 'append_only: quarter_statement'); END;
CREATE TRIGGER statement_signature_no_update BEFORE UPDATE ON statement_signature
BEGIN SELECT RAISE(ABORT, 'append_only: statement_signature'); END;
CREATE TRIGGER statement_signature_no_delete BEFORE DELETE ON statement_signature
BEGIN SELECT RAISE(ABORT, 'append_only: statement_signature'); END;
-- postgres:
CREATE TRIGGER correction_append_only BEFORE UPDATE OR DELETE ON correction
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER claim_payment_append_only BEFORE UPDATE OR DELETE ON claim_payment
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER quarter_statement_append_only BEFORE UPDATE OR DELETE ON quarter_statement
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER statement_signature_append_only
    BEFORE UPDATE OR DELETE ON statement_signature
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
