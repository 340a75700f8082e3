-- Who works here, where they are signed in, and what runs in the background.
-- kitchen_id, point_id and area_id name rows of tables that come later.

CREATE TABLE staff (
    id {pk},
    login TEXT NOT NULL CHECK (login = lower(login) AND length(login) BETWEEN 2 AND 40),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN (
        'manager', 'dispatcher', 'point_staff', 'driver', 'cook',
        'finance', 'clerk', 'supervisor', 'auditor', 'administrator'
    )),
    kitchen_id INTEGER,
    point_id INTEGER,
    area_id INTEGER,
    active BOOLEAN NOT NULL,
    role_version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX staff_login_once ON staff (login);

-- One signed-in browser. Only the digest of its cookie is kept.
CREATE TABLE session (
    id {pk},
    digest TEXT NOT NULL,
    staff INTEGER NOT NULL REFERENCES staff (id) ON DELETE RESTRICT,
    role_version INTEGER NOT NULL,
    device TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);

CREATE UNIQUE INDEX session_digest_once ON session (digest);
CREATE INDEX session_of_staff ON session (staff);

-- Failed sign-ins, by account and by address; the key is a digest of either.
CREATE TABLE sign_in_failure (
    id {pk},
    key TEXT NOT NULL,
    failures INTEGER NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL
);

CREATE UNIQUE INDEX sign_in_failure_key_once ON sign_in_failure (key);

-- Work done in the background: solving, printing, importing.
CREATE TABLE job (
    id {pk},
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    arguments TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN (
        'queued', 'running', 'done', 'failed', 'stopped'
    )),
    percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100),
    note TEXT NOT NULL,
    result TEXT NOT NULL,
    created_by INTEGER REFERENCES staff (id) ON DELETE RESTRICT,
    created_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    heartbeat_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ
);

CREATE INDEX job_by_state ON job (state, id);
