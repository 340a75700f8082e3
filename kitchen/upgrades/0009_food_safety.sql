-- Food safety: the kitchen's limits, chilling and reheating, where batches went,
-- the life of a sample, temperatures of rounds.

ALTER TABLE kitchen ADD COLUMN core_decidegrees INTEGER NOT NULL DEFAULT 700;
ALTER TABLE kitchen ADD COLUMN hot_decidegrees INTEGER NOT NULL DEFAULT 600;
ALTER TABLE kitchen ADD COLUMN cold_decidegrees INTEGER NOT NULL DEFAULT 80;
ALTER TABLE kitchen ADD COLUMN chill_within_minutes INTEGER NOT NULL DEFAULT 120;
ALTER TABLE kitchen ADD COLUMN eat_within_chilled_minutes INTEGER NOT NULL DEFAULT 1440;
ALTER TABLE kitchen ADD COLUMN sample_hours INTEGER NOT NULL DEFAULT 48;
ALTER TABLE kitchen ADD COLUMN pot_buffer_percent INTEGER NOT NULL DEFAULT 0;

ALTER TABLE holding ADD COLUMN kind TEXT NOT NULL DEFAULT 'hold'
    CHECK (kind IN ('hold', 'chilled', 'reheated'));
ALTER TABLE sample ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE sample ADD COLUMN fridge TEXT NOT NULL DEFAULT '';
ALTER TABLE sample ADD COLUMN put_in_at TIMESTAMPTZ;

CREATE TABLE sample_out (
    id {pk},
    sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE RESTRICT,
    taken_out_at TIMESTAMPTZ NOT NULL,
    fate TEXT NOT NULL CHECK (fate IN ('discarded', 'handed_over')),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE batch_place (
    id {pk},
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    round_number INTEGER,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    CHECK ((round_number IS NULL) <> (point IS NULL))
);

CREATE TABLE trip_temperature (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    round_number INTEGER NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('leaving', 'last_stop')),
    decidegrees INTEGER NOT NULL,
    measured_at TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE UNIQUE INDEX sample_out_once ON sample_out (sample);
CREATE INDEX batch_place_batch ON batch_place (batch);
CREATE INDEX trip_temperature_day ON trip_temperature (kitchen, day, meal);

-- sqlite:
CREATE TRIGGER sample_out_no_update BEFORE UPDATE ON sample_out
BEGIN SELECT RAISE(ABORT, 'append_only: sample_out'); END;
CREATE TRIGGER sample_out_no_delete BEFORE DELETE ON sample_out
BEGIN SELECT RAISE(ABORT, 'append_only: sample_out'); END;
CREATE TRIGGER batch_place_no_update BEFORE UPDATE ON batch_place
BEGIN SELECT RAISE(ABORT, 'append_only: batch_place'); END;
CREATE TRIGGER batch_place_no_delete BEFORE DELETE ON batch_place
BEGIN SELECT RAISE(ABORT, 'append_only: batch_place'); END;
CREATE TRIGGER trip_temperature_no_update BEFORE UPDATE ON trip_temperature
BEGIN SELECT RAISE(ABORT, 'append_only: trip_temperature'); END;
CREATE TRIGGER trip_temperature_no_delete BEFORE DELETE ON trip_temperature
BEGIN SELECT RAISE(ABORT, 'append_only: trip_temperature'); END;
-- postgres:
CREATE TRIGGER sample_out_append_only BEFORE UPDATE OR DELETE ON sample_out
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER batch_place_append_only BEFORE UPDATE OR DELETE ON batch_place
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER trip_temperature_append_only BEFORE UPDATE OR DELETE ON trip_temperature
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
