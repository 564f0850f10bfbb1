-- Notifications, what an account wants to be told, how far it has read, and the endpoints of browsers and apps.
-- Expand only: the running version knows none of the tables. Cost: empty tables, and one scan of follows.

-- domain/notifications
-- from_id: whose doing it is. about_id: the post, or what else the kind says, 0 if it is nothing but the account.
-- state: 0 alone, 1 in a group, 2 kept apart (filtered), 3 and 4 the same as 0 and 2 while the sender is suspended
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    from_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    about_id INTEGER NOT NULL DEFAULT 0,
    state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
    group_id INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (about_id, account_id, from_id, kind)
);
CREATE INDEX notifications_page ON notifications (account_id, kind, state, id);
CREATE INDEX notifications_from ON notifications (from_id, account_id, id);
CREATE INDEX notifications_group ON notifications (group_id, id) WHERE group_id IS NOT NULL;
-- hour: the one it began in, since 1970; it takes in what happens within twelve hours of its beginning.
-- size, oldest_id, newest_id are derived, in the transaction of what they are derived from
CREATE TABLE notification_groups (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    about_id INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    size INTEGER NOT NULL,
    oldest_id INTEGER NOT NULL,
    newest_id INTEGER NOT NULL,
    UNIQUE (account_id, kind, about_id, hour)
);
CREATE INDEX notification_groups_newest ON notification_groups (account_id, kind, newest_id);
CREATE INDEX notification_groups_oldest ON notification_groups (account_id, kind, oldest_id);
-- each 'accept', 'filter' or 'drop'; no row: as everyone has it at first
CREATE TABLE notification_policies (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    not_following TEXT NOT NULL,
    not_followers TEXT NOT NULL,
    new_accounts TEXT NOT NULL,
    private_mentions TEXT NOT NULL,
    limited_accounts TEXT NOT NULL,
    bots TEXT NOT NULL
);
-- whose mentions and quotes are kept apart until they are accepted; count and last_post_id are derived
CREATE TABLE notification_requests (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    from_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    count INTEGER NOT NULL,
    last_post_id INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (account_id, from_id)
);
CREATE INDEX notification_requests_page ON notification_requests (account_id, id);
CREATE INDEX notification_requests_from ON notification_requests (from_id);
-- from whom an account accepts everything
CREATE TABLE notification_permissions (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    from_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, from_id)
) WITHOUT ROWID;
CREATE INDEX notification_permissions_from ON notification_permissions (from_id);

-- domain/notifications/markers: how far an account has read, by timeline
CREATE TABLE markers (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    timeline TEXT NOT NULL CHECK (timeline IN ('home', 'notifications')),
    last_read_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, timeline)
) WITHOUT ROWID;

-- domain/notifications/push: where a browser or an app wants to be woken, one for each token; alerts is JSON
CREATE TABLE push_subscriptions (
    id INTEGER PRIMARY KEY,
    token_id INTEGER NOT NULL UNIQUE REFERENCES tokens (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    endpoint TEXT NOT NULL,
    p256dh BLOB NOT NULL,
    auth BLOB NOT NULL,
    standard INTEGER NOT NULL,
    alerts TEXT NOT NULL,
    policy TEXT NOT NULL CHECK (policy IN ('all', 'followed', 'follower', 'none'))
);
CREATE INDEX push_subscriptions_account ON push_subscriptions (account_id);
-- the key that this server signs with (RFC 8292), one row: what subscribed to it knows no other
CREATE TABLE push_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    secret BLOB NOT NULL
);

-- domain/relations: who is notified of an account's posts
CREATE INDEX follows_notify ON follows (topic_id, id) WHERE notify = 1;
