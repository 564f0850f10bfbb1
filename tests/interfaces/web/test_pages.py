"""What holds for every page: headers, language, markup that nobody's words can leave."""

import re
import sqlite3

import pytest

from pinson.interfaces.web.pages import SHEETS, STATIC, Files
from tests.interfaces.web.visitor import CALLBACK

PAGES = [
    "/",
    "/auth/sign_in",
    "/auth/sign_out",
    "/auth/sign_up",
    "/auth/confirm?token=x",
    "/auth/confirmation",
    "/auth/password",
    "/auth/password/edit?token=x",
    "/oauth/authorize/native?code=" + "x" * 43,
    "/oauth/authorize",
    "/nowhere",
]
# If a template were made of it, the product would stand there: long enough to be in no key and no port by chance.
EVIL = '"><script>alert(1)</script><b onmouseover="x">{{7777*7777}}</b>'
RUN = str(7777 * 7777)


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_can_be_framed_kept_or_made_to_run_a_strangers_script(visitor, path):
    page = await visitor.open(path)

    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    if path == "/":  # the same for all strangers: a proxy may hold it
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "public, max-age=0, s-maxage=10, must-revalidate"
    else:
        assert page.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in page.headers


@pytest.mark.parametrize("path", PAGES)
async def test_markup_keeps_to_the_policy(visitor, path):
    page = await visitor.open(path)

    assert not re.search(
        r"<script(?! type=\"module\" src=\"/static/)|<style|\sstyle=|\son\w+=|javascript:|https?://(?!pinson)",
        page.html,
    )


async def test_only_pages_that_lead_to_an_app_let_forms_leave(world, visitor, app, request_of):
    await world.person("alice")
    sign_in = await visitor.open(request_of(app))
    consent = await visitor.send(sign_in, login="alice", password="correct horse")

    for page in (sign_in, consent):
        assert "form-action" not in page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("lang", ["en", "fr"])
async def test_strangers_words_stay_words(world, visitor, register, request_of, lang):
    app = await register(name=EVIL[:60], website='https://elk.example/"><script>x</script>')
    await world.person("alice", display_name=EVIL)
    await visitor.sign_in("alice")
    pages = [
        await visitor.open(f"/?lang={lang}"),
        await visitor.open(request_of(app)),
        await visitor.send(await visitor.open("/auth/password"), email=EVIL),
        await visitor.send(await visitor.open("/auth/sign_in"), login=EVIL, password="x"),
        await visitor.open(f"/auth/sign_up?invite_code={EVIL}&username={EVIL}&email={EVIL}&reason={EVIL}"),
        await visitor.open(f"/auth/confirm?token={EVIL}"),
        await visitor.open(f"/nowhere/{EVIL}?{EVIL}"),
    ]

    for page in pages:
        assert not re.search(r"<script(?! type=\"module\" src=\"/static/)|<b\s", page.html)
        assert RUN not in page.text
    assert EVIL in pages[0].text
    assert EVIL[:60] in pages[1].text


async def test_what_a_client_registers_as_its_site_cannot_be_a_script(register, world):
    form = {"client_name": "Elk", "redirect_uris": CALLBACK, "website": "javascript:alert(1)"}

    answer = await world.client().post("/api/v1/apps", data=form)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("path", "accepts", "spoken"),
    [
        ("/", "fr-FR,fr;q=0.9,en;q=0.5", "fr"),
        ("/", "en-GB", "en"),
        ("/", "de", "en"),
        ("/?lang=fr", "en", "fr"),
        ("/?lang=en-GB", "fr", "en"),
        ("/?lang=xx", "fr", "fr"),
    ],
)
async def test_the_language_is_the_one_asked_for(visitor, path, accepts, spoken):
    page = await visitor.open(path, **{"accept-language": accepts})

    assert f'<html lang="{spoken}">' in page.html
    assert ("Écrivez une fois." if spoken == "fr" else "Write once.") in page.text


async def test_a_chosen_language_is_remembered(visitor):
    await visitor.open("/?lang=fr")
    assert '<html lang="fr">' in (await visitor.open("/auth/sign_in")).html

    await visitor.open("/auth/sign_in?lang=en")
    assert '<html lang="en">' in (await visitor.open("/")).html


async def test_a_language_that_is_not_ours_is_not_remembered(visitor):
    await visitor.open("/?lang=xx")

    assert "lang" not in visitor.client.cookies


async def test_the_switch_keeps_the_question(visitor):
    page = await visitor.open("/auth/sign_in?next=/oauth/authorize%3Fa%3D1%26b%3D2&lang=en")

    assert "/auth/sign_in?next=%2Foauth%2Fauthorize%3Fa%3D1%26b%3D2&lang=fr" in page.links
    french = await visitor.open(page.links[[link.endswith("lang=fr") for link in page.links].index(True)])
    assert french.forms[0].action == "/auth/sign_in?next=%2Foauth%2Fauthorize%3Fa%3D1%26b%3D2"


async def test_the_switch_of_a_mistyped_address_leads_nowhere_else(visitor):
    page = await visitor.open("https://pinson.example//evil.example/")

    assert page.status == 404
    assert [link for link in page.links if link.startswith("//")] == []


async def test_french_has_its_spaces(visitor):
    page = await visitor.open("/auth/confirmation?lang=fr")

    assert not re.search(r"\w[:;?!](\s|$)", page.text)
    assert "\u202f" in (await visitor.open("/auth/sign_up?lang=fr")).text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/auth/sign_in", 405)])
async def test_what_is_not_there_is_answered_by_a_page(visitor, method, path, status):
    answer = await visitor.client.request(method, path, headers={"accept-language": "fr"})

    assert answer.status_code == status
    assert "Page d’accueil" in answer.text


async def test_a_mistake_of_ours_is_a_page_that_tells_nothing(world, visitor):
    with sqlite3.connect(world.folder / "pinson.db") as outsider:
        outsider.execute("DROP TABLE sessions")

    answer = await visitor.client.get("/", headers={"cookie": "__Host-session=x"})

    assert answer.status_code == 500
    assert "We made a mistake" in answer.text
    assert "sessions" not in answer.text


async def test_the_front_door_says_how_to_connect_an_app(visitor):
    page = await visitor.open("/")

    assert "pinson.example" in page.text
    assert {"/auth/sign_in", "/auth/sign_up"} <= set(page.links)


async def test_a_file_is_kept_for_ever_under_the_address_of_its_version(visitor):
    page = await visitor.open("/")
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.html)

    answer = await visitor.client.get(sheet)
    again = await visitor.client.get(sheet, headers={"if-none-match": answer.headers["etag"]})
    bare = await visitor.client.get("/static/site.css", headers={"if-none-match": f'W/{answer.headers["etag"]}, "x"'})

    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert (again.status_code, again.content) == (304, b"")
    assert (bare.status_code, "immutable" in bare.headers["cache-control"]) == (304, False)


def test_every_sheet_is_part_of_the_one_that_pages_load():
    sheets = {path.stem for path in (STATIC / "styles").iterdir()}

    style = Files.load(STATIC).get("site.css").body.decode()

    assert sheets == set(SHEETS)
    starts = [style.index((STATIC / "styles" / f"{name}.css").read_text(encoding="utf-8")) for name in SHEETS]
    assert starts == sorted(starts)


def test_a_page_with_a_sheet_of_its_own_calls_nothing_by_a_name_that_all_pages_use():
    def names(sheet):
        return set(re.findall(r"(?m)^\.([\w-]+)(?: {|,$)", sheet))

    common = names(Files.load(STATIC).get("site.css").body.decode())

    for sheet in ("write.css", "proofs.css"):
        assert names((STATIC / sheet).read_text(encoding="utf-8")) & common == set(), sheet


async def test_public_pages_wait_for_one_sheet_only_and_weigh_little_script(world, visitor):
    alice = await world.person("alice")
    post_id = (await world.publish(alice, "Bonjour")).id
    pages = [
        "/",
        "/explore",
        "/search",
        "/@alice",
        f"/@alice/{post_id}",
        "/@alice/media",
        "/auth/sign_in",
        "/auth/sign_up",
    ]

    for path in pages:
        html = (await visitor.open(path)).html
        assert re.findall(r'<link rel="stylesheet" href="/static/([^?"]+)', html) == ["site.css"], path
        assert "@import" not in html
        scripts = re.findall(r"<script [^>]*>", html)
        assert all('type="module"' in script or 'type="application/ld+json"' in script for script in scripts), path
        sources = re.findall(r'<script type="module" src="([^"]+)"', html)
        weight = sum([len((await visitor.client.get(source)).content) for source in sources])
        assert sources
        assert weight <= 60_000, path


@pytest.mark.parametrize(("name", "size"), [("avatar.png", (400, 400)), ("header.png", (1500, 500))])
async def test_default_pictures_are_there_and_small(visitor, name, size):
    answer = await visitor.client.get(f"/static/{name}")

    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert (int.from_bytes(answer.content[16:20]), int.from_bytes(answer.content[20:24])) == size
    assert len(answer.content) < 10_000


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py",
        "/static/..%2fsite.py",
        "/static/%2e%2e%2f%2e%2e%2fsite.py",
        "/static/.",
        "/static/",
        "/static",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/site.css%00",
    ],
)
async def test_nothing_else_can_be_fetched(visitor, path):
    answer = await visitor.client.get(path)

    assert answer.status_code == 404
    assert "import" not in answer.text
