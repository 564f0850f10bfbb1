"""SQL of users, members, apps and of what acts for them. It reads accounts, and never writes them."""

from collections.abc import Sequence
from datetime import datetime

from pinson.domain.access.model import (
    App,
    AppId,
    Bearer,
    Challenge,
    Code,
    Grant,
    Invitation,
    Member,
    MemberRole,
    Membership,
    Passkey,
    Person,
    Proof,
    Purpose,
    SecondFactor,
    Session,
    Staff,
    Theme,
    Token,
    TokenId,
    User,
    UserId,
    UserRole,
)
from pinson.domain.accounts import AccountId
from pinson.lib import paging
from pinson.lib.db import ReadTx, WriteTx
from pinson.lib.paging import Page

OWNS = (
    "users",
    "members",
    "apps",
    "tokens",
    "codes",
    "sessions",
    "mail_tokens",
    "invitations",
    "second_factors",
    "recovery_codes",
    "challenges",
    "passkeys",
)

INSERT_USER = """
    INSERT INTO users (
        id, email, email_key, password_hash, role, locale, created_at, confirmed_at, approved_at, reason, app_id,
        invited_by)
    VALUES (
        :id, :email, :email_key, :password_hash, :role, :locale, :created_at, :confirmed_at, :approved_at, :reason,
        :app_id, :invited_by)
"""
USER = """
    SELECT id, email, role, locale, created_at, confirmed_at, approved_at, disabled_at, reason, app_id, invited_by,
           theme, time_zone
    FROM users
    WHERE id = :id
"""
USER_ID_BY_EMAIL = "SELECT id FROM users WHERE email_key = :email_key"
PROOF_BY_EMAIL = """
    SELECT u.id AS user_id, m.account_id, u.password_hash
    FROM users AS u
    LEFT JOIN members AS m ON m.user_id = u.id
    WHERE u.email_key = :email_key
    ORDER BY CASE m.role WHEN 'owner' THEN 0 ELSE 1 END, m.created_at, m.account_id
    LIMIT 1
"""
PROOF_BY_HANDLE = """
    SELECT u.id AS user_id, m.account_id, u.password_hash
    FROM accounts AS a
    JOIN members AS m ON m.account_id = a.id AND m.role = 'owner'
    JOIN users AS u ON u.id = m.user_id
    WHERE a.handle = :handle AND a.domain = '' AND a.deleted_at IS NULL
    ORDER BY m.created_at, u.id
    LIMIT 1
"""
SET_EMAIL = "UPDATE users SET email = :email, email_key = :email_key WHERE id = :id"
SET_CONFIRMED = "UPDATE users SET confirmed_at = :at WHERE id = :id"
SET_APPROVED = "UPDATE users SET approved_at = :at WHERE id = :id"
SET_DISABLED = "UPDATE users SET disabled_at = :at WHERE id = :id"
STAFF = """
    SELECT m.account_id, u.role
    FROM users AS u
    JOIN members AS m ON m.user_id = u.id AND m.role = 'owner'
    WHERE u.role <> 'user' AND u.disabled_at IS NULL
"""
SET_PREFERENCES = "UPDATE users SET locale = :locale, theme = :theme, time_zone = :time_zone WHERE id = :id"
SET_ROLE = "UPDATE users SET role = :role WHERE id = :id"
SET_HASH = "UPDATE users SET password_hash = :password_hash WHERE id = :id"
REPLACE_HASH = "UPDATE users SET password_hash = :new_hash WHERE id = :id AND password_hash = :password_hash"
DELETE_USER = "DELETE FROM users WHERE id = :id"

PUT_MEMBER = """
    INSERT INTO members (account_id, user_id, role, created_at)
    VALUES (:account_id, :user_id, :role, :created_at)
    ON CONFLICT (account_id, user_id) DO UPDATE SET role = excluded.role
"""
MEMBER_ROLE = "SELECT role FROM members WHERE account_id = :account_id AND user_id = :user_id"
MEMBERS_OF = "SELECT user_id FROM members WHERE account_id = :account_id ORDER BY created_at, user_id"
MEMBERS = """
    SELECT m.user_id, m.role,
           coalesce(
               (SELECT a.username
                FROM members AS o
                JOIN accounts AS a ON a.id = o.account_id
                WHERE o.user_id = m.user_id AND o.role = 'owner' AND a.deleted_at IS NULL
                ORDER BY o.account_id = m.account_id, o.created_at, o.account_id
                LIMIT 1),
               '') AS username
    FROM members AS m
    WHERE m.account_id = :account_id
    ORDER BY m.created_at, m.user_id
"""
OWNERS_OF = """
    SELECT user_id FROM members WHERE account_id = :account_id AND role = 'owner' ORDER BY created_at, user_id
"""
MEMBERSHIPS = """
    SELECT m.account_id, a.username, a.display_name, m.role
    FROM members AS m
    JOIN accounts AS a ON a.id = m.account_id
    WHERE m.user_id = :user_id AND a.suspended_at IS NULL AND a.deleted_at IS NULL
    ORDER BY m.created_at, m.account_id
"""
ROLES_OF = "SELECT u.role FROM members AS m JOIN users AS u ON u.id = m.user_id WHERE m.account_id = :account_id"
COUNT_MEMBERSHIPS = "SELECT count(*) FROM members WHERE user_id = :user_id"
DELETE_MEMBER = "DELETE FROM members WHERE account_id = :account_id AND user_id = :user_id"
PEOPLE = """
    SELECT a.id AS account_id, a.username, a.suspended_at, u.id AS user_id, m.role AS member_role, u.email,
           u.role AS user_role, u.confirmed_at, u.approved_at, u.disabled_at
    FROM accounts AS a
    LEFT JOIN members AS m ON m.account_id = a.id
    LEFT JOIN users AS u ON u.id = m.user_id
    WHERE a.domain = '' AND a.deleted_at IS NULL
    ORDER BY a.id, m.created_at, u.id
"""

INSERT_APP = """
    INSERT INTO apps (id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at)
    VALUES (:id, :client_id, :secret_hash, :name, :website, :redirect_uris, :scopes, :created_at)
"""
APP_BY_CLIENT_ID = """
    SELECT id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at
    FROM apps
    WHERE client_id = :client_id
"""
APPS = """
    SELECT id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at
    FROM apps
    WHERE id IN (SELECT value FROM json_each(:ids))
"""

INSERT_INTO_TOKENS = """
    INSERT INTO tokens (id, hash, app_id, user_id, account_id, scopes, created_at, code_id)
    VALUES (:id, :hash, :app_id, :user_id, :account_id, :scopes, :created_at, :code_id)
"""
TOKENS_BY_HASH = "SELECT id, app_id, user_id, account_id, scopes, created_at FROM tokens WHERE hash = :hash"
BEARER = """
    SELECT t.id AS token_id, t.app_id, t.user_id, t.account_id, t.scopes, m.role AS member_role, u.role AS user_role,
           u.confirmed_at, u.approved_at, u.disabled_at, a.suspended_at, a.deleted_at
    FROM tokens AS t
    LEFT JOIN users AS u ON u.id = t.user_id
    LEFT JOIN accounts AS a ON a.id = t.account_id
    LEFT JOIN members AS m ON m.account_id = t.account_id AND m.user_id = t.user_id
    WHERE t.hash = :hash
"""
GRANTED_ACCOUNTS = """
    SELECT DISTINCT account_id FROM tokens WHERE user_id = :user_id AND app_id = :app_id AND scopes = :scopes
"""
GRANTS = """
    SELECT t.app_id, p.name AS app_name, t.account_id, a.username, t.scopes, t.created_at AS since
    FROM tokens AS t
    JOIN apps AS p ON p.id = t.app_id
    JOIN accounts AS a ON a.id = t.account_id
    WHERE t.user_id = :user_id
    ORDER BY t.id
"""
REVOKE = "DELETE FROM tokens WHERE id = :id RETURNING id"
REVOKE_OF_CODE = "DELETE FROM tokens WHERE code_id = :code_id RETURNING id"
REVOKE_OF_USER = "DELETE FROM tokens WHERE user_id = :user_id RETURNING id"
REVOKE_OF_ACCOUNT = "DELETE FROM tokens WHERE account_id = :account_id RETURNING id"
REVOKE_OF_MEMBER = "DELETE FROM tokens WHERE user_id = :user_id AND account_id = :account_id RETURNING id"
REVOKE_OF_APP = """
    DELETE FROM tokens
    WHERE user_id = :user_id AND account_id = :account_id AND app_id = :app_id
    RETURNING id
"""

INSERT_CODE = """
    INSERT INTO codes (id, hash, app_id, user_id, account_id, redirect_uri, scopes, challenge, expires_at)
    VALUES (:id, :hash, :app_id, :user_id, :account_id, :redirect_uri, :scopes, :challenge, :expires_at)
"""
CODE = """
    SELECT id, app_id, user_id, account_id, redirect_uri, scopes, challenge, expires_at, used_at
    FROM codes
    WHERE hash = :hash
"""
USE_CODE = "UPDATE codes SET used_at = :at WHERE id = :id"
DELETE_CODES_OF_USER = "DELETE FROM codes WHERE user_id = :user_id"
DELETE_CODES_OF_ACCOUNT = "DELETE FROM codes WHERE account_id = :account_id"
DELETE_CODES_OF_MEMBER = "DELETE FROM codes WHERE user_id = :user_id AND account_id = :account_id"
DELETE_CODES_OF_APP = """
    DELETE FROM codes WHERE user_id = :user_id AND account_id = :account_id AND app_id = :app_id
"""

INSERT_SESSION = """
    INSERT INTO sessions (id, hash, user_id, created_at, expires_at, user_agent)
    VALUES (:id, :hash, :user_id, :created_at, :expires_at, :user_agent)
"""
SESSION_USER_ID = "SELECT user_id FROM sessions WHERE hash = :hash AND expires_at > :now"
SESSIONS = """
    SELECT id, created_at, user_agent, hash = :hash AS is_here
    FROM sessions
    WHERE user_id = :user_id AND expires_at > :now
    ORDER BY id DESC
"""
DELETE_SESSION_OF = "DELETE FROM sessions WHERE id = :id AND user_id = :user_id"
DELETE_OTHER_SESSIONS = "DELETE FROM sessions WHERE user_id = :user_id AND hash <> :hash"
DELETE_SESSION = "DELETE FROM sessions WHERE hash = :hash"
DELETE_SESSIONS = "DELETE FROM sessions WHERE user_id = :user_id"

INSERT_INTO_MAIL_TOKENS = """
    INSERT INTO mail_tokens (id, hash, purpose, user_id, expires_at)
    VALUES (:id, :hash, :purpose, :user_id, :expires_at)
"""
USE_MAIL_TOKENS = """
    DELETE FROM mail_tokens WHERE hash = :hash AND purpose = :purpose AND expires_at > :now RETURNING user_id
"""
DELETE_MAIL_TOKENS = "DELETE FROM mail_tokens WHERE user_id = :user_id AND purpose = :purpose"

SECOND_FACTOR = "SELECT secret, last_step FROM second_factors WHERE user_id = :user_id"
PUT_SECOND_FACTOR = """
    INSERT INTO second_factors (user_id, secret, last_step, created_at)
    VALUES (:user_id, :secret, :last_step, :now)
    ON CONFLICT (user_id) DO UPDATE
    SET secret = excluded.secret, last_step = excluded.last_step, created_at = excluded.created_at
"""
SET_LAST_STEP = "UPDATE second_factors SET last_step = :last_step WHERE user_id = :user_id"
DELETE_SECOND_FACTOR = "DELETE FROM second_factors WHERE user_id = :user_id"
INSERT_RECOVERY_CODES = """
    INSERT INTO recovery_codes (user_id, hash) SELECT :user_id, value FROM json_each(:hashes)
"""
COUNT_RECOVERY_CODES = "SELECT count(*) FROM recovery_codes WHERE user_id = :user_id"
USE_RECOVERY_CODE = "DELETE FROM recovery_codes WHERE user_id = :user_id AND hash = :hash"
DELETE_RECOVERY_CODES = "DELETE FROM recovery_codes WHERE user_id = :user_id"

INSERT_PASSKEY = """
    INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, name, created_at)
    VALUES (:id, :user_id, :credential_id, :public_key, :sign_count, :name, :created_at)
"""
PASSKEY = """
    SELECT id, user_id, credential_id, public_key, sign_count, name, created_at, used_at
    FROM passkeys
    WHERE credential_id = :credential_id
"""
PASSKEYS_OF = """
    SELECT id, user_id, credential_id, public_key, sign_count, name, created_at, used_at
    FROM passkeys
    WHERE user_id = :user_id
    ORDER BY id DESC
"""
PASSKEY_USED = "UPDATE passkeys SET sign_count = :sign_count, used_at = :now WHERE id = :id"
DELETE_PASSKEY = "DELETE FROM passkeys WHERE id = :id AND user_id = :user_id"

INSERT_CHALLENGE = """
    INSERT INTO challenges (id, hash, purpose, user_id, expires_at)
    VALUES (:id, :hash, :purpose, :user_id, :expires_at)
"""
CHALLENGED = "SELECT user_id FROM challenges WHERE hash = :hash AND purpose = :purpose AND expires_at > :now"
USE_CHALLENGE = "DELETE FROM challenges WHERE hash = :hash AND purpose = :purpose AND expires_at > :now"
DELETE_CHALLENGE = "DELETE FROM challenges WHERE hash = :hash"

FORGET_CODES = "DELETE FROM codes WHERE expires_at <= :before"
FORGET_SESSIONS = "DELETE FROM sessions WHERE expires_at <= :now"
FORGET_CHALLENGES = "DELETE FROM challenges WHERE expires_at <= :now"
FORGET_MAIL_TOKENS = "DELETE FROM mail_tokens WHERE expires_at <= :now"

INSERT_INVITATION = """
    INSERT INTO invitations (id, code, created_by, created_at, expires_at, max_uses)
    VALUES (:id, :code, :created_by, :created_at, :expires_at, :max_uses)
"""
INVITATIONS = """
    SELECT id, code, created_by, created_at, expires_at, max_uses, uses
    FROM invitations
    WHERE created_by = :user_id
    ORDER BY id DESC
"""
ALL_INVITATIONS = """
    SELECT id, code, created_by, created_at, expires_at, max_uses, uses
    FROM invitations
    WHERE id < :before AND id > :after
    ORDER BY id {way}
    LIMIT :limit
"""
INVITATION = "SELECT id, code, created_by, created_at, expires_at, max_uses, uses FROM invitations WHERE id = :id"
EXPIRE_INVITATION = "UPDATE invitations SET expires_at = :expires_at WHERE id = :id"
USE_INVITATION = """
    UPDATE invitations
    SET uses = uses + 1
    WHERE code = :code AND (max_uses IS NULL OR uses < max_uses) AND (expires_at IS NULL OR expires_at > :now)
    RETURNING created_by
"""


async def insert_user(tx: WriteTx, user: User, *, email_key: str, password_hash: str) -> None:
    """Add a user whose address nobody has."""
    await tx.run(
        INSERT_USER,
        id=user.id,
        email=user.email,
        email_key=email_key,
        password_hash=password_hash,
        role=user.role,
        locale=user.locale,
        created_at=user.created_at,
        confirmed_at=user.confirmed_at,
        approved_at=user.approved_at,
        reason=user.reason,
        app_id=user.app_id,
        invited_by=user.invited_by,
    )


async def user(tx: ReadTx, id: UserId) -> User | None:
    """The user. One look into the primary key."""
    return await tx.one(User, USER, id=id)


async def user_id_by_email(tx: ReadTx, email_key: str) -> UserId | None:
    """Who has the address. One look into the unique index."""
    id = await tx.one(int, USER_ID_BY_EMAIL, email_key=email_key)
    return None if id is None else UserId(id)


async def proof_by_email(tx: ReadTx, email_key: str) -> Proof | None:
    """What a password has to fit, and the account that its user has owned longest. O(memberships)."""
    return await tx.one(Proof, PROOF_BY_EMAIL, email_key=email_key)


async def proof_by_handle(tx: ReadTx, handle: str) -> Proof | None:
    """The same for the longest-standing owner of an account. O(members)."""
    return await tx.one(Proof, PROOF_BY_HANDLE, handle=handle)


async def set_email(tx: WriteTx, id: UserId, email: str, *, email_key: str) -> None:
    """Keep another address, which nobody else has."""
    await tx.run(SET_EMAIL, id=id, email=email, email_key=email_key)


async def set_confirmed(tx: WriteTx, id: UserId, at: datetime) -> None:
    """Keep when the address was confirmed."""
    await tx.run(SET_CONFIRMED, id=id, at=at)


async def set_approved(tx: WriteTx, id: UserId, at: datetime) -> None:
    """Keep when the user was let in."""
    await tx.run(SET_APPROVED, id=id, at=at)


async def set_disabled(tx: WriteTx, id: UserId, at: datetime | None) -> None:
    """Keep since when the user is disabled; None if they are not."""
    await tx.run(SET_DISABLED, id=id, at=at)


async def staff(tx: ReadTx) -> list[Staff]:
    """Accounts whose owners have a role here. O(found) on the index users_staff."""
    return await tx.all(Staff, STAFF)


async def set_role(tx: WriteTx, id: UserId, role: UserRole) -> None:
    """Keep the user's role on the server."""
    await tx.run(SET_ROLE, id=id, role=role)


async def set_preferences(tx: WriteTx, id: UserId, *, locale: str, theme: Theme, time_zone: str) -> None:
    """Keep how the user wants to read."""
    await tx.run(SET_PREFERENCES, id=id, locale=locale, theme=theme, time_zone=time_zone)


async def set_password(tx: WriteTx, id: UserId, password_hash: str) -> None:
    """Keep another password."""
    await tx.run(SET_HASH, id=id, password_hash=password_hash)


async def replace_password(tx: WriteTx, id: UserId, password_hash: str, new_hash: str) -> bool:
    """Keep another hash if the present one is `password_hash`; whether it was."""
    return bool(await tx.run(REPLACE_HASH, id=id, password_hash=password_hash, new_hash=new_hash))


async def delete_user(tx: WriteTx, id: UserId) -> None:
    """Erase the user, and all that refers to them."""
    await tx.run(DELETE_USER, id=id)


async def put_member(tx: WriteTx, account_id: AccountId, user_id: UserId, role: MemberRole, now: datetime) -> None:
    """Make the user a member, or change their role."""
    await tx.run(PUT_MEMBER, account_id=account_id, user_id=user_id, role=role, created_at=now)


async def member_role(tx: ReadTx, account_id: AccountId, user_id: UserId) -> MemberRole | None:
    """What the user is to the account; None if nothing. One look into the primary key."""
    role = await tx.one(str, MEMBER_ROLE, account_id=account_id, user_id=user_id)
    return None if role is None else MemberRole(role)


async def members_of(tx: ReadTx, account_id: AccountId) -> list[UserId]:
    """Everyone who is a member of the account, the longest-standing first. O(members)."""
    return [UserId(id) for id in await tx.all(int, MEMBERS_OF, account_id=account_id)]


async def members(tx: ReadTx, account_id: AccountId) -> list[Member]:
    """The same, as its owners see them. O(members and what they own)."""
    return await tx.all(Member, MEMBERS, account_id=account_id)


async def owners_of(tx: ReadTx, account_id: AccountId) -> list[UserId]:
    """Everyone who owns the account, the longest-standing first. O(members)."""
    return [UserId(id) for id in await tx.all(int, OWNERS_OF, account_id=account_id)]


async def roles_of(tx: ReadTx, account_id: AccountId) -> list[UserRole]:
    """The roles on the server of everyone who is a member of the account. O(members)."""
    return [UserRole(role) for role in await tx.all(str, ROLES_OF, account_id=account_id)]


async def memberships(tx: ReadTx, user_id: UserId) -> list[Membership]:
    """The accounts that the user can act for now, oldest membership first. O(memberships)."""
    return await tx.all(Membership, MEMBERSHIPS, user_id=user_id)


async def has_memberships(tx: ReadTx, user_id: UserId) -> bool:
    """Whether the user is a member of any account, suspended or not."""
    return bool(await tx.one(int, COUNT_MEMBERSHIPS, user_id=user_id))


async def delete_member(tx: WriteTx, account_id: AccountId, user_id: UserId) -> None:
    """The user is no longer a member."""
    await tx.run(DELETE_MEMBER, account_id=account_id, user_id=user_id)


async def people(tx: ReadTx) -> list[Person]:
    """Every account here with each of its members, oldest account first. O(accounts): in a thread, or off line."""
    return await tx.all(Person, PEOPLE)


async def insert_app(tx: WriteTx, app: App) -> None:
    """Add an app."""
    await tx.run(
        INSERT_APP,
        id=app.id,
        client_id=app.client_id,
        secret_hash=app.secret_hash,
        name=app.name,
        website=app.website,
        redirect_uris=app.redirect_uris,
        scopes=app.scopes,
        created_at=app.created_at,
    )


async def app_by_client_id(tx: ReadTx, client_id: str) -> App | None:
    """The app that calls itself so. One look into the unique index."""
    return await tx.one(App, APP_BY_CLIENT_ID, client_id=client_id)


async def apps(tx: ReadTx, ids: Sequence[AppId]) -> list[App]:
    """Those of the apps that exist, in no order. One look into the primary key each."""
    return await tx.all(App, APPS, ids=ids)


async def insert_token(tx: WriteTx, token: Token, *, hash: str, code_id: int | None) -> None:
    """Add a token.

    Args:
        code_id: the authorization code it was given for.
    """
    await tx.run(
        INSERT_INTO_TOKENS,
        id=token.id,
        hash=hash,
        app_id=token.app_id,
        user_id=token.user_id,
        account_id=token.account_id,
        scopes=token.scopes,
        created_at=token.created_at,
        code_id=code_id,
    )


async def token(tx: ReadTx, hash: str) -> Token | None:
    """The token with this digest. One look into the unique index."""
    return await tx.one(Token, TOKENS_BY_HASH, hash=hash)


async def bearer(tx: ReadTx, hash: str) -> Bearer | None:
    """The token with this digest and what decides its power. Four looks into indexes."""
    return await tx.one(Bearer, BEARER, hash=hash)


async def granted_accounts(tx: ReadTx, user_id: UserId, app_id: AppId, scopes: str) -> list[AccountId]:
    """As which accounts the user lets the app act with just these scopes. O(tokens of the user)."""
    found = await tx.all(int, GRANTED_ACCOUNTS, user_id=user_id, app_id=app_id, scopes=scopes)
    return [AccountId(id) for id in found]


async def grants(tx: ReadTx, user_id: UserId) -> list[Grant]:
    """What apps may do for a user, one for each token, oldest first. O(tokens of the user)."""
    return await tx.all(Grant, GRANTS, user_id=user_id)


async def revoke(tx: WriteTx, id: TokenId) -> tuple[TokenId, ...]:
    """End a token; those that ended."""
    return _ids(await tx.all(int, REVOKE, id=id))


async def revoke_of_code(tx: WriteTx, code_id: int) -> tuple[TokenId, ...]:
    """End the tokens that were given for an authorization code; those that ended."""
    return _ids(await tx.all(int, REVOKE_OF_CODE, code_id=code_id))


async def revoke_of_user(tx: WriteTx, user_id: UserId) -> tuple[TokenId, ...]:
    """End all tokens and pending codes of a user; the tokens that ended."""
    await tx.run(DELETE_CODES_OF_USER, user_id=user_id)
    return _ids(await tx.all(int, REVOKE_OF_USER, user_id=user_id))


async def revoke_of_account(tx: WriteTx, account_id: AccountId) -> tuple[TokenId, ...]:
    """End all tokens and pending codes that speak for an account; the tokens that ended."""
    await tx.run(DELETE_CODES_OF_ACCOUNT, account_id=account_id)
    return _ids(await tx.all(int, REVOKE_OF_ACCOUNT, account_id=account_id))


async def revoke_of_member(tx: WriteTx, account_id: AccountId, user_id: UserId) -> tuple[TokenId, ...]:
    """End the tokens and pending codes by which a user speaks for an account; the tokens that ended."""
    await tx.run(DELETE_CODES_OF_MEMBER, account_id=account_id, user_id=user_id)
    return _ids(await tx.all(int, REVOKE_OF_MEMBER, account_id=account_id, user_id=user_id))


async def revoke_of_app(tx: WriteTx, user_id: UserId, account_id: AccountId, app_id: AppId) -> tuple[TokenId, ...]:
    """End the tokens and pending codes by which an app speaks for a user as an account; the tokens that ended."""
    of_app = {"user_id": user_id, "account_id": account_id, "app_id": app_id}
    await tx.run(DELETE_CODES_OF_APP, **of_app)
    return _ids(await tx.all(int, REVOKE_OF_APP, **of_app))


async def insert_code(tx: WriteTx, code: Code, *, hash: str) -> None:
    """Add an authorization code."""
    await tx.run(
        INSERT_CODE,
        id=code.id,
        hash=hash,
        app_id=code.app_id,
        user_id=code.user_id,
        account_id=code.account_id,
        redirect_uri=code.redirect_uri,
        scopes=code.scopes,
        challenge=code.challenge,
        expires_at=code.expires_at,
    )


async def code(tx: ReadTx, hash: str) -> Code | None:
    """The authorization code with this digest, used or not. One look into the unique index."""
    return await tx.one(Code, CODE, hash=hash)


async def use_code(tx: WriteTx, id: int, at: datetime) -> None:
    """The code was exchanged. It is kept for a while, so that a second exchange is noticed."""
    await tx.run(USE_CODE, id=id, at=at)


async def insert_session(
    tx: WriteTx, id: int, *, hash: str, user_id: UserId, user_agent: str, now: datetime, expires_at: datetime
) -> None:
    """Add a session."""
    await tx.run(
        INSERT_SESSION,
        id=id,
        hash=hash,
        user_id=user_id,
        created_at=now,
        expires_at=expires_at,
        user_agent=user_agent,
    )


async def session_user_id(tx: ReadTx, hash: str, now: datetime) -> UserId | None:
    """Whose session it is, if it lasts. One look into the unique index."""
    id = await tx.one(int, SESSION_USER_ID, hash=hash, now=now)
    return None if id is None else UserId(id)


async def sessions(tx: ReadTx, user_id: UserId, *, hash: str, now: datetime) -> list[Session]:
    """The sessions of a user that last, newest first. O(found) on the index sessions_user.

    Args:
        hash: digest of the cookie of the one that asks.
    """
    return await tx.all(Session, SESSIONS, user_id=user_id, hash=hash, now=now)


async def delete_session_of(tx: WriteTx, user_id: UserId, id: int) -> None:
    """End a session, if it is the user's."""
    await tx.run(DELETE_SESSION_OF, user_id=user_id, id=id)


async def delete_other_sessions(tx: WriteTx, user_id: UserId, hash: str) -> None:
    """End all sessions of a user but the one with this digest."""
    await tx.run(DELETE_OTHER_SESSIONS, user_id=user_id, hash=hash)


async def delete_session(tx: WriteTx, hash: str) -> None:
    """End a session."""
    await tx.run(DELETE_SESSION, hash=hash)


async def delete_sessions(tx: WriteTx, user_id: UserId) -> None:
    """End all sessions of a user."""
    await tx.run(DELETE_SESSIONS, user_id=user_id)


async def put_mail_token(
    tx: WriteTx, id: int, *, hash: str, purpose: Purpose, user_id: UserId, expires_at: datetime
) -> None:
    """Add a link; the user's earlier ones for the same purpose end."""
    await delete_mail_tokens(tx, user_id, purpose)
    await tx.run(INSERT_INTO_MAIL_TOKENS, id=id, hash=hash, purpose=purpose, user_id=user_id, expires_at=expires_at)


async def use_mail_token(tx: WriteTx, hash: str, purpose: Purpose, now: datetime) -> UserId | None:
    """Whose link it is, if it is good; it is not, from now on."""
    id = await tx.one(int, USE_MAIL_TOKENS, hash=hash, purpose=purpose, now=now)
    return None if id is None else UserId(id)


async def delete_mail_tokens(tx: WriteTx, user_id: UserId, purpose: Purpose) -> None:
    """End the user's links for a purpose."""
    await tx.run(DELETE_MAIL_TOKENS, user_id=user_id, purpose=purpose)


async def second_factor(tx: ReadTx, user_id: UserId) -> SecondFactor | None:
    """What the user's codes are made of; None if a password is enough. One look into the primary key."""
    return await tx.one(SecondFactor, SECOND_FACTOR, user_id=user_id)


async def put_second_factor(tx: WriteTx, user_id: UserId, *, secret: str, last_step: int, now: datetime) -> None:
    """Ask the user for codes from now on, made of this."""
    await tx.run(PUT_SECOND_FACTOR, user_id=user_id, secret=secret, last_step=last_step, now=now)


async def set_last_step(tx: WriteTx, user_id: UserId, last_step: int) -> None:
    """The code of this step was used."""
    await tx.run(SET_LAST_STEP, user_id=user_id, last_step=last_step)


async def delete_second_factor(tx: WriteTx, user_id: UserId) -> None:
    """Ask the user for no code any more; those written down go too."""
    await tx.run(DELETE_SECOND_FACTOR, user_id=user_id)
    await tx.run(DELETE_RECOVERY_CODES, user_id=user_id)


async def put_recovery_codes(tx: WriteTx, user_id: UserId, hashes: Sequence[str]) -> None:
    """Keep the digests of codes that are written down; earlier ones end."""
    await tx.run(DELETE_RECOVERY_CODES, user_id=user_id)
    await tx.run(INSERT_RECOVERY_CODES, user_id=user_id, hashes=hashes)


async def count_recovery_codes(tx: ReadTx, user_id: UserId) -> int:
    """How many of them are left."""
    return await tx.one(int, COUNT_RECOVERY_CODES, user_id=user_id) or 0


async def use_recovery_code(tx: WriteTx, user_id: UserId, hash: str) -> bool:
    """Whether it was one of them; it is not, from now on."""
    return bool(await tx.run(USE_RECOVERY_CODE, user_id=user_id, hash=hash))


async def insert_passkey(tx: WriteTx, passkey: Passkey) -> None:
    """Add a passkey that nobody has."""
    await tx.run(
        INSERT_PASSKEY,
        id=passkey.id,
        user_id=passkey.user_id,
        credential_id=passkey.credential_id,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        name=passkey.name,
        created_at=passkey.created_at,
    )


async def passkey(tx: ReadTx, credential_id: str) -> Passkey | None:
    """The passkey that the device calls so. One look into the unique index."""
    return await tx.one(Passkey, PASSKEY, credential_id=credential_id)


async def passkeys_of(tx: ReadTx, user_id: UserId) -> list[Passkey]:
    """The user's, newest first. O(found) on the index passkeys_user."""
    return await tx.all(Passkey, PASSKEYS_OF, user_id=user_id)


async def passkey_used(tx: WriteTx, id: int, *, sign_count: int, now: datetime) -> None:
    """The passkey signed somebody in."""
    await tx.run(PASSKEY_USED, id=id, sign_count=sign_count, now=now)


async def delete_passkey(tx: WriteTx, user_id: UserId, id: int) -> None:
    """Remove a passkey, if it is the user's."""
    await tx.run(DELETE_PASSKEY, user_id=user_id, id=id)


async def insert_challenge(
    tx: WriteTx, id: int, *, hash: str, purpose: Challenge, user_id: UserId | None, expires_at: datetime
) -> None:
    """Remember what a browser holds between two steps."""
    await tx.run(INSERT_CHALLENGE, id=id, hash=hash, purpose=purpose, user_id=user_id, expires_at=expires_at)


async def challenged(tx: ReadTx, hash: str, purpose: Challenge, now: datetime) -> UserId | None:
    """Who is between two steps with this; None if nobody is, or not any more. One look into the unique index."""
    id = await tx.one(int, CHALLENGED, hash=hash, purpose=purpose, now=now)
    return None if id is None else UserId(id)


async def use_challenge(tx: WriteTx, hash: str, purpose: Challenge, now: datetime) -> bool:
    """Whether somebody is between two steps with this; nobody is, from now on."""
    return bool(await tx.run(USE_CHALLENGE, hash=hash, purpose=purpose, now=now))


async def delete_challenge(tx: WriteTx, hash: str) -> None:
    """The second step is done."""
    await tx.run(DELETE_CHALLENGE, hash=hash)


async def forget_expired(tx: WriteTx, *, now: datetime, codes_before: datetime) -> None:
    """Remove what has expired; codes, what expired before that. O(found) on the indexes of expires_at."""
    await tx.run(FORGET_CODES, before=codes_before)
    await tx.run(FORGET_SESSIONS, now=now)
    await tx.run(FORGET_MAIL_TOKENS, now=now)
    await tx.run(FORGET_CHALLENGES, now=now)


async def insert_invitation(tx: WriteTx, invitation: Invitation) -> None:
    """Add an invitation that nobody has used."""
    await tx.run(
        INSERT_INVITATION,
        id=invitation.id,
        code=invitation.code,
        created_by=invitation.created_by,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
        max_uses=invitation.max_uses,
    )


async def invitations(tx: ReadTx, user_id: UserId) -> list[Invitation]:
    """Those a user made, newest first. O(found)."""
    return await tx.all(Invitation, INVITATIONS, user_id=user_id)


async def all_invitations(tx: ReadTx, page: Page) -> list[Invitation]:
    """A page of all invitations, newest first. O(limit) on the primary key."""
    return await paging.rows(tx, Invitation, ALL_INVITATIONS, page)


async def invitation(tx: ReadTx, id: int) -> Invitation | None:
    """One invitation. One look into the primary key."""
    return await tx.one(Invitation, INVITATION, id=id)


async def expire_invitation(tx: WriteTx, id: int, expires_at: datetime | None) -> None:
    """Keep until when an invitation is good."""
    await tx.run(EXPIRE_INVITATION, id=id, expires_at=expires_at)


async def use_invitation(tx: WriteTx, code: str, now: datetime) -> UserId | None:
    """Count one use of an invitation; whose it is. None if it does not exist, is used up, or has expired."""
    id = await tx.one(int, USE_INVITATION, code=code, now=now)
    return None if id is None else UserId(id)


def _ids(ids: list[int]) -> tuple[TokenId, ...]:
    return tuple(TokenId(id) for id in ids)
