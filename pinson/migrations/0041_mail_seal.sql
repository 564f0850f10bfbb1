-- The key that e-mail is signed with (DKIM).
-- Expand only: the running version knows nothing of it. Cost: an empty table.

-- domain/instance. one: there is one row, or none. secret: an RSA key, PKCS #8 (DER)
CREATE TABLE mail_seal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    selector TEXT NOT NULL,
    secret BLOB NOT NULL,
    made_at INTEGER NOT NULL
);
