-- Composition tables brought in: what each row changed, and what was taken back.

CREATE TABLE composition_run (
    id {pk},
    file_name TEXT NOT NULL,
    digest TEXT NOT NULL,
    rows_good INTEGER NOT NULL,
    rows_bad INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE composition_undo (
    id {pk},
    run INTEGER NOT NULL REFERENCES composition_run (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE ingredient_change (
    id {pk},
    run INTEGER NOT NULL REFERENCES composition_run (id) ON DELETE RESTRICT,
    code TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);

CREATE UNIQUE INDEX composition_undo_once ON composition_undo (run);
CREATE UNIQUE INDEX ingredient_change_once ON ingredient_change (run, code);
CREATE INDEX ingredient_change_code ON ingredient_change (code);

-- sqlite:
CREATE TRIGGER composition_run_no_update BEFORE UPDATE ON composition_run
BEGIN SELECT RAISE(ABORT, 'append_only: composition_run'); END;
CREATE TRIGGER composition_run_no_delete BEFORE DELETE ON composition_run
BEGIN SELECT RAISE(ABORT, 'append_only: composition_run'); END;
CREATE TRIGGER composition_undo_no_update BEFORE UPDATE ON composition_undo
BEGIN SELECT RAISE(ABORT, 'append_only: composition_undo'); END;
CREATE TRIGGER composition_undo_no_delete BEFORE DELETE ON composition_undo
BEGIN SELECT RAISE(ABORT, 'append_only: composition_undo'); END;
CREATE TRIGGER ingredient_change_no_update BEFORE UPDATE ON ingredient_change
BEGIN SELECT RAISE(ABORT, 'append_only: ingredient_change'); END;
CREATE TRIGGER ingredient_change_no_delete BEFORE DELETE ON ingredient_change
BEGIN SELECT RAISE(ABORT, 'append_only: ingredient_change'); END;
-- postgres:
CREATE TRIGGER composition_run_append_only BEFORE UPDATE OR DELETE ON composition_run
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER composition_undo_append_only BEFORE UPDATE OR DELETE ON composition_undo
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER ingredient_change_append_only
    BEFORE UPDATE OR DELETE ON ingredient_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
