"""What is said to telephones, in the language of whoever holds them.

Called by `sending` and `answering`. Pure. What the service itself says takes one part; typography is that of
telephones, letters stay as they are.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import msgspec

from pinson.domain.alerts import NoteKind, Rhythm, Wish
from pinson.domain.moderation import Outcome
from pinson.lib import sms
from pinson.lib.errors import Refusal

LONGEST_NAME = 11
CUT = "..."


class Message(msgspec.Struct, frozen=True):
    """What a message for a telephone is made of.

    name: of the account. corrects_at: when what it corrects was said; None if it corrects nothing.
    pictures: how many it has; link: to its page, if there are any or it is to be read there.
    warning: what its author warns of: then it is read on its page alone. sells: the law asks for a way out in it.
    """

    name: str
    text: str
    corrects_at: datetime | None = None
    pictures: int = 0
    link: str = ""
    warning: str = ""
    sells: bool = False


class Speech:
    """The words of one language. number: that people write to."""

    def __init__(self, words: NullTranslations, *, lang: str, number: str, zone: str, server: str, url: str) -> None:
        self._ = words.gettext
        self.ngettext = words.ngettext
        self.lang = lang
        self._number = number
        self._zone = ZoneInfo(zone)
        self._server = server
        self._url = url

    def message(self, one: Message) -> str:
        """A message, with who says it, and what the law wants."""
        _ = self._
        text = " ".join(one.text.split())
        if one.warning:
            text = f"{one.warning} {one.link}"
        elif one.link:
            text = " ".join(
                (text, self.ngettext("Picture: %(link)s", "Pictures: %(link)s", one.pictures) % {"link": one.link})
            )
        correction = _("CORRECTION to %(time)s: %(text)s")
        says_so = text.casefold().startswith(correction.partition(" ")[0].casefold())
        if one.corrects_at is not None and not says_so:
            text = correction % {"time": self._time(one.corrects_at), "text": text}
        if not text.casefold().startswith(one.name.casefold()):
            text = _("%(name)s: %(text)s") % {"name": one.name, "text": text}
        if one.sells:
            text = f"{text} {self.way_out}"
        return sms.plain(text)

    @property
    def way_out(self) -> str:
        """How to end it, as short as it can be said."""
        return self._("STOP to %(number)s") % {"number": self._number} if self._number else "STOP"

    def digest(self, counts: Mapping[str, int], latest: Message, *, link: str) -> str:
        """What somebody missed, in one part: how much of whom, and the latest."""
        whom = ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda one: -one[1])[:4])
        text = self._("While you were away: %(whom)s. %(link)s Latest: %(text)s") % {
            "whom": whom,
            "link": link,
            "text": " ".join(latest.text.split()),
        }
        return one_part(text)

    def note(self, kind: NoteKind, data: Mapping[str, str]) -> str:
        """What the service itself says."""
        _ = self._
        match kind:
            case NoteKind.CODE:
                text = _("%(code)s is your code to receive %(topic)s by text. It works for 30 minutes.") % data
                filled = f"{text}\n@{self._url.partition('://')[2]} #{data['code']}"  # so phones fill it in themselves
                return sms.plain(filled) if sms.measure(sms.plain(filled)).parts == 1 else one_part(text)
            case NoteKind.ASK:
                text = _("Receive %(topic)s by text? Answer YES. It is free; STOP ends it.") % data
            case NoteKind.GOODBYE:
                text = _("Done: we send you no more texts. To come back: FOLLOW and a name.")
            case NoteKind.TEST:
                text = _("It works: alerts of %(server)s arrive here.") % {"server": self._server}
            case NoteKind.INVITATION:
                text = _("The news of %(topic)s by text? Answer FOLLOW %(username)s. Never again: STOP.") % data
            case NoteKind.REMINDER:
                at = datetime.fromisoformat(data["at"])
                hour = _("%(hour)s:%(minute)s") % {"hour": at.hour, "minute": f"{at.minute:02}"}
                text = _("Reminder: at %(hour)s, %(what)s.") % {"hour": hour, "what": data["what"]}
            case NoteKind.ANSWER:
                text = data["text"]
        return one_part(text)

    def consent(self, topic: str) -> str:
        """What somebody agrees to who asks by text."""
        return self._(
            "I ask by text to receive the messages of %(topic)s by text, and confirm it by answering YES. "
            "I can end it at any time by answering STOP."
        ) % {"topic": topic}

    def follows(self, topic: str, wish: Wish) -> str:
        """They receive it from now on."""
        _ = self._
        match wish.rhythm:
            case Rhythm.ALL:
                text = _("Done: you receive all messages of %(topic)s.")
            case Rhythm.DIGEST:
                text = _("Done: you receive a digest of %(topic)s once a day.")
            case Rhythm.KEY:
                text = _("Done: you receive the essential of %(topic)s.")
        return " ".join((text % {"topic": topic}, _("PAUSE holds it, STOP ends it.")))

    def left(self, topic: str) -> str:
        """They receive it no more."""
        return self._("Done: nothing more of %(topic)s. STOP alone ends all texts.") % {"topic": topic}

    def did_not_follow(self, topic: str) -> str:
        """There was nothing to end."""
        return self._("You did not follow %(topic)s. STOP alone ends all texts.") % {"topic": topic}

    def paused(self, until: datetime) -> str:
        """Nothing until then."""
        there = until.astimezone(self._zone)
        return self._("Nothing until %(day)s at %(time)s; then all in one text. RESUME: at once.") % {
            "day": f"{there.day:02}/{there.month:02}",
            "time": self._time(until),
        }

    def topic_paused(self, topic: str, name: str, until: datetime) -> str:
        """Nothing of one until then. name: as they wrote it."""
        there = until.astimezone(self._zone)
        return self._(
            "Nothing of %(topic)s until %(day)s at %(time)s; then all in one text. RESUME %(name)s: at once."
        ) % {"topic": topic, "day": f"{there.day:02}/{there.month:02}", "time": self._time(until), "name": name}

    def topic_resumed(self, topic: str) -> str:
        """Texts of one come again."""
        return self._("Done: texts of %(topic)s come again.") % {"topic": topic}

    def resumed(self) -> str:
        """Texts come again."""
        return self._("Done: texts come again.")

    def unknown(self, name: str) -> str:
        """Nobody is called so."""
        return self._("We know nobody called %(name)s. Look at the spelling, or answer HELP.") % {"name": name[:30]}

    def help(self) -> str:
        """What one can write, in one part."""
        return self._(
            "FOLLOW name, STOP name, STOP: the end of all, PAUSE 2H, RESUME, GET name: the latest, WHOIS name."
        )

    def hello(self, *, follows: Sequence[str]) -> str:
        """Good day."""
        if follows:
            return self._("You receive: %(names)s. HELP says what you can write.") % {"names": ", ".join(follows)}
        return self._("Good day from %(server)s. Write FOLLOW and a name to receive its messages.") % {
            "server": self._server
        }

    def nothing_yet(self, name: str) -> str:
        """They have not said anything."""
        return self._("%(name)s has not published anything yet.") % {"name": name}

    def who(self, name: str, note: str, link: str) -> str:
        """Who that is, in one part."""
        return one_part(f"{name} {link} {note}")

    def figures(self, name: str, *, holders: int, by_text: int) -> str:
        """How many receive one's messages."""
        return self.ngettext(
            "%(name)s: %(count)s person is alerted, %(texts)s of them by text.",
            "%(name)s: %(count)s people are alerted, %(texts)s of them by text.",
            holders,
        ) % {"name": name, "count": holders, "texts": by_text}

    def published(self, link: str) -> str:
        """What they wrote is out."""
        return self._("Published: %(link)s") % {"link": link}

    def code_missing(self) -> str:
        """They must write their digits first."""
        return self._("Nothing was published or done: write your code of four digits first.")

    def refusal(self, refusal: Refusal) -> str:
        """Why not."""
        return one_part(self._(refusal.text).format(**refusal.facts))

    def too_many_texts(self, most: int, until: datetime) -> str:
        """They write more than is read in an hour. until: when it is read again."""
        return self._("Nothing was done: %(most)s texts an hour are read from one phone. Again from %(time)s.") % {
            "most": most,
            "time": self._time(until),
        }

    def too_many_guesses(self) -> str:
        """Their digits were wrong too often."""
        return self._("Nothing was done: the code was wrong too often. Please wait an hour.")

    def nobody(self, name: str) -> str:
        """They wanted something of somebody whom we do not know: whatever it was, it stays unsaid."""
        return self._("Nothing was sent or done: we know nobody called %(name)s.") % {"name": name[:30]}

    def sent(self, name: str) -> str:
        """What they wrote to somebody is there."""
        return self._("Sent to %(name)s. Nobody else reads it.") % {"name": name}

    def one_at_a_time(self) -> str:
        """What is for one person names another."""
        return self._("Nothing was sent: a private message is for one person. Write other names without @.")

    def repeated(self, name: str, text: str) -> str:
        """They passed something on."""
        return one_part(self._("Repeated, of %(name)s: %(text)s") % {"name": name, "text": text})

    def liked(self, name: str, text: str) -> str:
        """They like something."""
        return one_part(self._("Liked, of %(name)s: %(text)s") % {"name": name, "text": text})

    def blocked(self, name: str) -> str:
        """They and somebody are kept apart."""
        return self._("Blocked: %(name)s and you see nothing of each other any more.") % {"name": name}

    def barred(self, name: str, username: str) -> str:
        """Their telephone hears no more of somebody."""
        return self._(
            "Done: nothing more of %(name)s, and no invitation from there. To come back: FOLLOW %(username)s"
        ) % {"name": name, "username": username}

    def reported(self, name: str) -> str:
        """The moderators know."""
        return self._("Thank you. The moderators will look at %(name)s.") % {"name": name}

    def say_why(self, name: str) -> str:
        """They report somebody without a word of why."""
        return self._("Say what is against the law, in one text: REPORT %(name)s, then why.") % {"name": name}

    def noticed(self, name: str, link: str) -> str:
        """The moderators know, and will answer. link: to what becomes of it, and where more can be said."""
        text = self._("Thank you. A moderator will read your report about %(name)s; the answer comes by text.")
        return with_link(text % {"name": name}, link)

    def too_many_notices(self) -> str:
        """They reported too often today."""
        where = {"url": f"{self._url}/notice"}
        return one_part(self._("Nothing was sent: you have reported much today. There is a form: %(url)s") % where)

    def notice_answered(self, name: str, outcome: Outcome, link: str) -> str:
        """What moderators decided about what they reported. link: to the reasons, and where to contest it."""
        _ = self._
        came_of_it = {
            Outcome.KEPT: _("it stays as it is"),
            Outcome.GONE: _("it is not to be seen any more"),
            Outcome.WARNED: _("it stays, its author was warned"),
            Outcome.HIDE: _("it is hidden"),
            Outcome.SENSITIVE: _("pictures are hidden"),
            Outcome.DISABLE: _("the account is closed to its owner"),
            Outcome.SILENCE: _("the account reaches its followers alone"),
            Outcome.SUSPEND: _("the account is suspended"),
        }[outcome]
        said = _("Your report about %(name)s: %(outcome)s. Reasons, and to contest it:")
        return with_link(said % {"name": name, "outcome": came_of_it}, link)

    def no_message(self, name: str) -> str:
        """There is nothing to pass on or to like."""
        return self._("%(name)s has no public message that you could repeat or like.") % {"name": name}

    def apart(self, name: str) -> str:
        """One of the two blocks the other."""
        return self._("Nothing was done: you and %(name)s are kept apart.") % {"name": name}

    def oneself(self) -> str:
        """It is their own account."""
        return self._("Nothing was done: that is your own account.")

    def not_at_present(self) -> str:
        """Their account is suspended."""
        return self._("Nothing was done: your account cannot do anything at present.")

    def not_linked(self) -> str:
        """Only who has an account can do that, with a telephone that may."""
        where = {"url": f"{self._url}/settings/posting"}
        return self._("For this, link your phone to your account and let it publish: %(url)s") % where

    def nothing_waits(self) -> str:
        """There is nothing that they could approve."""
        return self._("No message waits for your approval under this code.")

    def _time(self, moment: datetime) -> str:
        there = moment.astimezone(self._zone)
        return self._("%(hour)s:%(minute)s") % {"hour": there.hour, "minute": f"{there.minute:02}"}


def one_part(text: str) -> str:
    """As much of a text as one part takes."""
    text = sms.plain(" ".join(text.split(" ")))
    if sms.measure(text).parts <= 1:
        return text
    while text and sms.measure(text + CUT).parts > 1:
        text = text[:-1]
    return text.rstrip() + CUT


def with_link(text: str, link: str) -> str:
    """As much of a text as one part takes with a link after it, which is whole."""
    text = sms.plain(text)
    whole = f"{text} {link}"
    while text and sms.measure(whole).parts > 1:
        text = text[:-1].rstrip()
        whole = f"{text}{CUT} {link}"
    return whole


def name_of(sender: str, display_name: str, username: str) -> str:
    """What an account is called on a telephone."""
    if sender:
        return sender
    shown = " ".join(display_name.split())
    return shown if 0 < len(shown) <= 2 * LONGEST_NAME and not sms.measure(shown).outside else username
