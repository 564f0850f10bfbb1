"""The organisation chooses the colour of its pages."""

from pathlib import Path

from pinson.domain.access import UserRole
from pinson.domain.instance import OWN_ACCENT
from pinson.interfaces.web import theme
from tests.interfaces.web.visitor import Visitor

SHEET = Path(theme.__file__).parent / "static" / "styles" / "colours.css"


async def test_a_colour_is_tried_kept_seen_by_everybody_and_taken_back(world):
    await world.person("root", role=UserRole.ADMIN)
    root, stranger = Visitor(world), Visitor(world)
    await root.sign_in("root")

    tried = await root.open("/operator/look?accent=%23FFCC00")
    assert "/theme.css?accent=ffcc00" in tried.html
    assert "Made darker" in tried.text
    assert "theme.css" not in (await stranger.open("/about")).html

    await root.send(tried, form=-1, button=("do", "keep"))
    page = await stranger.open("/about")
    assert "/theme.css?accent=ffcc00" in page.html
    sheet = await stranger.client.get("/theme.css?accent=ffcc00")
    assert sheet.headers["content-type"].startswith("text/css")
    assert f"--accent: {theme.light('#ffcc00').accent};" in sheet.text
    assert "chose the colour of the pages" in (await root.open("/moderation/register")).text

    await root.send(await root.open("/operator/look"), form=-1, button=("do", "reset"))
    assert "theme.css" not in (await stranger.open("/about")).html


async def test_what_is_no_colour_is_refused_and_only_administrators_choose(world):
    await world.person("root", role=UserRole.ADMIN)
    await world.person("mona", role=UserRole.MODERATOR)
    root, mona = Visitor(world), Visitor(world)
    await root.sign_in("root")
    await mona.sign_in("mona")
    page = await root.open("/operator/look")

    for wrong in ("red", "#12345", "#1234567", "}*{"):
        assert (await root.send(page, form=-1, accent=wrong, button=("do", "keep"))).status == 422
        assert (await root.client.get("/theme.css", params={"accent": wrong})).status_code == 422
    assert (await mona.open("/operator/look")).status == 404


def test_the_grounds_that_a_colour_is_held_against_are_those_of_the_style_sheet():
    light, dark = SHEET.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")[:2]
    for sheet, grounds, text in ((light, theme.LIGHT, theme.LIGHT_TEXT), (dark, theme.DARK, theme.DARK_TEXT)):
        assert f"--surface: {grounds[0]};" in sheet
        assert f"--ground: {grounds[1]};" in sheet
        assert f"--text: {text};" in sheet
    assert f"--accent: {OWN_ACCENT};" in light
