"""What moderators and administrators do through the API: one module for each page of its documentation.

What all of them share is in `desk.py`. Moderators look after accounts, reports and figures; what is let in at all is
for administrators, as the permissions of their roles say (profile.py).

Source: https://docs.joinmastodon.org/methods/admin
"""

from pinson.interfaces.mastodon.admin import (
    accounts,
    canonical_email_blocks,
    dimensions,
    domain_allows,
    domain_blocks,
    email_domain_blocks,
    ip_blocks,
    measures,
    reports,
    retention,
    tags,
    trends,
)

MODULES = (
    accounts,
    canonical_email_blocks,
    dimensions,
    domain_allows,
    domain_blocks,
    email_domain_blocks,
    ip_blocks,
    measures,
    reports,
    retention,
    tags,
    trends,
)

__all__ = ["MODULES"]
