-- What was said about a dish by hand, before and after.

CREATE TABLE dish_change (
    id {pk},
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX dish_change_of_dish ON dish_change (dish);

-- sqlite:
CREATE TRIGGER dish_change_no_update BEFORE UPDATE ON dish_change
BEGIN SELECT RAISE(ABORT, 'append_only: dish_change'); END;
CREATE TRIGGER dish_change_no_delete BEFORE DELETE ON dish_change
BEGIN SELECT RAISE(ABORT, 'append_only: dish_change'); END;
-- postgres:
CREATE TRIGGER dish_change_append_only BEFORE UPDATE OR DELETE ON dish_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
