-- Drivers also have a driving licence and an insurance that run out.

-- sqlite:
CREATE TABLE certificate_wider (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    holder_kind TEXT NOT NULL CHECK (holder_kind IN ('hand', 'driver', 'volunteer')),
    holder INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('health', 'training', 'licence', 'insurance')),
    number TEXT NOT NULL,
    issued_on DATE NOT NULL,
    expires_on DATE,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);
INSERT INTO certificate_wider (id, kitchen, holder_kind, holder, kind, number, issued_on,
    expires_on, at, by)
    SELECT id, kitchen, holder_kind, holder, kind, number, issued_on, expires_on, at, by
    FROM certificate;
DROP TRIGGER certificate_no_update;
DROP TRIGGER certificate_no_delete;
DROP TABLE certificate;
ALTER TABLE certificate_wider RENAME TO certificate;
CREATE INDEX certificate_holder ON certificate (holder_kind, holder);
CREATE TRIGGER certificate_no_update BEFORE UPDATE ON certificate
BEGIN SELECT RAISE(ABORT, 'append_only: certificate'); END;
CREATE TRIGGER certificate_no_delete BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'append_only: certificate'); END;
-- postgres:
ALTER TABLE certificate DROP CONSTRAINT certificate_kind_check;
ALTER TABLE certificate ADD CONSTRAINT certificate_kind_check
    CHECK (kind IN ('health', 'training', 'licence', 'insurance'));
