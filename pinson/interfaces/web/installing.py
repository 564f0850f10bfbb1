"""The site as an app on a telephone or a computer: its manifest, its icons, and what stands there without a network.

A browser keeps static files and the page that says one is offline, and nothing else: no page that somebody read lies
there for the next one, nor does an old one look like a new one. What the browser runs is `static/worker.js`; push
messages arrive there.

Sources: https://www.w3.org/TR/appmanifest/, https://www.w3.org/TR/service-workers/.
"""

import asyncio
import hashlib
from typing import Any

import msgspec
from starlette.responses import Response

from pinson.domain.instance import OWN_ACCENT
from pinson.interfaces.request import Routes
from pinson.interfaces.web import theme
from pinson.interfaces.web.files import FOR_A_DAY, FOR_EVER, NoSuchFile
from pinson.interfaces.web.pages import LANGUAGES
from pinson.interfaces.web.site import Call
from pinson.lib import icons

routes = Routes()

KEPT = 3600  # seconds that a proxy may hold the manifest
OFFLINE = "/offline"
ICONS = {"180.png": (180, True), "192.png": (192, False), "512.png": (512, False), "maskable.png": (512, True)}


class OfIcon(msgspec.Struct):
    """Which icon, and the colour that whoever links it saw: what is kept for ever is of that one."""

    name: str
    accent: str = ""


@routes.get("/manifest.webmanifest")
async def manifest(call: Call) -> Response:
    """What a browser has to know to install the site: `?lang=` says in which language."""
    title = call.tools.settings.instance.title
    gettext = call.tools.catalogs.translations(call.lang).gettext
    accent = theme.light(_accent(call)).accent
    said: dict[str, Any] = {
        "id": "/",
        "name": title,
        "short_name": title,
        "description": call.tools.settings.instance.description,
        "lang": call.lang,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": theme.LIGHT[1],
        "theme_color": accent,
        "icons": [
            {
                "src": _icon(call, name),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": "maskable" if fills else "any",
            }
            for name, (size, fills) in ICONS.items()
            if name != "180.png"  # for those who look for a link in the page
        ],
        "shortcuts": [
            {"name": gettext("Write"), "url": "/write"},
            {"name": gettext("Notifications"), "url": "/notifications"},
        ],
        "share_target": {"action": "/write", "method": "GET", "params": {"text": "text", "url": "url"}},
    }
    return call.public(msgspec.json.encode(said), "application/manifest+json", kept=KEPT)


@routes.get("/icons/{name}")
async def icon(call: Call, form: OfIcon) -> Response:
    """The icon of the app, in the colour of the pages.

    Raises:
        NoSuchFile.
    """
    bird = call.files.get("bird.png")
    if form.name not in ICONS or bird is None:
        raise NoSuchFile
    size, fills = ICONS[form.name]
    accent = _accent(call)
    drawn = await asyncio.to_thread(icons.draw, bird.body, size=size, colour=theme.light(accent).accent, fills=fills)
    kept = FOR_EVER if f"#{form.accent}" == accent else FOR_A_DAY
    return Response(drawn, media_type="image/png", headers={"cache-control": kept})


@routes.get("/worker.js")
async def worker(call: Call) -> Response:
    """What a browser runs for the site beside its pages, after the addresses of what it keeps."""
    script = call.files.get("worker.js")
    assert script is not None, "it is one of our own files"
    kept = [OFFLINE, *(call.files.url(name) for name in ("site.css", "icon.svg", "offline.js"))]
    if call.tools.look.accent:
        kept.append(f"/theme.css?accent={call.tools.look.accent[1:]}")
    # the page, too: browsers look for another version when, and only when, a byte of this has changed
    version = hashlib.sha256(_offline_page(call).encode()).hexdigest()[:16]
    told = {"KEPT": kept, "VERSION": version, "KEY": call.tools.push_key}
    head = "".join(f"const {name} = {msgspec.json.encode(said).decode()}\n" for name, said in told.items())
    return call.public(head.encode() + script.body, "text/javascript", kept=0)


@routes.get(OFFLINE)
async def offline(call: Call) -> Response:
    """The page that stands there without a network, in all languages: nobody can ask for another one then."""
    return call.public(_offline_page(call).encode(), "text/html", kept=KEPT)


def _offline_page(call: Call) -> str:
    said = []
    for lang in LANGUAGES:
        call.speak(lang)
        said.append(call.piece("_offline"))
    return call.piece("offline", said=said)


def _accent(call: Call) -> str:
    return call.tools.look.accent or OWN_ACCENT


def _icon(call: Call, name: str) -> str:
    return f"/icons/{name}?accent={_accent(call)[1:]}"
