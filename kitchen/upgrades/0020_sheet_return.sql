-- A returned sheet: the signatures on it were seen, how warm the last box was.

ALTER TABLE sheet_return ADD COLUMN signature_seen BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sheet_return ADD COLUMN decidegrees INTEGER;
