-- domain/alerts: who was invited to be alerted, by which account, and who wants no invitation. No address is kept.
CREATE TABLE alert_invitations (
    -- 0: nobody's, whoever has the address wants none from here
    account_id INTEGER NOT NULL,
    fingerprint BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, fingerprint)
) WITHOUT ROWID;
CREATE INDEX alert_invitations_at ON alert_invitations (at);
