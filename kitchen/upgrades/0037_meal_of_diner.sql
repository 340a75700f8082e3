-- Whether a portion was handed over already is asked at every tap: found, not searched
-- for among years of meals.

CREATE INDEX meal_of_diner ON meal (diner, portion);
