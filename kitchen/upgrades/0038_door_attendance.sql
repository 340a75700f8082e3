-- Who got the meals sent to doors, for each day and meal: as `attendance` does for points.

CREATE TABLE door_attendance (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    booked INTEGER CHECK (booked >= 0),
    came INTEGER NOT NULL CHECK (came >= 0),
    walk_ins INTEGER NOT NULL CHECK (walk_ins >= 0),
    run INTEGER REFERENCES attendance_run (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX door_attendance_own_once ON door_attendance (kitchen, day, meal)
    WHERE run IS NULL;
CREATE UNIQUE INDEX door_attendance_run_once ON door_attendance (run, kitchen, day, meal)
    WHERE run IS NOT NULL;
CREATE INDEX door_attendance_day ON door_attendance (kitchen, meal, day);

-- Days that were closed before this step, as kitchen.attendance counts them now.
INSERT INTO door_attendance (kitchen, day, meal, booked, came, walk_ins, run)
SELECT h.kitchen, h.day, h.meal,
    (SELECT COALESCE(SUM(d.portions), 0) FROM diner d WHERE d.headcount = h.id
        AND d.way = 'deliver' AND NOT d.added),
    (SELECT COUNT(*) FROM meal m JOIN diner d ON d.id = m.diner
        WHERE d.headcount = h.id AND m.channel = 'door' AND d.way = 'deliver'
        AND NOT d.added AND m.id NOT IN (SELECT served FROM meal_void)),
    (SELECT COUNT(*) FROM meal m JOIN diner d ON d.id = m.diner
        WHERE d.headcount = h.id AND m.channel = 'door'
        AND (d.added OR d.way <> 'deliver')
        AND m.id NOT IN (SELECT served FROM meal_void)), NULL
FROM headcount h
JOIN day_close c ON c.kitchen = h.kitchen AND c.day = h.day AND c.meal = h.meal
WHERE EXISTS (SELECT 1 FROM diner d WHERE d.headcount = h.id AND d.way = 'deliver');

-- sqlite:
CREATE TRIGGER door_attendance_no_update BEFORE UPDATE ON door_attendance
BEGIN SELECT RAISE(ABORT, 'append_only: door_attendance'); END;
CREATE TRIGGER door_attendance_no_delete BEFORE DELETE ON door_attendance
BEGIN SELECT RAISE(ABORT, 'append_only: door_attendance'); END;
-- postgres:
CREATE TRIGGER door_attendance_append_only BEFORE UPDATE OR DELETE ON door_attendance
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
