-- Approved prices, and vouchers in household purses: programmes, who is in them, what was
-- granted and what was written off.

CREATE TABLE approved_price (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    item TEXT NOT NULL,
    price_fen BIGINT NOT NULL CHECK (price_fen >= 0),
    document TEXT NOT NULL,
    approved_on DATE NOT NULL,
    valid_from DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE purse_programme (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    classes TEXT NOT NULL,
    pool TEXT NOT NULL CHECK (pool IN ('quarter', 'month')),
    valid_from DATE NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_staff TEXT NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at TIMESTAMPTZ
);

CREATE TABLE member_change (
    id {pk},
    programme INTEGER NOT NULL REFERENCES purse_programme (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('enters', 'leaves')),
    day DATE NOT NULL,
    why TEXT NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    accepted BOOLEAN,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ
);

CREATE TABLE purse_grant (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    month TEXT NOT NULL,
    purse TEXT NOT NULL,
    fen BIGINT NOT NULL CHECK (fen >= 0),
    entry INTEGER REFERENCES entry (id) ON DELETE RESTRICT
);

CREATE TABLE purse_expiry (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    purse TEXT NOT NULL,
    last_day DATE NOT NULL,
    fen BIGINT NOT NULL CHECK (fen > 0),
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE RESTRICT
);

CREATE INDEX approved_price_item ON approved_price (kitchen, item, valid_from);
CREATE UNIQUE INDEX member_change_once ON member_change (programme, elder, kind, day);
CREATE UNIQUE INDEX purse_grant_once ON purse_grant (elder, month);
CREATE UNIQUE INDEX purse_grant_money_once ON purse_grant (purse, month) WHERE fen > 0;
CREATE UNIQUE INDEX purse_expiry_once ON purse_expiry (purse, last_day);

-- sqlite:
CREATE TRIGGER approved_price_no_update BEFORE UPDATE ON approved_price
BEGIN SELECT RAISE(ABORT, 'append_only: approved_price'); END;
CREATE TRIGGER approved_price_no_delete BEFORE DELETE ON approved_price
BEGIN SELECT RAISE(ABORT, 'append_only: approved_price'); END;
CREATE TRIGGER purse_grant_no_update BEFORE UPDATE ON purse_grant
BEGIN SELECT RAISE(ABORT, 'append_only: purse_grant'); END;
CREATE TRIGGER purse_grant_no_delete BEFORE DELETE ON purse_grant
BEGIN SELECT RAISE(ABORT, 'append_only: purse_grant'); END;
CREATE TRIGGER purse_expiry_no_update BEFORE UPDATE ON purse_expiry
BEGIN SELECT RAISE(ABORT, 'append_only: purse_expiry'); END;
CREATE TRIGGER purse_expiry_no_delete BEFORE DELETE ON purse_expiry
BEGIN SELECT RAISE(ABORT, 'append_only: purse_expiry'); END;
-- postgres:
CREATE TRIGGER approved_price_append_only BEFORE UPDATE OR DELETE ON approved_price
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER purse_grant_append_only BEFORE UPDATE OR DELETE ON purse_grant
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER purse_expiry_append_only BEFORE UPDATE OR DELETE ON purse_expiry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
