-- A wrong count at a counter (portions received, passed on, left over) is taken back by
-- a row of its own; the count itself stays as it was written.

CREATE TABLE counter_void (
    id {pk},
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'transfer', 'leftover')),
    row_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE UNIQUE INDEX counter_void_once ON counter_void (kind, row_id);

-- sqlite:
CREATE TRIGGER counter_void_no_update BEFORE UPDATE ON counter_void
BEGIN SELECT RAISE(ABORT, 'append_only: counter_void'); END;
CREATE TRIGGER counter_void_no_delete BEFORE DELETE ON counter_void
BEGIN SELECT RAISE(ABORT, 'append_only: counter_void'); END;
-- postgres:
CREATE TRIGGER counter_void_append_only BEFORE UPDATE OR DELETE ON counter_void
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
