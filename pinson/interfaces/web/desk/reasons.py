"""Reasons that moderators give again and again, in every language of ours, and for which decisions.

Pure. Each is a beginning: whoever decides reads it, and says what it is about.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from pinson.domain.moderation import Sanction

EVERY = frozenset(Sanction)
LIMITING = EVERY - {Sanction.SENSITIVE}
OF_POSTS = frozenset({Sanction.HIDE})


class Ready(msgspec.Struct, frozen=True):
    """A reason. label, meaning: for the moderator; said: what the person reads, in their language."""

    key: str
    label: str
    meaning: str
    said: str


def ready(action: Sanction, *, theirs: Callable[[str], str], ours: Callable[[str], str]) -> Sequence[Ready]:
    """The reasons that fit a decision.

    Args:
        theirs, ours: translate into the language of the person, and of the moderator.
    """
    labels, meant, said = _labels(ours), _texts(ours), _texts(theirs)
    return [Ready(key, labels[key], meant[key], said[key]) for key, fits in FITS.items() if action in fits]


FITS: Mapping[str, frozenset[Sanction]] = {
    "advertising": LIMITING,
    "insults": LIMITING,
    "hatred": LIMITING,
    "privacy": LIMITING,
    "impersonation": LIMITING - {Sanction.SILENCE} - OF_POSTS,
    "false": LIMITING,
    "pictures": frozenset({Sanction.NONE, Sanction.HIDE, Sanction.SENSITIVE, Sanction.SILENCE}),
    "copied": LIMITING,
    "hacked": frozenset({Sanction.NONE, Sanction.DISABLE}),
}


def _labels(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "advertising": _("Unwanted advertising"),
        "insults": _("Insults or harassment"),
        "hatred": _("Calls to hatred or violence"),
        "privacy": _("Somebody’s private life"),
        "impersonation": _("Passing for somebody else"),
        "false": _("False information that can do harm"),
        "pictures": _("Shocking pictures without a warning"),
        "copied": _("Works of others without their consent"),
        "hacked": _("Account in the hands of somebody else"),
    }


def _texts(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "advertising": _("Your account publishes advertising that nobody here asked for."),
        "insults": _("Posts of your account insult or harass somebody."),
        "hatred": _("Posts of your account call to hatred or violence against people. The law forbids it."),
        "privacy": _("Posts of your account disclose somebody’s private life or address without their consent."),
        "impersonation": _("Your account passes for a person or an organisation that it is not."),
        "false": _("Posts of your account spread false information that can do harm."),
        "pictures": _("Your account shows pictures that can shock, without a warning in front of them."),
        "copied": _("Your account publishes works of others without their consent."),
        "hacked": _("Your account seems to be in the hands of somebody else. Write to us, and you will get it back."),
    }
