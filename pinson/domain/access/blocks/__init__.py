"""Who may not sign up, or not even come near: by e-mail domain, by e-mail address, by network.

Called by the rest of `access` when somebody signs up, by the dispatcher of requests (`IpBlocks`), and by
moderation, which decides. An address that somebody must not use is kept as a hash of its canonical form.

Not here: accounts and users that exist (accounts, access); other servers (servers).
"""

from pinson.domain.access.blocks.commands import (
    allow_email,
    allow_email_domain,
    allow_email_of,
    block_email,
    block_email_domain,
    block_email_of,
    block_network,
    change_network,
    forget_expired,
    judge,
    note_attempt,
    unblock_network,
)
from pinson.domain.access.blocks.facts import NetworkBlocked, NetworkUnblocked
from pinson.domain.access.blocks.model import (
    AttemptsOn,
    EmailBlock,
    EmailDomainBlock,
    NetworkBlock,
    NetworkSeverity,
    NetworkTerms,
    Verdict,
)
from pinson.domain.access.blocks.queries import (
    attempts,
    email_block,
    email_blocks,
    email_blocks_of,
    email_domain_block,
    email_domain_blocks,
    network_block,
    network_blocks,
)
from pinson.domain.access.blocks.rules import (
    BlockNotFound,
    EmailBlocked,
    EmailDomainInvalid,
    HashInvalid,
    NetworkBlockedAlready,
    NetworkInvalid,
    OwnNetwork,
    SignUpBlocked,
    canonical,
)
from pinson.domain.access.blocks.view import IpBlocks

__all__ = [
    "AttemptsOn",
    "BlockNotFound",
    "EmailBlock",
    "EmailBlocked",
    "EmailDomainBlock",
    "EmailDomainInvalid",
    "HashInvalid",
    "IpBlocks",
    "NetworkBlock",
    "NetworkBlocked",
    "NetworkBlockedAlready",
    "NetworkInvalid",
    "NetworkSeverity",
    "NetworkTerms",
    "NetworkUnblocked",
    "OwnNetwork",
    "SignUpBlocked",
    "Verdict",
    "allow_email",
    "allow_email_domain",
    "allow_email_of",
    "attempts",
    "block_email",
    "block_email_domain",
    "block_email_of",
    "block_network",
    "canonical",
    "change_network",
    "email_block",
    "email_blocks",
    "email_blocks_of",
    "email_domain_block",
    "email_domain_blocks",
    "forget_expired",
    "judge",
    "network_block",
    "network_blocks",
    "note_attempt",
    "unblock_network",
]
