-- A till asks at every card whether it was lost; the index of live cards does not know.

CREATE INDEX card_number ON card (number);
