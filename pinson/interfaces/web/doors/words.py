"""The very words that somebody reads before they agree to be reached: the register keeps them as they stood."""

from pinson.domain.alerts import Wording
from pinson.domain.deliveries import Channel
from pinson.domain.relations.model import TopicKind
from pinson.interfaces.web.doors.followed import Followed
from pinson.interfaces.web.site import Call


def wording(call: Call, about: Followed, channel: Channel) -> Wording:
    """What one agrees to by this door."""
    _ = call.tools.catalogs.translations(call.lang).gettext
    if about.kind is TopicKind.MOMENT:
        match channel:
            case Channel.SMS:
                text = _("I agree to be reminded of %(name)s, once and 5 minutes before, by SMS at this number.")
            case Channel.EMAIL:
                text = _("I agree to be reminded of %(name)s, once and 5 minutes before, by e-mail at this address.")
            case _:
                text = _("I agree to be reminded of %(name)s, once and 5 minutes before, in this browser.")
        return Wording(call.lang, text % {"name": about.name})
    match channel, about.publisher.commercial:
        case Channel.SMS, False:
            text = _(
                "I agree to get the messages of %(name)s by SMS at this number. I can stop at any time: answer STOP."
            )
        case Channel.SMS, True:
            text = _(
                "I agree to get the messages of %(name)s, offers included, by SMS at this number. I can stop at any "
                "time: answer STOP."
            )
        case Channel.EMAIL, False:
            text = _(
                "I agree to get the messages of %(name)s by e-mail at this address. I can stop at any time, by a link "
                "in each letter."
            )
        case Channel.EMAIL, True:
            text = _(
                "I agree to get the messages of %(name)s, offers included, by e-mail at this address. I can stop at "
                "any time, by a link in each letter."
            )
        case _, False:
            text = _("I agree to get the messages of %(name)s in this browser. I can stop at any time, here.")
        case _:
            text = _(
                "I agree to get the messages of %(name)s, offers included, in this browser. I can stop at any time, "
                "here."
            )
    return Wording(call.lang, text % {"name": about.name})
