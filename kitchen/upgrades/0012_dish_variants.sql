-- How a dish is always made different for a need.

CREATE TABLE dish_variant (
    id {pk},
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    need TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('substitute', 'adapt', 'none')),
    substitute INTEGER REFERENCES dish (id) ON DELETE RESTRICT,
    words TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX dish_variant_of_dish ON dish_variant (dish, need);

-- sqlite:
CREATE TRIGGER dish_variant_no_update BEFORE UPDATE ON dish_variant
BEGIN SELECT RAISE(ABORT, 'append_only: dish_variant'); END;
CREATE TRIGGER dish_variant_no_delete BEFORE DELETE ON dish_variant
BEGIN SELECT RAISE(ABORT, 'append_only: dish_variant'); END;
-- postgres:
CREATE TRIGGER dish_variant_append_only BEFORE UPDATE OR DELETE ON dish_variant
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
