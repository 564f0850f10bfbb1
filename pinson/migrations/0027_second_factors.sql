-- What besides a password lets somebody in: codes of an app, and recovery codes.
-- New tables only: the running version knows nothing of them.

-- domain/access: who types a code when signing in (RFC 6238). secret: base32; last_step: the newest step of 30 seconds
-- whose code was used, so that none is used twice
CREATE TABLE second_factors (
    user_id INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret TEXT NOT NULL,
    last_step INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
-- each works once, instead of a code of the app
CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    PRIMARY KEY (user_id, hash)
);
-- what a browser holds for some minutes between two steps of a sign-in
CREATE TABLE challenges (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
);
CREATE INDEX challenges_expires ON challenges (expires_at);
CREATE INDEX challenges_user ON challenges (user_id);
