"""Uploading, as apps do it."""

import pytest

from pinson.domain import media
from pinson.domain.media import FILM_BYTES, MediaId
from tests.lib.pictures import MAKER, PLACE, film, moving_gif, phone_film, photo
from tests.world import open_world

POST = 4_242
BOUNDARY = "a-boundary"


@pytest.fixture
async def alice(world):
    return await world.person("alice")


@pytest.fixture
def app(world, alice):
    """Alice's app."""
    return world.client(alice)


@pytest.fixture
def sent_film(program, tmp_path):
    """A short film as a phone writes it; without ffmpeg the test is skipped."""
    program("ffmpeg")
    return phone_film(tmp_path, "phone.mp4").read_bytes()


async def send(app, content=None, *, version=2, name="IMG_1234.jpg", **form):
    """Upload something; a photo unless told."""
    files = {"file": (name, photo(90, 60) if content is None else content)}
    if "thumbnail" in form:
        files["thumbnail"] = ("t.jpg", form.pop("thumbnail"))
    return await app.post(f"/api/v{version}/media", files=files, data=form)


def parts(*parts):
    """The body of a form whose parts are written by hand, and its headers."""
    body = b"".join(b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY.encode(), head, content) for head, content in parts)
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    return {"content": body + b"--%s--\r\n" % BOUNDARY.encode(), "headers": headers}


async def attach(world, person, *ids):
    """Have a post show these."""
    wanted = [MediaId(int(id)) for id in ids]
    await world.tools.db.write(media.attach, ids=wanted, account_id=person.account_id, post_id=POST)


async def test_a_photo_is_ready_at_once(app):
    answer = await send(app, photo(900, 600), description=" A room ", focus="-0.2,0.5")

    assert answer.status_code == 200
    shown = answer.json()
    assert shown["meta"] == {
        "original": {"width": 900, "height": 600, "size": "900x600", "aspect": 1.5},
        "small": {"width": 587, "height": 391, "size": "587x391", "aspect": 587 / 391},
        "focus": {"x": -0.2, "y": 0.5},
    }
    assert (shown["type"], shown["description"], len(shown["blurhash"])) == ("image", "A room", 36)
    nulls = ("remote_url", "preview_remote_url", "text_url")
    assert [shown[name] for name in nulls] == [None] * 3
    assert shown["url"].startswith("https://pinson.example/media/")


async def test_a_photo_is_shown_to_everybody_without_its_place(world, app):
    sent = photo(900, 600)
    assert PLACE in sent

    shown = (await send(app, sent)).json()

    for url in (shown["url"], shown["preview_url"]):
        answer = await world.client().get(url)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert PLACE not in answer.content
        assert MAKER not in answer.content
        assert "IMG" not in url


async def test_a_film_is_processed_while_its_app_asks(world, app, sent_film):
    taken = await send(app, sent_film, name="film.mp4", description="A day")
    path = f"/api/v1/media/{taken.json()['id']}"
    waiting = await app.get(path)
    await world.settle()
    ready = await app.get(path)

    assert (taken.status_code, waiting.status_code, ready.status_code) == (202, 206, 200)
    for one in (taken.json(), waiting.json()):
        assert (one["type"], one["url"], one["preview_url"], one["description"]) == ("video", None, None, "A day")
    shown = ready.json()
    assert shown["url"].endswith(".mp4")
    assert shown["preview_url"].endswith(".jpg")
    meta = shown["meta"]
    assert meta["length"].startswith("0:00:01.")
    assert {name: meta[name] for name in ("fps", "size", "width", "height", "aspect")} == {
        **{"fps": 24, "size": "320x180"},
        **{"width": 320, "height": 180, "aspect": 320 / 180},
    }
    assert (meta["audio_encode"], meta["audio_bitrate"], meta["audio_channels"]) == ("aac (LC)", "44100 Hz", "mono")
    assert (meta["original"]["frame_rate"], meta["original"]["width"]) == ("24/1", 320)
    assert meta["original"]["duration"] == meta["duration"] == pytest.approx(1, abs=0.1)
    assert meta["original"]["bitrate"] > 0
    assert meta["small"]["size"] == "320x180"


async def test_a_server_that_stops_finishes_the_film_when_it_starts_again(tmp_path, sent_film):
    async with open_world(tmp_path, {}) as before:
        alice = await before.person("alice")
        taken = await send(before.client(alice), sent_film)

    async with open_world(tmp_path, {}) as after:
        await after.settle()
        ready = await after.client(alice).get(f"/api/v1/media/{taken.json()['id']}")

    assert (taken.status_code, ready.status_code) == (202, 200)


async def test_the_old_route_waits(app, sent_film):
    ready = await send(app, sent_film, version=1)

    assert (ready.status_code, ready.json()["type"]) == (200, "video")
    assert ready.json()["url"].endswith(".mp4")


async def test_a_gif_that_moves_is_a_gifv(world, app, program):
    program("ffmpeg")

    taken = await send(app, moving_gif(64, 48))
    await world.settle()
    ready = (await app.get(f"/api/v1/media/{taken.json()['id']}")).json()

    assert (taken.status_code, taken.json()["type"]) == (202, "gifv")
    assert (ready["type"], ready["meta"]["size"]) == ("gifv", "64x48")
    assert "audio_encode" not in ready["meta"]


async def test_a_sound_has_no_size(world, app, program, tmp_path):
    program("ffmpeg")

    ready = (await send(app, film(tmp_path, "a.wav", size=None).read_bytes(), version=1)).json()

    assert (ready["type"], ready["preview_url"], ready["blurhash"]) == ("audio", None, None)
    assert ready["url"].endswith(".mp3")
    assert ready["meta"].keys() == {
        *("length", "duration", "audio_encode", "audio_bitrate", "audio_channels", "original"),
    }
    assert ready["meta"]["original"].keys() == {"duration", "bitrate"}


async def test_a_film_that_breaks_is_told_when_its_app_asks(world, app, program, tmp_path):
    program("ffmpeg")
    whole = film(tmp_path, "a.mp4", "-c:v", "libx264", "-movflags", "+faststart").read_bytes()
    broken = whole[: whole.index(b"mdat") + 40]

    taken = await send(app, broken)
    await world.settle()
    asked = await app.get(f"/api/v1/media/{taken.json()['id']}")
    waited = await send(app, broken, version=1)

    for answer in (asked, waited):
        assert (answer.status_code, answer.json()) == (
            422,
            {"error": "Error processing thumbnail for uploaded media"},
        )


@pytest.mark.parametrize(
    "head",
    [
        b'Content-Disposition: form-data; name="file"; filename="photo.jpg"',
        b'Content-Disposition: form-data; name="file"',
        b'Content-Disposition: form-data; name="file"\r\nContent-Type: application/octet-stream',
        b'Content-Disposition: form-data; name="file"; filename=""\r\nContent-Type: text/html',
        b"Content-Disposition: form-data; name=file; filename*=UTF-8''photo%20%C3%A9t%C3%A9.svg",
    ],
)
async def test_a_file_is_what_its_bytes_say_whatever_its_part_says(app, head):
    description = (b'Content-Disposition: form-data; name="description"', "Été".encode())

    answer = await app.post("/api/v2/media", **parts(description, (head, photo(1500, 1000))))

    assert (answer.status_code, answer.json()["type"], answer.json()["description"]) == (200, "image", "Été")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "Validation failed: File can't be blank"),
        (b"Hello", "Validation failed: File content type is invalid"),
        (b"<svg onload=alert(1)>", "Validation failed: File content type is invalid"),
        (photo()[:1000], "Validation failed: File is not a picture that can be read; it may be damaged or incomplete"),
        (photo() + bytes(16 << 20), "Validation failed: File must be smaller than 16 MB"),
    ],
    ids=["nothing", "text", "svg", "half a photo", "17 MB"],
)
async def test_what_cannot_be_taken_is_refused_in_words(app, content, error):
    answer = await send(app, content)

    assert (answer.status_code, answer.json()) == (422, {"error": error})


@pytest.mark.parametrize("request_", [{}, {"data": {"file": "text"}}, {"json": {"file": "text"}}])
async def test_a_request_without_a_file_is_refused(app, request_):
    answer = await app.post("/api/v2/media", **request_)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"focus": "left"}, "Focus must be two numbers"),
        ({"description": "x" * 10_001}, "Description is too long (maximum is 10000 characters)"),
    ],
)
async def test_what_is_said_has_bounds(app, said, error):
    answer = await send(app, **said)

    assert answer.status_code == 422
    assert error in answer.json()["error"]


async def test_what_is_said_can_be_changed_and_taken_away_until_it_is_posted(world, alice, app):
    id = (await send(app, description="A room", focus="0.1,0.2")).json()["id"]

    async def put(**sent):
        answer = await app.put(f"/api/v1/media/{id}", **sent)
        assert answer.status_code == 200, answer.text
        return answer.json()["description"], answer.json()["meta"].get("focus")

    assert await put(data={"description": "A hall"}) == ("A hall", {"x": 0.1, "y": 0.2})
    assert await put(json={"focus": "1,1"}) == ("A hall", {"x": 1.0, "y": 1.0})
    assert await put(data={"description": "", "focus": ""}) == (None, None)
    assert await put(json={"description": "Again"}) == ("Again", None)
    assert await put(json={"description": None}) == (None, None)
    await attach(world, alice, id)
    assert (await app.put(f"/api/v1/media/{id}", data={"description": "Late"})).status_code == 404


async def test_a_thumbnail_comes_with_the_file_or_later(world, app):
    with_one = (await send(app, thumbnail=photo(120, 60))).json()
    changed = (await app.put(f"/api/v1/media/{with_one['id']}", files={"thumbnail": ("t.png", photo(50, 40))})).json()

    assert (with_one["meta"]["original"]["size"], with_one["meta"]["small"]["size"]) == ("90x60", "120x60")
    assert changed["meta"]["small"]["size"] == "50x40"
    assert changed["preview_url"] != with_one["preview_url"]
    assert (await world.client().get(changed["preview_url"])).status_code == 200


async def test_only_its_uploader_finds_it_and_only_until_it_is_posted(world, alice, app):
    bob = world.client(await world.person("bob"))
    id = (await send(app)).json()["id"]
    path = f"/api/v1/media/{id}"

    for method in ("GET", "PUT", "DELETE"):
        assert (await bob.request(method, path)).status_code == 404
    assert (await app.get(path)).status_code == 200
    await attach(world, alice, id)
    assert (await app.get(path)).status_code == 404


async def test_what_was_not_posted_can_be_deleted(world, alice, app):
    loose, used = [(await send(app)).json() for _ in range(2)]
    await attach(world, alice, used["id"])

    gone = await app.delete(f"/api/v1/media/{loose['id']}")
    kept = await app.delete(f"/api/v1/media/{used['id']}")
    await world.tools.blobs.sweep(now=world.clock.now())

    assert (gone.status_code, gone.json()) == (200, {})
    assert (kept.status_code, kept.json()) == (422, {"error": "Media attachment is currently used by a status"})
    assert (await app.get(f"/api/v1/media/{loose['id']}")).status_code == 404
    assert (await world.client().get(loose["url"])).status_code == 404
    assert (await world.client().get(used["url"])).status_code == 200


@pytest.mark.parametrize("id", ["abc", "0", "-1", "9" * 25])
async def test_an_id_that_is_none_leads_nowhere(app, id):
    for method in ("GET", "PUT", "DELETE"):
        assert (await app.request(method, f"/api/v1/media/{id}")).status_code == 404


async def test_a_stranger_uploads_nothing_and_is_told_before_the_file_is_read(world):
    unread = Unread(2 << 20)

    answer = await world.client().post("/api/v2/media", content=unread, headers=unread.headers)

    assert answer.status_code == 401
    assert unread.pieces == 0


async def test_a_body_larger_than_any_file_is_refused_before_it_is_read(app):
    unread = Unread(FILM_BYTES + (40 << 20))

    answer = await app.post("/api/v2/media", content=unread, headers=unread.headers)

    assert (answer.status_code, unread.pieces) == (413, 0)


async def test_a_body_that_hides_its_size_is_refused_once_it_is_too_large(app):
    unread = Unread(FILM_BYTES + (40 << 20), length=False)

    answer = await app.post("/api/v2/media", content=unread, headers=unread.headers)

    assert answer.status_code == 413


async def test_a_form_of_texts_does_not_fill_the_memory(app):
    text = bytes(900 << 10)
    texts = [(b'Content-Disposition: form-data; name="t%d"' % number, text) for number in range(3)]

    answer = await app.post("/api/v2/media", **parts(*texts))

    assert answer.status_code == 400


@pytest.mark.parametrize("settings", [{"limits.enabled": True, "limits.uploads_per_30_minutes": 2}])
async def test_uploads_are_limited(app):
    answers = [(await send(app)).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


class Unread:
    """A body that counts what is read of it."""

    def __init__(self, size, *, length=True):
        self.pieces, self._size = 0, size
        self._head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        self.headers = {"content-type": "multipart/form-data; boundary=x"}
        if length:
            self.headers["content-length"] = str(size)

    async def __aiter__(self):
        yield self._head
        for _ in range(self._size >> 20):
            self.pieces += 1
            yield bytes(1 << 20)
