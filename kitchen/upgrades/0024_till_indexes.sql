-- What a till asks at every tap is found, not searched for among thousands.

CREATE INDEX diner_of_elder ON diner (headcount, elder);
CREATE INDEX diner_of_point ON diner (headcount, point, added, portions);
CREATE INDEX elder_id_tail ON elder (id_tail);
CREATE INDEX elder_phone_tail ON elder (phone_tail);
DROP INDEX diner_headcount;
