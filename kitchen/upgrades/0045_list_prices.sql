-- What a meal costs before any subsidy, from a day on: what was eaten earlier keeps the
-- price of its day, also when it is entered late.

CREATE TABLE list_price (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL,
    price_fen BIGINT NOT NULL CHECK (price_fen >= 0),
    announced_on DATE NOT NULL,
    valid_from DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    CHECK (valid_from >= announced_on)
);

CREATE INDEX list_price_of ON list_price (kitchen, meal, valid_from);

-- The price known so far: since when, nobody wrote down.
INSERT INTO list_price (kitchen, meal, price_fen, announced_on, valid_from, at, by)
    SELECT kitchen, meal, list_price_fen, '2000-01-01', '2000-01-01',
    '2000-01-01T00:00:00+00:00', '' FROM meal_service;

ALTER TABLE meal_service DROP COLUMN list_price_fen;

-- sqlite:
CREATE TRIGGER list_price_no_update BEFORE UPDATE ON list_price
BEGIN SELECT RAISE(ABORT, 'append_only: list_price'); END;
CREATE TRIGGER list_price_no_delete BEFORE DELETE ON list_price
BEGIN SELECT RAISE(ABORT, 'append_only: list_price'); END;
-- postgres:
CREATE TRIGGER list_price_append_only BEFORE UPDATE OR DELETE ON list_price
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
