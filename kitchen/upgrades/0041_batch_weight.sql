-- What a pot weighed when it came off the fire, empty pot taken off.

ALTER TABLE batch ADD COLUMN grams INTEGER CHECK (grams > 0);
