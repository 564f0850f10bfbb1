"""Other servers, and what this one lets in from them: which are blocked, limited, or allowed by name.

Called by moderation, which decides, by the list that anyone may read, and by whatever speaks to other servers. A
block counts for the server's subdomains too.

Not here: what one account does not want to see (relations), which e-mail may sign up (access).
"""

from pinson.domain.servers.commands import allow, block, change, disallow, unblock
from pinson.domain.servers.model import ServerAllow, ServerBlock, Severity, Terms
from pinson.domain.servers.queries import allow_by_id, allows, block_by_id, blocks, effective, limited
from pinson.domain.servers.rules import BlockedAlready, DomainInvalid, ServerNotFound, host, obscured

__all__ = [
    "BlockedAlready",
    "DomainInvalid",
    "ServerAllow",
    "ServerBlock",
    "ServerNotFound",
    "Severity",
    "Terms",
    "allow",
    "allow_by_id",
    "allows",
    "block",
    "block_by_id",
    "blocks",
    "change",
    "disallow",
    "effective",
    "host",
    "limited",
    "obscured",
    "unblock",
]
