"""SQL of the keys of readers' browsers."""

from datetime import datetime

from pinson.domain.alerts.model import ReaderId
from pinson.lib.db import ReadTx, WriteTx

OWNS = ("reader_keys",)

INSERT = "INSERT INTO reader_keys (digest, reader_id, given_at) VALUES (:digest, :reader_id, :now)"
READER_ID = "SELECT reader_id FROM reader_keys WHERE digest = :digest"
DELETE_OLD = "DELETE FROM reader_keys WHERE given_at <= :until"


async def insert(tx: WriteTx, digest: bytes, reader_id: ReaderId, *, now: datetime) -> None:
    """Add a key."""
    await tx.run(INSERT, digest=digest, reader_id=reader_id, now=now)


async def reader_id(tx: ReadTx, digest: bytes) -> ReaderId | None:
    """Whose key it is."""
    return await tx.one(ReaderId, READER_ID, digest=digest)


async def delete_old(tx: WriteTx, *, until: datetime) -> None:
    """Remove keys that were given before a moment."""
    await tx.run(DELETE_OLD, until=until)
