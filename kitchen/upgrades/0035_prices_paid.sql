-- What was paid for goods that came in before is a price too: one home for both.

-- sqlite:
INSERT INTO ingredient_price (kitchen, ingredient, supplier, fen_per_kg, from_day, at, by)
SELECT l.kitchen, l.ingredient, l.supplier,
    CAST(ROUND(l.price_fen * 1000.0 / l.grams) AS INTEGER),
    date(l.received_at, '+8 hours'), l.at, l.by
FROM lot l WHERE l.accepted AND l.price_fen IS NOT NULL ORDER BY l.id;
-- postgres:
INSERT INTO ingredient_price (kitchen, ingredient, supplier, fen_per_kg, from_day, at, by)
SELECT l.kitchen, l.ingredient, l.supplier,
    CAST(ROUND(l.price_fen * 1000.0 / l.grams) AS BIGINT),
    CAST(l.received_at AT TIME ZONE 'Asia/Shanghai' AS DATE), l.at, l.by
FROM lot l WHERE l.accepted AND l.price_fen IS NOT NULL ORDER BY l.id;
