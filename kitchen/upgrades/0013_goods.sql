-- Goods: lots that came in, what was used of them, food called back; packs to buy in.

CREATE TABLE lot (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    ingredient INTEGER NOT NULL REFERENCES ingredient (id) ON DELETE RESTRICT,
    supplier TEXT NOT NULL,
    number TEXT NOT NULL,
    grams INTEGER NOT NULL CHECK (grams > 0),
    expires_on DATE,
    decidegrees INTEGER,
    certificate TEXT NOT NULL,
    price_fen BIGINT CHECK (price_fen >= 0),
    accepted BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE lot_use (
    id {pk},
    lot INTEGER NOT NULL REFERENCES lot (id) ON DELETE RESTRICT,
    batch INTEGER REFERENCES batch (id) ON DELETE RESTRICT,
    grams INTEGER NOT NULL CHECK (grams <> 0),
    why TEXT NOT NULL CHECK (why IN ('cooked', 'wasted', 'corrected')),
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE recall (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('lot', 'batch')),
    row_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE pack_size (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    ingredient INTEGER NOT NULL REFERENCES ingredient (id) ON DELETE RESTRICT,
    grams INTEGER NOT NULL CHECK (grams > 0),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX lot_kitchen ON lot (kitchen, ingredient);
CREATE INDEX lot_use_lot ON lot_use (lot);
CREATE INDEX lot_use_batch ON lot_use (batch);
CREATE INDEX recall_kitchen ON recall (kitchen);
CREATE INDEX pack_size_of ON pack_size (kitchen, ingredient);

-- sqlite:
CREATE TRIGGER lot_no_update BEFORE UPDATE ON lot
BEGIN SELECT RAISE(ABORT, 'append_only: lot'); END;
CREATE TRIGGER lot_no_delete BEFORE DELETE ON lot
BEGIN SELECT RAISE(ABORT, 'append_only: lot'); END;
CREATE TRIGGER lot_use_no_update BEFORE UPDATE ON lot_use
BEGIN SELECT RAISE(ABORT, 'append_only: lot_use'); END;
CREATE TRIGGER lot_use_no_delete BEFORE DELETE ON lot_use
BEGIN SELECT RAISE(ABORT, 'append_only: lot_use'); END;
CREATE TRIGGER recall_no_update BEFORE UPDATE ON recall
BEGIN SELECT RAISE(ABORT, 'append_only: recall'); END;
CREATE TRIGGER recall_no_delete BEFORE DELETE ON recall
BEGIN SELECT RAISE(ABORT, 'append_only: recall'); END;
CREATE TRIGGER pack_size_no_update BEFORE UPDATE ON pack_size
BEGIN SELECT RAISE(ABORT, 'append_only: pack_size'); END;
CREATE TRIGGER pack_size_no_delete BEFORE DELETE ON pack_size
BEGIN SELECT RAISE(ABORT, 'append_only: pack_size'); END;
-- postgres:
CREATE TRIGGER lot_append_only BEFORE UPDATE OR DELETE ON lot
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER lot_use_append_only BEFORE UPDATE OR DELETE ON lot_use
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER recall_append_only BEFORE UPDATE OR DELETE ON recall
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER pack_size_append_only BEFORE UPDATE OR DELETE ON pack_size
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
