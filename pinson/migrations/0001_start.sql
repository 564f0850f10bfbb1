-- The thinnest whole path: accounts and who signs in, posts, topics, the log and what follows from it.
-- Times are integers, milliseconds since 1970. Ids: see pinson/lib/ids.py. Lists are JSON text.

-- lib/db: the newest id given out
CREATE TABLE last_id (id INTEGER NOT NULL);
INSERT INTO last_id (id) VALUES (0);

-- lib/log: every change is a line here, in the order of commits
CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL
);

-- lib/reactor: how far each reaction has read, which process runs it, and what it must try again
CREATE TABLE cursors (
    reaction TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    holder TEXT NOT NULL DEFAULT '',
    held_until INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE retries (
    id INTEGER PRIMARY KEY,
    reaction TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    error TEXT NOT NULL,
    dead_at INTEGER,
    UNIQUE (reaction, seq)
);
CREATE INDEX retries_due ON retries (reaction, due_at) WHERE dead_at IS NULL;

-- domain/accounts: voices. domain '' is this server; handle is the folded username
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL,
    handle TEXT NOT NULL,
    domain TEXT NOT NULL DEFAULT '',
    display_name TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '',
    locked INTEGER NOT NULL DEFAULT 0,
    bot INTEGER NOT NULL DEFAULT 0,
    discoverable INTEGER,
    indexable INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    suspended_at INTEGER,
    deleted_at INTEGER,
    UNIQUE (handle, domain)
);
-- what nobody may see, loaded into memory by every process
CREATE INDEX accounts_hidden ON accounts (id) WHERE suspended_at IS NOT NULL OR deleted_at IS NOT NULL;
-- derived, in the transaction of what it counts
CREATE TABLE account_counts (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    followers INTEGER NOT NULL DEFAULT 0,
    following INTEGER NOT NULL DEFAULT 0,
    posts INTEGER NOT NULL DEFAULT 0,
    last_post_at INTEGER
);

-- domain/access: people who sign in, the accounts they are members of, and what acts for them
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'moderator', 'admin')),
    locale TEXT NOT NULL DEFAULT 'en',
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    approved_at INTEGER,
    disabled_at INTEGER,
    reason TEXT NOT NULL DEFAULT '',
    app_id INTEGER
);
CREATE TABLE members (
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'editor', 'author', 'analyst')),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, user_id)
);
CREATE INDEX members_user ON members (user_id);
CREATE TABLE apps (
    id INTEGER PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
-- user_id and account_id are null for a token of the app itself (client credentials)
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id INTEGER REFERENCES users (id) ON DELETE CASCADE,
    account_id INTEGER REFERENCES accounts (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    code_id INTEGER
);
CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_account ON tokens (account_id);
CREATE INDEX tokens_app ON tokens (app_id);
CREATE INDEX tokens_code ON tokens (code_id) WHERE code_id IS NOT NULL;
-- authorization codes (RFC 6749 section 4.1): single use, ten minutes
CREATE TABLE codes (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    app_id INTEGER NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    challenge TEXT,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
);
CREATE INDEX codes_expires ON codes (expires_at);
CREATE INDEX codes_app ON codes (app_id);
CREATE INDEX codes_user ON codes (user_id);
CREATE INDEX codes_account ON codes (account_id);
-- sign-ins of browsers
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    user_agent TEXT NOT NULL DEFAULT ''
);
CREATE INDEX sessions_expires ON sessions (expires_at);
CREATE INDEX sessions_user ON sessions (user_id);
-- links sent by e-mail: purpose 'confirm' or 'reset'
CREATE TABLE mail_tokens (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
);
CREATE INDEX mail_tokens_expires ON mail_tokens (expires_at);
CREATE INDEX mail_tokens_user ON mail_tokens (user_id);
CREATE TABLE invitations (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    created_by INTEGER REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    max_uses INTEGER,
    uses INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX invitations_created_by ON invitations (created_by);

-- domain/relations: who follows what. A topic is an account's id or a tag's id
CREATE TABLE follows (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    topic_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'tag')),
    boosts INTEGER NOT NULL DEFAULT 1,
    notify INTEGER NOT NULL DEFAULT 0,
    languages TEXT,
    UNIQUE (account_id, topic_id)
);
CREATE INDEX follows_topic ON follows (topic_id, id);
CREATE INDEX follows_account ON follows (account_id, kind, id);

-- domain/posts: messages, hashtags, and which topics a post is under
CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'unlisted', 'private', 'direct')),
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    spoiler TEXT NOT NULL DEFAULT '',
    sensitive INTEGER NOT NULL DEFAULT 0,
    language TEXT,
    in_reply_to_id INTEGER,
    in_reply_to_author_id INTEGER,
    mentions TEXT NOT NULL DEFAULT '[]',
    tags TEXT NOT NULL DEFAULT '[]',
    topics TEXT NOT NULL DEFAULT '[]',
    app_id INTEGER,
    replies INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX posts_author ON posts (author_id, id);
CREATE INDEX posts_in_reply_to ON posts (in_reply_to_id, id) WHERE in_reply_to_id IS NOT NULL;
CREATE TABLE idempotency (
    account_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    post_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);
-- head: id of the newest entry, 0 if none. Topic ids: see pinson/domain/posts/topics.py
CREATE TABLE topics (
    id INTEGER PRIMARY KEY,
    head INTEGER NOT NULL
);
CREATE TABLE entries (
    topic_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    PRIMARY KEY (topic_id, id)
) WITHOUT ROWID;
