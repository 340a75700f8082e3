-- What the kitchen asks of its menus, and what ingredients cost.

CREATE TABLE menu_rule (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    edition TEXT NOT NULL,
    share_percent INTEGER NOT NULL CHECK (share_percent BETWEEN 5 AND 100),
    budget_fen INTEGER NOT NULL CHECK (budget_fen >= 0),
    dish_days INTEGER NOT NULL,
    ingredient_days INTEGER NOT NULL,
    method_days INTEGER NOT NULL,
    colour_days INTEGER NOT NULL,
    pots INTEGER NOT NULL,
    steamers INTEGER NOT NULL,
    steamer_portions INTEGER NOT NULL,
    ovens INTEGER NOT NULL,
    oven_portions INTEGER NOT NULL,
    starts_minutes INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX menu_rule_of_meal ON menu_rule (kitchen, meal);

CREATE TABLE ingredient_price (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    ingredient INTEGER NOT NULL REFERENCES ingredient (id) ON DELETE RESTRICT,
    supplier TEXT NOT NULL,
    fen_per_kg BIGINT NOT NULL CHECK (fen_per_kg >= 0),
    from_day DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE INDEX ingredient_price_of ON ingredient_price (kitchen, ingredient, from_day);

-- sqlite:
CREATE TRIGGER menu_rule_no_update BEFORE UPDATE ON menu_rule
BEGIN SELECT RAISE(ABORT, 'append_only: menu_rule'); END;
CREATE TRIGGER menu_rule_no_delete BEFORE DELETE ON menu_rule
BEGIN SELECT RAISE(ABORT, 'append_only: menu_rule'); END;
CREATE TRIGGER ingredient_price_no_update BEFORE UPDATE ON ingredient_price
BEGIN SELECT RAISE(ABORT, 'append_only: ingredient_price'); END;
CREATE TRIGGER ingredient_price_no_delete BEFORE DELETE ON ingredient_price
BEGIN SELECT RAISE(ABORT, 'append_only: ingredient_price'); END;
-- postgres:
CREATE TRIGGER menu_rule_append_only BEFORE UPDATE OR DELETE ON menu_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER ingredient_price_append_only BEFORE UPDATE OR DELETE ON ingredient_price
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
