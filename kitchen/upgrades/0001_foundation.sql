-- The record of changes and the record of finished acts.

CREATE TABLE audit_line (
    id {pk},
    at TIMESTAMPTZ NOT NULL,
    actor TEXT NOT NULL,
    staff_id INTEGER,
    device TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL CHECK (action <> ''),
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    prev TEXT NOT NULL,
    mac TEXT NOT NULL CHECK (length(mac) = 64)
);

-- One line follows each line: a forked chain is refused by the database itself.
CREATE UNIQUE INDEX audit_line_prev ON audit_line (prev);
CREATE INDEX audit_line_object ON audit_line (object_kind, object_id);
CREATE INDEX audit_line_at ON audit_line (at);

CREATE TABLE act (
    key TEXT PRIMARY KEY NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
    who TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    body_hash TEXT NOT NULL,
    answer TEXT NOT NULL
);

CREATE INDEX act_at ON act (at);

-- sqlite:
CREATE TRIGGER audit_line_no_update BEFORE UPDATE ON audit_line
BEGIN
    SELECT RAISE(ABORT, 'append_only: audit_line');
END;

CREATE TRIGGER audit_line_no_delete BEFORE DELETE ON audit_line
BEGIN
    SELECT RAISE(ABORT, 'append_only: audit_line');
END;

CREATE TRIGGER act_no_update BEFORE UPDATE ON act
BEGIN
    SELECT RAISE(ABORT, 'append_only: act');
END;

-- postgres:
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append_only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_line_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER act_no_change BEFORE UPDATE OR TRUNCATE ON act
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
