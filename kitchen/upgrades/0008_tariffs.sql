-- What stands beside a meal's price: the delivery fee and the operator's subsidy, as
-- JSON [[kind, payer, fen, why], …]; the elder's own part of the fee; and the community
-- the meal is claimed for, as it was on the day.

ALTER TABLE meal ADD COLUMN extras TEXT NOT NULL DEFAULT '[]';
ALTER TABLE meal ADD COLUMN delivery_self_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meal ADD COLUMN community INTEGER REFERENCES area (id) ON DELETE RESTRICT;
