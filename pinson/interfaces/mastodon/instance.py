"""What apps ask about this server before anything else: https://docs.joinmastodon.org/methods/instance.

What is not built yet is shown as what it is, with limits of 0, so that apps do not offer it.
"""

from html import escape
from typing import Any

from babel import Locale
from starlette.responses import Response

import pinson
from pinson.domain import accounts, media, posts
from pinson.domain.posts import MOST_PINS, URL_LENGTH
from pinson.interfaces.mastodon.api import Call, Who, json
from pinson.interfaces.request import Routes
from pinson.lib import images, video
from pinson.lib.i18n import negotiate, typography

routes = Routes()

# Apps read the first version number they find as Mastodon's, and the name in brackets as ours.
VERSION = f"4.5.0 (compatible; Pinson {pinson.__version__})"
# The version of Mastodon's API that new features build on: 2 would promise grouped notifications.
API_VERSION = 1
POLICY_OF = "2026-11-24T00:00:00Z"  # when the sentences of `privacy_policy` last changed


@routes.get("/api/v2/instance", who=Who.NOBODY)
async def show(call: Call) -> Response:
    """The server, as apps of today ask: https://docs.joinmastodon.org/entities/Instance."""
    settings = call.tools.settings
    usage = await call.figures.usage(call.now)
    return json(
        {
            "domain": call.local_domain,
            "title": settings.instance.title,
            "version": VERSION,
            "source_url": "",
            "description": settings.instance.description,
            "usage": {"users": {"active_month": usage.active_month}},
            "thumbnail": {"url": _thumbnail(call), "description": ""},
            "icon": [],
            "languages": settings.instance.languages,
            "configuration": {
                **_limits(call),
                "urls": {
                    "streaming": _streaming(call),
                    "status": None,
                    "about": f"{call.base_url}/",
                    "privacy_policy": None,
                    "terms_of_service": None,
                },
                "vapid": {"public_key": call.tools.push_key},
                "translation": {"enabled": False},
                "timelines_access": {
                    feed: {"local": "public", "remote": "public"}
                    for feed in ("live_feeds", "hashtag_feeds", "trending_link_feeds")
                },
                "limited_federation": False,
            },
            "registrations": {
                "enabled": _is_open(call),
                "approval_required": settings.registration.mode == "approval",
                "reason_required": settings.registration.mode == "approval",
                "message": None,
                "min_age": None,
                "url": None,
            },
            "api_versions": {"mastodon": API_VERSION},
            "wrapstodon": None,
            "contact": {"email": settings.instance.contact_email, "account": None},
            "rules": [],
        }
    )


@routes.get("/api/v1/instance", who=Who.NOBODY)
async def show_v1(call: Call) -> Response:
    """The server, as apps asked before: https://docs.joinmastodon.org/entities/V1_Instance."""
    settings = call.tools.settings
    usage = await call.figures.usage(call.now)
    return json(
        {
            "uri": call.local_domain,
            "title": settings.instance.title,
            "short_description": settings.instance.description,
            "description": settings.instance.description,
            "email": settings.instance.contact_email,
            "version": VERSION,
            "urls": {"streaming_api": _streaming(call)},
            "stats": {"user_count": usage.accounts, "status_count": usage.posts, "domain_count": 0},
            "thumbnail": _thumbnail(call),
            "languages": settings.instance.languages,
            "registrations": _is_open(call),
            "approval_required": settings.registration.mode == "approval",
            "invites_enabled": settings.registration.mode != "closed",
            "configuration": _limits(call),
            "contact_account": None,
            "rules": [],
        }
    )


@routes.get("/api/v1/instance/rules", who=Who.NOBODY)
@routes.get("/api/v1/instance/peers", who=Who.NOBODY)
async def nothing(_call: Call) -> Response:
    """Rules cannot be written yet, and no other server is known."""
    return json([])


@routes.get("/api/v1/instance/translation_languages", who=Who.NOBODY)
async def translations(_call: Call) -> Response:
    """Into which languages posts are translated, by the language they are in: none."""
    return json({})


@routes.get("/api/v1/instance/extended_description", who=Who.NOBODY)
async def description(call: Call) -> Response:
    """What this server is for, as HTML."""
    html = posts.note_html(call.tools.settings.instance.description, base_url=call.base_url)
    return json({"updated_at": None, "content": html})


@routes.get("/api/v1/instance/privacy_policy", who=Who.NOBODY)
async def privacy_policy(call: Call) -> Response:
    """What this program does with what it is told, as HTML, in the language of whoever asks."""
    request = call.request
    lang = negotiate(request.query_params.get("lang"), None, request.headers.get("accept-language"))
    _ = call.tools.catalogs.translations(lang).gettext
    facts = (
        _("This server keeps what you give it: your profile, your posts and whom you follow."),
        _("It also keeps your e-mail address, a hash of your password, and which browsers and apps are signed in."),
        _("It does not keep the internet addresses of its visitors."),
        _(
            "Public posts are for everyone; the others are shown to those they are for, and whoever runs the server"
            " can read them."
        ),
        _("Cookies keep you signed in and remember your language; there are no others."),
        _("When you delete your account, all this is erased at once; backups keep it for as long as they are kept."),
    )
    html = "".join(f"<p>{escape(typography(fact, lang))}</p>" for fact in facts)
    return json({"updated_at": POLICY_OF, "content": html})


@routes.get("/api/v1/instance/activity", who=Who.NOBODY)
async def activity(call: Call) -> Response:
    """The last twelve weeks in figures, which are texts here. `logins` are accounts that published."""
    weeks = await call.figures.weeks(call.now)
    return json(
        [
            {
                "week": str(int(week.begins.timestamp())),
                "statuses": str(week.posts),
                "logins": str(week.authors),
                "registrations": str(week.opened),
            }
            for week in weeks
        ]
    )


@routes.get("/api/v1/instance/languages", who=Who.NOBODY)
async def languages(_call: Call) -> Response:
    """The languages that a post can be marked with: all that have a code of two letters (ISO 639-1)."""
    names = Locale("en").languages
    return json([{"code": code, "name": names[code]} for code in sorted(names) if len(code) == 2])


def _limits(call: Call) -> dict[str, Any]:
    """What may be posted. There are no polls yet."""
    return {
        "accounts": {
            "max_display_name_length": accounts.MAX_DISPLAY_NAME,
            "max_note_length": accounts.MAX_NOTE,
            "max_avatar_description_length": accounts.MAX_PICTURE_DESCRIPTION,
            "max_header_description_length": accounts.MAX_PICTURE_DESCRIPTION,
            "max_featured_tags": posts.MOST_FEATURED,
            "max_pinned_statuses": MOST_PINS,
            "max_profile_fields": accounts.MOST_FIELDS,
            "profile_field_name_limit": accounts.MAX_FIELD,
            "profile_field_value_limit": accounts.MAX_FIELD,
        },
        "statuses": {
            "max_characters": call.tools.settings.posts.max_characters,
            "max_media_attachments": media.MOST_ATTACHED,
            "characters_reserved_per_url": URL_LENGTH,
        },
        "media_attachments": {
            "description_limit": media.MOST_DESCRIPTION,
            "image_matrix_limit": images.MOST_PIXELS,
            "image_size_limit": media.IMAGE_BYTES,
            "supported_mime_types": call.tools.studio.types,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": video.MOST_PIXELS,
            "video_size_limit": media.FILM_BYTES,
        },
        "polls": {"max_options": 0, "max_characters_per_option": 0, "min_expiration": 0, "max_expiration": 0},
    }


def _is_open(call: Call) -> bool:
    """Whether anybody may ask for an account."""
    return call.tools.settings.registration.mode in ("open", "approval")


def _streaming(call: Call) -> str:
    """Where streams are: the same host."""
    return "ws" + call.base_url.removeprefix("http")  # ws for http, wss for https


def _thumbnail(call: Call) -> str:
    return f"{call.base_url}/static/header.png"
