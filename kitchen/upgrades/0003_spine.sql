-- The spine of one kitchen's day, tables in the order of the day.

-- places

CREATE TABLE area (
    id {pk},
    name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent INTEGER REFERENCES area (id) ON DELETE RESTRICT
);

CREATE TABLE kitchen (
    id {pk},
    name TEXT NOT NULL,
    area INTEGER NOT NULL REFERENCES area (id) ON DELETE RESTRICT,
    address TEXT NOT NULL,
    lon_e6 INTEGER,
    lat_e6 INTEGER,
    phone TEXT NOT NULL,
    licence TEXT NOT NULL,
    hot_limit_minutes INTEGER NOT NULL,
    eat_within_minutes INTEGER NOT NULL,
    eat_within_held_minutes INTEGER NOT NULL,
    sample_grams INTEGER NOT NULL,
    pot_portions INTEGER NOT NULL,
    serves_weekends BOOLEAN NOT NULL,
    serves_holidays BOOLEAN NOT NULL
);

CREATE TABLE meal_service (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    list_price_fen BIGINT NOT NULL CHECK (list_price_fen >= 0),
    cut_off_days_before INTEGER NOT NULL,
    cut_off_minutes INTEGER NOT NULL,
    cooked_by_minutes INTEGER NOT NULL,
    depart_minutes INTEGER NOT NULL,
    serve_from_minutes INTEGER NOT NULL,
    serve_to_minutes INTEGER NOT NULL,
    active BOOLEAN NOT NULL
);

CREATE TABLE dining_point (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    area INTEGER NOT NULL REFERENCES area (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    centre INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    staffed BOOLEAN NOT NULL,
    address TEXT NOT NULL,
    lon_e6 INTEGER,
    lat_e6 INTEGER,
    phone TEXT NOT NULL,
    seats INTEGER NOT NULL,
    walk_in_cap INTEGER NOT NULL,
    unload_seconds INTEGER NOT NULL,
    active BOOLEAN NOT NULL
);

CREATE TABLE building (
    id {pk},
    area INTEGER NOT NULL REFERENCES area (id) ON DELETE RESTRICT,
    compound TEXT NOT NULL,
    name TEXT NOT NULL,
    lon_e6 INTEGER,
    lat_e6 INTEGER,
    lift BOOLEAN NOT NULL
);

CREATE TABLE service_override (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    served BOOLEAN NOT NULL,
    note TEXT NOT NULL
);


-- registry

CREATE TABLE household (
    id {pk},
    name TEXT NOT NULL
);

CREATE TABLE import_run (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    file_name TEXT NOT NULL,
    digest TEXT NOT NULL,
    rows_good INTEGER NOT NULL,
    rows_bad INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    undone_at TIMESTAMPTZ,
    undone_by TEXT NOT NULL
);

CREATE TABLE elder (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    sex TEXT NOT NULL CHECK (sex IN ('female', 'male')),
    birth_date DATE NOT NULL,
    id_sealed TEXT NOT NULL,
    id_index TEXT NOT NULL,
    id_tail TEXT NOT NULL,
    id_note TEXT NOT NULL,
    phone_sealed TEXT NOT NULL,
    phone_index TEXT NOT NULL,
    phone_tail TEXT NOT NULL,
    household INTEGER REFERENCES household (id) ON DELETE RESTRICT,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    hukou_area INTEGER REFERENCES area (id) ON DELETE RESTRICT,
    residence_area INTEGER REFERENCES area (id) ON DELETE RESTRICT,
    residence_since DATE,
    self_care TEXT NOT NULL CHECK (self_care IN ('able', 'partly', 'unable')),
    lives_alone BOOLEAN NOT NULL,
    slow_door BOOLEAN NOT NULL,
    texture TEXT NOT NULL CHECK (texture IN ('regular', 'soft', 'semi_liquid', 'pureed')),
    low_salt BOOLEAN NOT NULL,
    sugar_control BOOLEAN NOT NULL,
    halal BOOLEAN NOT NULL,
    vegetarian TEXT NOT NULL CHECK (vegetarian IN ('no', 'ovo_lacto', 'vegan')),
    allergies TEXT NOT NULL,
    dislikes TEXT NOT NULL,
    enrolled_on DATE NOT NULL,
    import_run INTEGER REFERENCES import_run (id) ON DELETE RESTRICT,
    version INTEGER NOT NULL
);

CREATE TABLE elder_state (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended', 'deceased')),
    from_day DATE NOT NULL,
    to_day DATE,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE card (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('member', 'alias')),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    blocked_at TIMESTAMPTZ,
    blocked_reason TEXT NOT NULL
);

CREATE TABLE category (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    code TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    evidence_sealed TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    withdrawn_at TIMESTAMPTZ
);

CREATE TABLE contact (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    rank INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('family', 'neighbour', 'clerk')),
    name TEXT NOT NULL,
    relation TEXT NOT NULL,
    phone_sealed TEXT NOT NULL,
    phone_tail TEXT NOT NULL,
    agreement_on DATE,
    removed_at TIMESTAMPTZ
);

CREATE TABLE address (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    building INTEGER NOT NULL REFERENCES building (id) ON DELETE RESTRICT,
    door_sealed TEXT NOT NULL,
    lon_e6 INTEGER,
    lat_e6 INTEGER,
    coordinate_source TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE delivery_entitlement (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL CHECK (reason IN ('mobility', 'illness', 'weather')),
    from_day DATE NOT NULL,
    to_day DATE,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    note TEXT NOT NULL
);


-- subsidies

CREATE TABLE scheme (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE scheme_version (
    id {pk},
    scheme INTEGER NOT NULL REFERENCES scheme (id) ON DELETE RESTRICT,
    number TEXT NOT NULL,
    rules TEXT NOT NULL,
    announced_on DATE NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    transition_to DATE,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    approved_by TEXT NOT NULL,
    approved_at TIMESTAMPTZ
);


-- ledger

CREATE TABLE account (
    id {pk},
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE entry (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    day DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    note TEXT NOT NULL,
    reverses INTEGER REFERENCES entry (id) ON DELETE RESTRICT
);

CREATE TABLE posting (
    id {pk},
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    fen BIGINT NOT NULL
);


-- plans

CREATE TABLE meal_plan (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    weekday INTEGER NOT NULL,
    way TEXT NOT NULL CHECK (way IN ('dine_in', 'collect', 'deliver')),
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    portions INTEGER NOT NULL CHECK (portions > 0),
    size TEXT NOT NULL CHECK (size IN ('small', 'normal', 'large')),
    choice TEXT NOT NULL,
    from_day DATE NOT NULL,
    to_day DATE,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE plan_exception (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    kind TEXT NOT NULL CHECK (kind IN ('skip', 'extra', 'change', 'book')),
    from_day DATE NOT NULL,
    to_day DATE NOT NULL,
    way TEXT NOT NULL,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    portions INTEGER NOT NULL,
    choice TEXT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    late BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by TEXT NOT NULL
);

CREATE TABLE closure (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    kind TEXT NOT NULL CHECK (kind IN ('cancelled', 'substituted')),
    substitute TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE closure_call (
    id {pk},
    closure INTEGER NOT NULL REFERENCES closure (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    outcome TEXT NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- food

CREATE TABLE ingredient (
    id {pk},
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    aliases TEXT NOT NULL,
    search TEXT NOT NULL,
    food_group TEXT NOT NULL,
    edible_percent DOUBLE PRECISION NOT NULL,
    energy_kcal DOUBLE PRECISION,
    protein_g DOUBLE PRECISION,
    fat_g DOUBLE PRECISION,
    carb_g DOUBLE PRECISION,
    fibre_g DOUBLE PRECISION,
    na_mg DOUBLE PRECISION,
    k_mg DOUBLE PRECISION,
    ca_mg DOUBLE PRECISION,
    fe_mg DOUBLE PRECISION,
    p_mg DOUBLE PRECISION,
    cholesterol_mg DOUBLE PRECISION,
    purine_level TEXT NOT NULL,
    allergens TEXT NOT NULL,
    origin TEXT NOT NULL,
    source TEXT NOT NULL
);

CREATE TABLE dish (
    id {pk},
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    search TEXT NOT NULL,
    category TEXT NOT NULL,
    cook_method TEXT NOT NULL,
    texture TEXT NOT NULL,
    bones TEXT NOT NULL,
    spicy BOOLEAN NOT NULL,
    season TEXT NOT NULL,
    hot_hold_ok BOOLEAN NOT NULL,
    allergens TEXT NOT NULL,
    vegetarian TEXT NOT NULL,
    pungent BOOLEAN NOT NULL,
    halal TEXT NOT NULL,
    low_salt_adaptable BOOLEAN NOT NULL,
    diabetic_ok BOOLEAN NOT NULL,
    purine_class TEXT NOT NULL,
    cooked_grams INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    note TEXT NOT NULL
);

CREATE TABLE dish_ingredient (
    id {pk},
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    line INTEGER NOT NULL,
    ingredient INTEGER NOT NULL REFERENCES ingredient (id) ON DELETE RESTRICT,
    net_decigrams INTEGER NOT NULL,
    gross_decigrams INTEGER NOT NULL,
    role TEXT NOT NULL
);


-- menus

CREATE TABLE menu_dish (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    choice TEXT NOT NULL,
    position INTEGER NOT NULL,
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT
);

CREATE TABLE menu_publication (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    digest TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE clash_decision (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('omit', 'substitute', 'override')),
    substitute INTEGER REFERENCES dish (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    covers TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- headcounts

CREATE TABLE headcount (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE diner (
    id {pk},
    headcount INTEGER NOT NULL REFERENCES headcount (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    way TEXT NOT NULL CHECK (way IN ('dine_in', 'collect', 'deliver')),
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    address INTEGER REFERENCES address (id) ON DELETE RESTRICT,
    portions INTEGER NOT NULL CHECK (portions > 0),
    size TEXT NOT NULL CHECK (size IN ('small', 'normal', 'large')),
    choice TEXT NOT NULL,
    diet TEXT NOT NULL,
    added BOOLEAN NOT NULL
);

CREATE TABLE diner_change (
    id {pk},
    headcount INTEGER NOT NULL REFERENCES headcount (id) ON DELETE RESTRICT,
    diner INTEGER NOT NULL REFERENCES diner (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('add', 'cancel', 'move', 'portions')),
    way TEXT NOT NULL,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    portions INTEGER NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE spare (
    id {pk},
    headcount INTEGER NOT NULL REFERENCES headcount (id) ON DELETE RESTRICT,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL CHECK (kind IN ('walk_in', 'spare')),
    diet_key TEXT NOT NULL,
    portions INTEGER NOT NULL CHECK (portions > 0),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- production

CREATE TABLE batch (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    number INTEGER NOT NULL,
    portions INTEGER NOT NULL CHECK (portions > 0),
    cooked_off_at TIMESTAMPTZ NOT NULL,
    core_decidegrees INTEGER,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE holding (
    id {pk},
    batch INTEGER NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    decidegrees INTEGER NOT NULL,
    measured_at TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE sample (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    dish INTEGER NOT NULL REFERENCES dish (id) ON DELETE RESTRICT,
    grams INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE packed (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    diet_key TEXT NOT NULL,
    portions INTEGER NOT NULL CHECK (portions > 0),
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE production_void (
    id {pk},
    kind TEXT NOT NULL,
    row_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- prints

CREATE TABLE print_run (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    lines_sealed TEXT NOT NULL,
    pages INTEGER NOT NULL,
    holder TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE print_void (
    id {pk},
    print_run INTEGER NOT NULL REFERENCES print_run (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE print_setting (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    options TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE label (
    id {pk},
    print_run INTEGER NOT NULL REFERENCES print_run (id) ON DELETE RESTRICT,
    diner INTEGER REFERENCES diner (id) ON DELETE RESTRICT,
    spare INTEGER REFERENCES spare (id) ON DELETE RESTRICT,
    portion INTEGER NOT NULL,
    code TEXT NOT NULL
);


-- rounds

CREATE TABLE driver (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    name TEXT NOT NULL,
    phone_sealed TEXT NOT NULL,
    phone_tail TEXT NOT NULL,
    staff_id INTEGER,
    profile TEXT NOT NULL CHECK (profile IN ('walk', 'ebike', 'van')),
    capacity INTEGER NOT NULL CHECK (capacity > 0),
    shift_from_minutes INTEGER NOT NULL,
    shift_to_minutes INTEGER NOT NULL,
    max_rounds INTEGER NOT NULL,
    carries_bulk BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL
);

CREATE TABLE driver_ban (
    id {pk},
    driver INTEGER NOT NULL REFERENCES driver (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL,
    lifted_at TIMESTAMPTZ,
    lifted_by TEXT NOT NULL
);

CREATE TABLE round_plan (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    version INTEGER NOT NULL,
    engine TEXT NOT NULL,
    fallback BOOLEAN NOT NULL,
    distances TEXT NOT NULL,
    digest TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE plan_publication (
    id {pk},
    plan INTEGER NOT NULL REFERENCES round_plan (id) ON DELETE RESTRICT,
    override TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE round (
    id {pk},
    plan INTEGER NOT NULL REFERENCES round_plan (id) ON DELETE RESTRICT,
    number INTEGER NOT NULL,
    driver INTEGER REFERENCES driver (id) ON DELETE RESTRICT,
    depart_at TIMESTAMPTZ,
    back_at TIMESTAMPTZ,
    metres INTEGER NOT NULL,
    locked BOOLEAN NOT NULL
);

CREATE TABLE stop (
    id {pk},
    plan INTEGER NOT NULL REFERENCES round_plan (id) ON DELETE RESTRICT,
    round INTEGER REFERENCES round (id) ON DELETE RESTRICT,
    position INTEGER NOT NULL,
    diner INTEGER REFERENCES diner (id) ON DELETE RESTRICT,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    arrival_at TIMESTAMPTZ,
    locked BOOLEAN NOT NULL,
    why TEXT NOT NULL,
    spares INTEGER NOT NULL
);

CREATE TABLE loading (
    id {pk},
    round INTEGER NOT NULL REFERENCES round (id) ON DELETE RESTRICT,
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    diet_key TEXT NOT NULL,
    portions INTEGER NOT NULL CHECK (portions > 0),
    decidegrees INTEGER,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


CREATE TABLE loading_void (
    id {pk},
    loading INTEGER NOT NULL REFERENCES loading (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- meals

CREATE TABLE meal (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    elder INTEGER REFERENCES elder (id) ON DELETE RESTRICT,
    diner INTEGER REFERENCES diner (id) ON DELETE RESTRICT,
    portion INTEGER NOT NULL CHECK (portion > 0),
    channel TEXT NOT NULL CHECK (channel IN ('table', 'collect', 'door')),
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    stop_id INTEGER,
    tariff TEXT NOT NULL CHECK (tariff IN ('subsidised', 'full')),
    list_price_fen BIGINT NOT NULL CHECK (list_price_fen >= 0),
    self_pay_fen BIGINT NOT NULL CHECK (self_pay_fen >= 0),
    lines TEXT NOT NULL,
    scheme_version INTEGER REFERENCES scheme_version (id) ON DELETE RESTRICT,
    payment TEXT NOT NULL CHECK (payment IN ('cash', 'account', 'voucher', 'later')),
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
    served_at TIMESTAMPTZ NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    device TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE meal_slot (
    id {pk},
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    served INTEGER NOT NULL REFERENCES meal (id) ON DELETE RESTRICT
);

CREATE TABLE meal_void (
    id {pk},
    served INTEGER NOT NULL REFERENCES meal (id) ON DELETE RESTRICT,
    entry INTEGER NOT NULL REFERENCES entry (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- deliveries

CREATE TABLE sheet_return (
    id {pk},
    round INTEGER NOT NULL REFERENCES round (id) ON DELETE RESTRICT,
    print_run INTEGER REFERENCES print_run (id) ON DELETE RESTRICT,
    reported_by TEXT NOT NULL,
    cash_fen BIGINT NOT NULL CHECK (cash_fen >= 0),
    boxes_back INTEGER NOT NULL,
    left_at TIMESTAMPTZ,
    note TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE delivery (
    id {pk},
    stop INTEGER NOT NULL REFERENCES stop (id) ON DELETE RESTRICT,
    outcome TEXT NOT NULL
        CHECK (outcome IN ('elder', 'family', 'neighbour', 'agreed_place', 'no_answer', 'refused', 'away', 'point')),
    received_by TEXT NOT NULL,
    condition TEXT NOT NULL,
    note TEXT NOT NULL,
    source TEXT NOT NULL,
    reported_by TEXT NOT NULL,
    happened_at TIMESTAMPTZ,
    sheet_return INTEGER REFERENCES sheet_return (id) ON DELETE RESTRICT,
    portions INTEGER,
    decidegrees INTEGER,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE delivery_slot (
    id {pk},
    stop INTEGER NOT NULL REFERENCES stop (id) ON DELETE RESTRICT,
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE RESTRICT
);

CREATE TABLE delivery_void (
    id {pk},
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE door_case (
    id {pk},
    delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE RESTRICT,
    elder INTEGER NOT NULL REFERENCES elder (id) ON DELETE RESTRICT,
    opened_at TIMESTAMPTZ NOT NULL,
    opened_by TEXT NOT NULL
);

CREATE TABLE case_step (
    id {pk},
    door_case INTEGER NOT NULL REFERENCES door_case (id) ON DELETE RESTRICT,
    kind TEXT NOT NULL,
    contact INTEGER REFERENCES contact (id) ON DELETE RESTRICT,
    who TEXT NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- dining

CREATE TABLE shift (
    id {pk},
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    opened_at TIMESTAMPTZ NOT NULL,
    opened_by TEXT NOT NULL
);

CREATE TABLE shift_close (
    id {pk},
    shift INTEGER NOT NULL REFERENCES shift (id) ON DELETE RESTRICT,
    expected_cash_fen BIGINT NOT NULL CHECK (expected_cash_fen >= 0),
    counted_cash_fen BIGINT NOT NULL CHECK (counted_cash_fen >= 0),
    note TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE receipt (
    id {pk},
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    diet_key TEXT NOT NULL,
    portions INTEGER NOT NULL CHECK (portions > 0),
    decidegrees INTEGER,
    signed_by TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE transfer (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    diet_key TEXT NOT NULL,
    portions INTEGER NOT NULL CHECK (portions > 0),
    from_point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    from_round INTEGER REFERENCES round (id) ON DELETE RESTRICT,
    to_point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    to_round INTEGER REFERENCES round (id) ON DELETE RESTRICT,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE leftover (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    point INTEGER REFERENCES dining_point (id) ON DELETE RESTRICT,
    round INTEGER REFERENCES round (id) ON DELETE RESTRICT,
    diet_key TEXT NOT NULL,
    portions INTEGER NOT NULL CHECK (portions > 0),
    fate TEXT NOT NULL CHECK (fate IN ('returned', 'wasted')),
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE refused_attempt (
    id {pk},
    point INTEGER NOT NULL REFERENCES dining_point (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    elder INTEGER REFERENCES elder (id) ON DELETE RESTRICT,
    code TEXT NOT NULL,
    facts TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- balance

CREATE TABLE difference_note (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    line TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);

CREATE TABLE day_close (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    day DATE NOT NULL,
    meal TEXT NOT NULL CHECK (meal IN ('breakfast', 'lunch', 'dinner')),
    summary TEXT NOT NULL,
    seal TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- settlement

CREATE TABLE month_close (
    id {pk},
    kitchen INTEGER NOT NULL REFERENCES kitchen (id) ON DELETE RESTRICT,
    month TEXT NOT NULL,
    report TEXT NOT NULL,
    digest TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by TEXT NOT NULL
);


-- "Once" is decided here, whatever the code above believes.
CREATE UNIQUE INDEX meal_service_once ON meal_service (kitchen, meal);
CREATE UNIQUE INDEX building_once ON building (area, compound, name);
CREATE UNIQUE INDEX service_override_once ON service_override (kitchen, day);
CREATE UNIQUE INDEX elder_number_once ON elder (number);
CREATE INDEX elder_id_index ON elder (id_index);
CREATE INDEX elder_phone_index ON elder (phone_index);
CREATE INDEX elder_kitchen ON elder (kitchen);
CREATE INDEX elder_name ON elder (name);
CREATE INDEX elder_state_elder ON elder_state (elder);
CREATE UNIQUE INDEX card_once ON card (number) WHERE blocked_at IS NULL;
CREATE INDEX card_elder ON card (elder);
CREATE INDEX category_elder ON category (elder);
CREATE INDEX contact_elder ON contact (elder);
CREATE INDEX address_elder ON address (elder);
CREATE INDEX delivery_entitlement_elder ON delivery_entitlement (elder);
CREATE UNIQUE INDEX scheme_version_once ON scheme_version (scheme, number);
CREATE UNIQUE INDEX account_once ON account (code);
CREATE UNIQUE INDEX entry_reversed_once ON entry (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX entry_day ON entry (kitchen, day);
CREATE INDEX posting_entry ON posting (entry);
CREATE INDEX posting_account ON posting (account);
CREATE INDEX meal_plan_elder ON meal_plan (elder, meal, weekday);
CREATE INDEX meal_plan_weekday ON meal_plan (weekday, meal);
CREATE INDEX plan_exception_days ON plan_exception (from_day, to_day);
CREATE INDEX plan_exception_elder ON plan_exception (elder);
CREATE UNIQUE INDEX closure_once ON closure (kitchen, day, meal);
CREATE UNIQUE INDEX ingredient_once ON ingredient (code);
CREATE UNIQUE INDEX dish_once ON dish (code);
CREATE INDEX dish_ingredient_dish ON dish_ingredient (dish);
CREATE UNIQUE INDEX menu_dish_once ON menu_dish (kitchen, day, meal, choice, dish);
CREATE UNIQUE INDEX clash_decision_once ON clash_decision (kitchen, day, meal, elder, dish);
CREATE UNIQUE INDEX headcount_once ON headcount (kitchen, day, meal);
CREATE UNIQUE INDEX diner_once ON diner (elder, day, meal);
CREATE INDEX diner_headcount ON diner (headcount);
CREATE INDEX diner_change_headcount ON diner_change (headcount);
CREATE INDEX spare_headcount ON spare (headcount);
CREATE UNIQUE INDEX batch_once ON batch (kitchen, day, meal, dish, number);
CREATE INDEX packed_day ON packed (kitchen, day, meal);
CREATE INDEX sample_day ON sample (kitchen, day, meal);
CREATE UNIQUE INDEX production_void_once ON production_void (kind, row_id);
CREATE UNIQUE INDEX print_run_once ON print_run (kitchen, day, meal, kind, subject, version);
CREATE UNIQUE INDEX print_void_once ON print_void (print_run);
CREATE INDEX label_run ON label (print_run);
CREATE UNIQUE INDEX label_diner_once ON label (print_run, diner, portion) WHERE diner IS NOT NULL;
CREATE UNIQUE INDEX driver_account_once ON driver (staff_id) WHERE staff_id IS NOT NULL;
CREATE UNIQUE INDEX driver_ban_once ON driver_ban (driver, elder) WHERE lifted_at IS NULL;
CREATE UNIQUE INDEX round_plan_once ON round_plan (kitchen, day, meal, version);
CREATE UNIQUE INDEX plan_publication_once ON plan_publication (plan);
CREATE UNIQUE INDEX round_once ON round (plan, number);
CREATE INDEX stop_plan ON stop (plan);
CREATE UNIQUE INDEX stop_diner_once ON stop (plan, diner) WHERE diner IS NOT NULL;
CREATE INDEX loading_round ON loading (round);
CREATE UNIQUE INDEX loading_void_once ON loading_void (loading);
CREATE INDEX meal_day ON meal (kitchen, day, meal);
CREATE INDEX meal_elder ON meal (elder, day);
CREATE UNIQUE INDEX meal_slot_once ON meal_slot (elder, day, meal);
CREATE UNIQUE INDEX meal_slot_served ON meal_slot (served);
CREATE UNIQUE INDEX meal_void_once ON meal_void (served);
CREATE UNIQUE INDEX sheet_return_once ON sheet_return (round);
CREATE UNIQUE INDEX delivery_slot_once ON delivery_slot (stop);
CREATE INDEX delivery_stop ON delivery (stop);
CREATE UNIQUE INDEX delivery_void_once ON delivery_void (delivery);
CREATE INDEX door_case_elder ON door_case (elder);
CREATE INDEX case_step_case ON case_step (door_case);
CREATE UNIQUE INDEX shift_once ON shift (point, day, meal);
CREATE UNIQUE INDEX shift_close_once ON shift_close (shift);
CREATE INDEX receipt_point ON receipt (point, day, meal);
CREATE INDEX transfer_day ON transfer (kitchen, day, meal);
CREATE INDEX leftover_day ON leftover (kitchen, day, meal);
CREATE INDEX refused_attempt_point ON refused_attempt (point, day);
CREATE UNIQUE INDEX difference_note_once ON difference_note (kitchen, day, meal, line);
CREATE UNIQUE INDEX day_close_once ON day_close (kitchen, day, meal);
CREATE UNIQUE INDEX month_close_once ON month_close (kitchen, month);

-- What has been recorded is never edited or deleted: corrections are rows.
-- sqlite:
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'append_only: entry'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'append_only: entry'); END;
CREATE TRIGGER posting_no_update BEFORE UPDATE ON posting
BEGIN SELECT RAISE(ABORT, 'append_only: posting'); END;
CREATE TRIGGER posting_no_delete BEFORE DELETE ON posting
BEGIN SELECT RAISE(ABORT, 'append_only: posting'); END;
CREATE TRIGGER meal_no_update BEFORE UPDATE ON meal
BEGIN SELECT RAISE(ABORT, 'append_only: meal'); END;
CREATE TRIGGER meal_no_delete BEFORE DELETE ON meal
BEGIN SELECT RAISE(ABORT, 'append_only: meal'); END;
CREATE TRIGGER meal_void_no_update BEFORE UPDATE ON meal_void
BEGIN SELECT RAISE(ABORT, 'append_only: meal_void'); END;
CREATE TRIGGER meal_void_no_delete BEFORE DELETE ON meal_void
BEGIN SELECT RAISE(ABORT, 'append_only: meal_void'); END;
CREATE TRIGGER diner_no_update BEFORE UPDATE ON diner
BEGIN SELECT RAISE(ABORT, 'append_only: diner'); END;
CREATE TRIGGER diner_no_delete BEFORE DELETE ON diner
BEGIN SELECT RAISE(ABORT, 'append_only: diner'); END;
CREATE TRIGGER diner_change_no_update BEFORE UPDATE ON diner_change
BEGIN SELECT RAISE(ABORT, 'append_only: diner_change'); END;
CREATE TRIGGER diner_change_no_delete BEFORE DELETE ON diner_change
BEGIN SELECT RAISE(ABORT, 'append_only: diner_change'); END;
CREATE TRIGGER headcount_no_update BEFORE UPDATE ON headcount
BEGIN SELECT RAISE(ABORT, 'append_only: headcount'); END;
CREATE TRIGGER headcount_no_delete BEFORE DELETE ON headcount
BEGIN SELECT RAISE(ABORT, 'append_only: headcount'); END;
CREATE TRIGGER delivery_no_update BEFORE UPDATE ON delivery
BEGIN SELECT RAISE(ABORT, 'append_only: delivery'); END;
CREATE TRIGGER delivery_no_delete BEFORE DELETE ON delivery
BEGIN SELECT RAISE(ABORT, 'append_only: delivery'); END;
CREATE TRIGGER delivery_void_no_update BEFORE UPDATE ON delivery_void
BEGIN SELECT RAISE(ABORT, 'append_only: delivery_void'); END;
CREATE TRIGGER delivery_void_no_delete BEFORE DELETE ON delivery_void
BEGIN SELECT RAISE(ABORT, 'append_only: delivery_void'); END;
CREATE TRIGGER case_step_no_update BEFORE UPDATE ON case_step
BEGIN SELECT RAISE(ABORT, 'append_only: case_step'); END;
CREATE TRIGGER case_step_no_delete BEFORE DELETE ON case_step
BEGIN SELECT RAISE(ABORT, 'append_only: case_step'); END;
CREATE TRIGGER month_close_no_update BEFORE UPDATE ON month_close
BEGIN SELECT RAISE(ABORT, 'append_only: month_close'); END;
CREATE TRIGGER month_close_no_delete BEFORE DELETE ON month_close
BEGIN SELECT RAISE(ABORT, 'append_only: month_close'); END;
CREATE TRIGGER day_close_no_update BEFORE UPDATE ON day_close
BEGIN SELECT RAISE(ABORT, 'append_only: day_close'); END;
CREATE TRIGGER day_close_no_delete BEFORE DELETE ON day_close
BEGIN SELECT RAISE(ABORT, 'append_only: day_close'); END;
CREATE TRIGGER batch_no_update BEFORE UPDATE ON batch
BEGIN SELECT RAISE(ABORT, 'append_only: batch'); END;
CREATE TRIGGER batch_no_delete BEFORE DELETE ON batch
BEGIN SELECT RAISE(ABORT, 'append_only: batch'); END;
CREATE TRIGGER holding_no_update BEFORE UPDATE ON holding
BEGIN SELECT RAISE(ABORT, 'append_only: holding'); END;
CREATE TRIGGER holding_no_delete BEFORE DELETE ON holding
BEGIN SELECT RAISE(ABORT, 'append_only: holding'); END;
CREATE TRIGGER sample_no_update BEFORE UPDATE ON sample
BEGIN SELECT RAISE(ABORT, 'append_only: sample'); END;
CREATE TRIGGER sample_no_delete BEFORE DELETE ON sample
BEGIN SELECT RAISE(ABORT, 'append_only: sample'); END;
CREATE TRIGGER packed_no_update BEFORE UPDATE ON packed
BEGIN SELECT RAISE(ABORT, 'append_only: packed'); END;
CREATE TRIGGER packed_no_delete BEFORE DELETE ON packed
BEGIN SELECT RAISE(ABORT, 'append_only: packed'); END;
CREATE TRIGGER production_void_no_update BEFORE UPDATE ON production_void
BEGIN SELECT RAISE(ABORT, 'append_only: production_void'); END;
CREATE TRIGGER production_void_no_delete BEFORE DELETE ON production_void
BEGIN SELECT RAISE(ABORT, 'append_only: production_void'); END;
CREATE TRIGGER loading_no_update BEFORE UPDATE ON loading
BEGIN SELECT RAISE(ABORT, 'append_only: loading'); END;
CREATE TRIGGER loading_no_delete BEFORE DELETE ON loading
BEGIN SELECT RAISE(ABORT, 'append_only: loading'); END;
CREATE TRIGGER loading_void_no_update BEFORE UPDATE ON loading_void
BEGIN SELECT RAISE(ABORT, 'append_only: loading_void'); END;
CREATE TRIGGER loading_void_no_delete BEFORE DELETE ON loading_void
BEGIN SELECT RAISE(ABORT, 'append_only: loading_void'); END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt
BEGIN SELECT RAISE(ABORT, 'append_only: receipt'); END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt
BEGIN SELECT RAISE(ABORT, 'append_only: receipt'); END;
CREATE TRIGGER transfer_no_update BEFORE UPDATE ON transfer
BEGIN SELECT RAISE(ABORT, 'append_only: transfer'); END;
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer
BEGIN SELECT RAISE(ABORT, 'append_only: transfer'); END;
CREATE TRIGGER leftover_no_update BEFORE UPDATE ON leftover
BEGIN SELECT RAISE(ABORT, 'append_only: leftover'); END;
CREATE TRIGGER leftover_no_delete BEFORE DELETE ON leftover
BEGIN SELECT RAISE(ABORT, 'append_only: leftover'); END;
CREATE TRIGGER print_run_no_update BEFORE UPDATE ON print_run
BEGIN SELECT RAISE(ABORT, 'append_only: print_run'); END;
CREATE TRIGGER print_run_no_delete BEFORE DELETE ON print_run
BEGIN SELECT RAISE(ABORT, 'append_only: print_run'); END;
CREATE TRIGGER print_void_no_update BEFORE UPDATE ON print_void
BEGIN SELECT RAISE(ABORT, 'append_only: print_void'); END;
CREATE TRIGGER print_void_no_delete BEFORE DELETE ON print_void
BEGIN SELECT RAISE(ABORT, 'append_only: print_void'); END;
CREATE TRIGGER label_no_update BEFORE UPDATE ON label
BEGIN SELECT RAISE(ABORT, 'append_only: label'); END;
CREATE TRIGGER label_no_delete BEFORE DELETE ON label
BEGIN SELECT RAISE(ABORT, 'append_only: label'); END;
CREATE TRIGGER plan_publication_no_update BEFORE UPDATE ON plan_publication
BEGIN SELECT RAISE(ABORT, 'append_only: plan_publication'); END;
CREATE TRIGGER plan_publication_no_delete BEFORE DELETE ON plan_publication
BEGIN SELECT RAISE(ABORT, 'append_only: plan_publication'); END;
CREATE TRIGGER shift_close_no_update BEFORE UPDATE ON shift_close
BEGIN SELECT RAISE(ABORT, 'append_only: shift_close'); END;
CREATE TRIGGER shift_close_no_delete BEFORE DELETE ON shift_close
BEGIN SELECT RAISE(ABORT, 'append_only: shift_close'); END;
-- postgres:
CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append_only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE ON posting
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER meal_append_only BEFORE UPDATE OR DELETE ON meal
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER meal_void_append_only BEFORE UPDATE OR DELETE ON meal_void
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER diner_append_only BEFORE UPDATE OR DELETE ON diner
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER diner_change_append_only BEFORE UPDATE OR DELETE ON diner_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER headcount_append_only BEFORE UPDATE OR DELETE ON headcount
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER delivery_append_only BEFORE UPDATE OR DELETE ON delivery
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER delivery_void_append_only BEFORE UPDATE OR DELETE ON delivery_void
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER case_step_append_only BEFORE UPDATE OR DELETE ON case_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER month_close_append_only BEFORE UPDATE OR DELETE ON month_close
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER day_close_append_only BEFORE UPDATE OR DELETE ON day_close
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER batch_append_only BEFORE UPDATE OR DELETE ON batch
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER holding_append_only BEFORE UPDATE OR DELETE ON holding
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER sample_append_only BEFORE UPDATE OR DELETE ON sample
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER packed_append_only BEFORE UPDATE OR DELETE ON packed
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER production_void_append_only BEFORE UPDATE OR DELETE ON production_void
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER loading_append_only BEFORE UPDATE OR DELETE ON loading
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER loading_void_append_only BEFORE UPDATE OR DELETE ON loading_void
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON receipt
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE ON transfer
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER leftover_append_only BEFORE UPDATE OR DELETE ON leftover
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER print_run_append_only BEFORE UPDATE OR DELETE ON print_run
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER print_void_append_only BEFORE UPDATE OR DELETE ON print_void
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER label_append_only BEFORE UPDATE OR DELETE ON label
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER plan_publication_append_only BEFORE UPDATE OR DELETE ON plan_publication
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER shift_close_append_only BEFORE UPDATE OR DELETE ON shift_close
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
