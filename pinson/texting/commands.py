"""What a text asks for: the words that people send to our number, in French, in English and in short.

Called by `answering`. Pure. Case, accents, punctuation and politeness around a command do not matter; whatever is no
command is `Words`, to be published or read by people. Nobody who wants silence may be misunderstood: a text that begins
with a word for it is `Stop`, and `sure` says whether it can be anything else.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from pinson.domain.alerts import Rhythm, Wish

MOST_A_WEEK = 50
LONGEST_PAUSE = timedelta(days=30)
SENTENCE = 4  # words from which on what begins like a command may be a sentence


class Follow(msgspec.Struct, frozen=True):
    """Hear of an account, a hashtag or a live event, in this way. says_how: whether they said in which rhythm."""

    name: str
    wish: Wish = Wish()
    says_how: bool = False


class Unfollow(msgspec.Struct, frozen=True):
    """Hear no more of one."""

    name: str


class Stop(msgspec.Struct, frozen=True):
    """Hear nothing any more. sure: it cannot be the beginning of a sentence."""

    sure: bool = True


class Yes(msgspec.Struct, frozen=True):
    """What we asked is right."""


class Code(msgspec.Struct, frozen=True):
    """The digits that we sent."""

    digits: str


class Approve(msgspec.Struct, frozen=True):
    """Publish what waits for it under this code."""

    code: str


class Pause(msgspec.Struct, frozen=True):
    """Hear nothing for so long, or nothing of one; None: until `Resume`."""

    span: timedelta | None = None
    name: str = ""


class Resume(msgspec.Struct, frozen=True):
    """Hear again, of all or of one."""

    name: str = ""


class Start(msgspec.Struct, frozen=True):
    """Good day."""


class Read(msgspec.Struct, frozen=True):
    """The last message of somebody."""

    name: str


class Who(msgspec.Struct, frozen=True):
    """Who is that?"""

    name: str


class Stats(msgspec.Struct, frozen=True):
    """One's figures, or those of a hashtag."""

    name: str = ""


class Direct(msgspec.Struct, frozen=True):
    """A private message."""

    name: str
    text: str
    code: str = ""


class Repeat(msgspec.Struct, frozen=True):
    """Pass on their last message."""

    name: str
    code: str = ""


class Like(msgspec.Struct, frozen=True):
    """Like their last message."""

    name: str
    code: str = ""


class Block(msgspec.Struct, frozen=True):
    """Keep somebody away."""

    name: str
    code: str = ""


class Report(msgspec.Struct, frozen=True):
    """Tell the moderators of somebody."""

    name: str
    why: str = ""
    code: str = ""


class Help(msgspec.Struct, frozen=True):
    """What can one write?"""


class Words(msgspec.Struct, frozen=True):
    """No command. code: four digits that stood before it."""

    text: str
    code: str = ""


Deed = Direct | Repeat | Like | Block | Report
"""What is done in the name of an account. code: four digits that stood before it, as before `Words`."""

Command = (
    Follow | Unfollow | Stop | Yes | Code | Approve | Pause | Resume | Start | Read | Who | Stats | Deed | Help | Words
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


POLITE = _words("svp stp please pls plz merci thanks")
# Of politeness and of nothing else: it may stand anywhere around a command.
NOISE = _words(
    "svp stp sil please pls plz merci thanks thank you s il te vous plait bonjour hello hi tout tous toutes all sms "
    "pub texto textos messages message now maintenant moi me le la les l un une des the"
)
STOP = _words("stop arret arrete arretez arreter stopper desabonner desabonnement desinscription unsubscribe")
STOP_ALONE = _words("quit end cancel stopall desabonnez")  # words that sentences begin with
UNFOLLOW = _words("off leave unfollow quitter")
FOLLOW = _words("suivre suis follow subscribe abonner abonnement join")
FOLLOW_SHORT = _words("s f on")
YES = _words("oui yes ok o y ouais confirmer confirme confirm daccord")
START = _words("bonjour start signup salut hello inscription")
RESUME_ONE = _words("reprise reprendre resume")
RESUME = RESUME_ONE | _words("on")
HELP = _words("aide help info infos ?")
RHYTHMS = {
    **dict.fromkeys(("cles", "cle", "key", "keys", "essentiel", "essential", "moments"), Rhythm.KEY),
    **dict.fromkeys(("resume", "digest", "summary", "recap"), Rhythm.DIGEST),
    **dict.fromkeys(("tout", "all", "everything"), Rhythm.ALL),
}
_SPAN = re.compile(r"(\d{1,3})(min|minutes?|mn|m|h|heures?|hours?|j|jours?|d|days?)")
_SPLIT_SPAN = re.compile(r"\b(\d{1,3})\s+(?=(?:min|minutes?|mn|m|h|heures?|hours?|j|jours?|d|days?)\b)", re.I)
_AROUND = _words("pour for de of")  # what may stand around whom, and for how long
_EDGES = re.compile(r"^[\s.,;:!…\"'()«»“”’*_-]+|[\s.,;:!?…\"'()«»“”’*_-]+$")


def parse(text: str) -> Command:
    """What a text asks for."""
    said = " ".join(text.split())
    words = said.split(" ")
    folded = [folded for word in words if (folded := fold(word))]
    core = [word for word in folded if word not in NOISE]
    if not folded:
        return Help() if "?" in said else Words(text.strip())
    stop = _stop(core)
    if stop is not None:
        return stop
    if re.fullmatch(r"\d{6}", "".join(folded)):
        return Code("".join(folded))
    if len(folded) == 2 and folded[0] in YES and re.fullmatch(r"\d{4}", folded[1]):
        return Approve(folded[1])
    if len(core) == 1 and core[0] in YES and len(folded) <= 3:
        return Yes()
    alone = folded if len(folded) == 1 else core
    if len(alone) == 1 and len(folded) <= 3:
        for names, command in ((RESUME, Resume()), (HELP, Help()), (START, Start())):
            if alone[0] in names:
                return command
    if all(word in START | NOISE for word in folded) and any(word in START for word in folded):
        return Start()
    named = _named(words, folded)
    if named is not None:
        return named
    code, _, rest = said.partition(" ")
    if re.fullmatch(r"\d{4}", code) and rest:
        deed = _named(words[1:], folded[1:]) if len(folded) > 1 else None
        if isinstance(deed, Deed):
            return msgspec.structs.replace(deed, code=code)
        return Words(text.strip()[4:].strip(), code)
    return Words(text.strip())


def fold(word: str) -> str:
    """A word without case, accents, or what stands around it; a hash or an at stays before a name."""
    bare = _EDGES.sub("", word) or ("?" if word == "?" else "")
    plain = unicodedata.normalize("NFKD", bare.casefold().replace("œ", "oe"))
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("’", "").replace("'", "")


def is_sentence(text: str) -> bool:
    """Whether a text is long enough to be meant for others, whatever it begins with."""
    return len(text.split()) >= SENTENCE


def _stop(core: Sequence[str]) -> Command | None:
    if not core:
        return None
    if len(core) == 1 and core[0] in STOP | STOP_ALONE:
        return Stop()
    if core[0] in STOP:
        return Unfollow(core[1]) if len(core) == 2 else Stop(sure=False)
    if len(core) <= 3 and core[-1] in STOP:  # "je veux arreter"
        return Stop(sure=len(core) == 1)
    return None


def _named(words: Sequence[str], folded: Sequence[str]) -> Command | None:
    """A command that names somebody, or takes a time."""
    verb, rest = folded[0], list(folded[1:])
    if verb == "pause":
        return _pause(rest)
    if not rest:
        return Pause() if verb == "off" else Stats() if verb in ("stats", "stat") else None
    name = rest[0]
    if verb in FOLLOW or (verb in FOLLOW_SHORT and len(rest) <= 3):
        return _follow(rest, loose=verb in FOLLOW)
    one: dict[str, Callable[[str], Command]] = {
        **dict.fromkeys(UNFOLLOW, Unfollow),
        **dict.fromkeys(("lire", "get", "g"), Read),
        **dict.fromkeys(("qui", "whois", "who", "w"), Who),
        **dict.fromkeys(("stats", "stat"), Stats),
        **dict.fromkeys(RESUME_ONE, Resume),
        "rt": Repeat,
        **dict.fromkeys(("fav", "like"), Like),
        # a word is followed as a hashtag is: what people watch for is written with one
        **dict.fromkeys(("alerte", "track"), lambda word: Follow(f"#{word.removeprefix('#')}", Wish(Rhythm.ALL), True)),
        **dict.fromkeys(("bloquer", "block"), Block),
    }
    if verb in one and all(word in POLITE for word in rest[1:]):
        return one[verb](name)
    tail = " ".join(words[2:])
    if verb in ("mp", "d", "dm", "m") and tail:
        return Direct(name, tail)
    if verb in ("signaler", "report"):
        return Report(name, tail)
    return None


def _follow(rest: list[str], *, loose: bool) -> Follow | None:
    """Whom to follow, and how, in any order after the name."""
    wanted = [word for word in rest if word not in ("le", "la", "les", "l", "the", "a", "to")] if loose else rest
    if not wanted:
        return None
    wish = Wish()
    for option in wanted[1:]:
        if option in RHYTHMS:
            wish = msgspec.structs.replace(wish, rhythm=RHYTHMS[option])
        elif option.isdecimal() and 1 <= int(option) <= MOST_A_WEEK:
            wish = msgspec.structs.replace(wish, per_week=int(option))
        elif option not in NOISE:
            return None
    return Follow(wanted[0], wish, not RHYTHMS.keys().isdisjoint(wanted[1:]))


def _pause(rest: list[str]) -> Pause | None:
    """For how long, and of whom if not of all."""
    said = _SPLIT_SPAN.sub(r"\1", " ".join(rest)).split(" ") if rest else []
    found = next((one for word in said if (one := _SPAN.fullmatch(word))), None)
    others = [word for word in said if not _SPAN.fullmatch(word) and word not in NOISE | _AROUND]
    if len(others) > 1 or len(rest) > SENTENCE:
        return None
    name = others[0] if others else ""
    if found is None:
        return Pause(name=name)
    amount, unit = int(found[1]), found[2]
    if unit.startswith("m"):
        span = timedelta(minutes=amount)
    elif unit.startswith("h"):
        span = timedelta(hours=amount)
    else:
        span = timedelta(days=amount)
    return Pause(min(span, LONGEST_PAUSE), name)
