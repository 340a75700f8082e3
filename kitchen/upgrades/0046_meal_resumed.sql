-- A kitchen that can cook after all takes its closure back; it may be closed again.

ALTER TABLE closure ADD COLUMN withdrawn_at TIMESTAMPTZ;
ALTER TABLE closure ADD COLUMN withdrawn_by TEXT;
ALTER TABLE closure ADD COLUMN menu_edit INTEGER REFERENCES menu_edit (id) ON DELETE RESTRICT;

DROP INDEX closure_once;
CREATE UNIQUE INDEX closure_once ON closure (kitchen, day, meal)
    WHERE withdrawn_at IS NULL;
