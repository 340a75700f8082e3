-- What a dish's recipe was before each change.

CREATE TABLE recipe_change (
    id {pk},
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX recipe_change_dish ON recipe_change (dish);

-- sqlite:
CREATE TRIGGER recipe_change_no_update BEFORE UPDATE ON recipe_change
BEGIN SELECT RAISE(ABORT, 'append_only: recipe_change'); END;
CREATE TRIGGER recipe_change_no_delete BEFORE DELETE ON recipe_change
BEGIN SELECT RAISE(ABORT, 'append_only: recipe_change'); END;
-- postgres:
CREATE TRIGGER recipe_change_append_only BEFORE UPDATE OR DELETE ON recipe_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
