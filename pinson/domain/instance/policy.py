"""What this program does with what it is told: the same on every server, so it is written here and not by each.

Called by interfaces, which hand over the translation. Change `PRIVACY_OF` with the sentences.
"""

from collections.abc import Callable
from datetime import UTC, datetime

PRIVACY_OF = datetime(2026, 11, 27, tzinfo=UTC)  # when the sentences last changed


def privacy_policy(_: Callable[[str], str]) -> tuple[str, ...]:
    """The policy, a paragraph each.

    Args:
        _: translates a sentence into the reader's language.
    """
    return (
        _("This server keeps what you give it: your profile, your posts and whom you follow."),
        _("It also keeps your e-mail address, a hash of your password, and which browsers and apps are signed in."),
        _(
            "Of those who follow without an account it keeps the phone number, e-mail address or browser that they"
            " gave, until three days after they leave, and no longer than a week if they never confirmed it."
        ),
        _(
            "That somebody agreed, when, and to which words, is kept for three years after they leave, as a proof,"
            " with a fingerprint in place of the number or address. Whom a message has reached is kept for 72 hours."
        ),
        _(
            "Of those who report something without an account it keeps the name and the e-mail address or phone number"
            " that they gave, for moderators alone, until six months after they were answered."
        ),
        _(
            "It does not keep the internet addresses of its visitors. Those who follow its short links are counted by"
            " the hour, and on some servers by country, and nothing else is kept of them."
        ),
        _(
            "Public posts are for everyone; the others are shown to those they are for, and whoever runs the server"
            " can read them."
        ),
        _("Cookies keep you signed in and remember your language; there are no others."),
        _("When you delete your account, all this is erased at once; backups keep it for as long as they are kept."),
    )
