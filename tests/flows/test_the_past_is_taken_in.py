"""What somebody published elsewhere comes here with its dates and pictures, and is news for nobody."""

import io
import json
import time
import zipfile
from datetime import timedelta

import pytest

from pinson import importing
from pinson.domain import accounts, intakes
from pinson.domain.intakes import IntakeGoesOn
from pinson.importing.reading import MOST_VALUES, ArchiveTooLarge, plain, read
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import photo

NS = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
async def ana(world):
    return await world.person("ana")


@pytest.fixture
async def visitor(world, ana):
    """Ana's browser."""
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return visitor


def packed(**files):
    """A zip with these files; `__` stands for a slash, and what is no bytes becomes JSON."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes) else json.dumps(content))
    return made.getvalue()


def tweet(id, text, at="Tue Mar 30 08:40:00 +0000 2010", **more):
    return {"tweet": {"id_str": str(id), "full_text": text, "created_at": at, "lang": "en", **more}}


def twitter(*tweets, **files):
    return packed(**{"data/tweets.js": b"window.YTD.tweets.part0 = " + json.dumps(tweets).encode(), **files})


def note(number, content, **more):
    object = {
        "id": f"https://there.example/users/ana/statuses/{number}",
        "type": "Note",
        "published": f"2019-05-01T10:00:0{number}Z",
        "to": [NS],
        "cc": [],
        "content": content,
        **more,
    }
    return {"type": "Create", "published": object["published"], "object": object}


def mastodon(*items, **files):
    return packed(**{"outbox.json": {"type": "OrderedCollection", "orderedItems": items}, **files})


def saved(folder, archive):
    path = folder / "archive.zip"
    path.write_bytes(archive)
    return path


async def send(visitor, archive, *, visibility="unlisted"):
    page = await visitor.open("/settings/past")
    fields = next(form.fields for form in page.forms if form.action == "/settings/past")
    answer = await visitor.client.post(
        "/settings/past", data={**fields, "visibility": visibility}, files={"archive": ("a.zip", archive)}
    )
    await visitor.world.settle()
    return answer


async def statuses(world, person):
    """What their own app shows, oldest first."""
    answer = await world.client(person).get(f"/api/v1/accounts/{person.id}/statuses")
    return answer.json()[::-1]


def text_of(status):
    return importing.reading.plain(status["content"])


async def test_a_twitter_archive_comes_with_its_dates_pictures_and_addresses(world, ana, visitor):
    ben = await world.person("ben")
    await world.follow(ben, ana)
    archive = twitter(
        tweet(
            12,
            "See &amp; hear http://t.co/abc http://t.co/pic",
            "Tue Mar 30 11:06:00 +0000 2010",
            in_reply_to_status_id_str="11",
            entities={"urls": [{"url": "http://t.co/abc", "expanded_url": "https://cern.example/live"}]},
            extended_entities={
                "media": [{"url": "http://t.co/pic", "media_url_https": "https://pbs.example/m/Xy.jpg"}]
            },
        ),
        tweet(11, "C'est parti, @ben ! #LHC"),
        tweet(10, "RT @other: their words"),
        **{"data/tweets_media/12-Xy.jpg": photo(80, 60)},
    )

    answer = await send(visitor, archive, visibility="public")

    assert answer.headers["location"] == "/settings/past?sent=1"
    first, second = await statuses(world, ana)
    assert [one["created_at"] for one in (first, second)] == ["2010-03-30T08:40:00.000Z", "2010-03-30T11:06:00.000Z"]
    assert text_of(first) == "C'est parti, @ben@twitter.com ! #LHC"
    assert first["mentions"] == []  # nobody here is taken for somebody there
    assert text_of(second) == "See & hear https://cern.example/live"
    assert second["in_reply_to_id"] == first["id"]
    assert second["media_attachments"][0]["meta"]["original"]["width"] == 80
    assert second["visibility"] == "public"
    assert (await world.client(ben).get("/api/v1/notifications")).json()[1:] == []  # but the follow
    assert "2 messages were brought here." in (await visitor.open("/settings/past")).text
    day = (await visitor.open("/@ana/2010-03-30")).text
    assert "C'est parti" in day or "C’est parti" in day


async def test_the_archives_of_before_2018_are_read_too(world, ana, visitor):
    old = [{"id_str": "5", "text": "Hello", "created_at": "2009-01-02 03:04:05 +0100"}]
    archive = packed(**{"data/js/tweets/2009_01.js": b"Grailbird.data.tweets_2009_01 =\n" + json.dumps(old).encode()})

    await send(visitor, archive)

    [one] = await statuses(world, ana)
    assert (one["created_at"], text_of(one)) == ("2009-01-02T02:04:05.000Z", "Hello")


async def test_a_mastodon_archive_keeps_threads_warnings_and_who_sees_what(world, ana, visitor):
    picture = {"type": "Document", "url": "/media_attachments/files/1/b.jpg", "name": "A bird"}
    html = (
        '<p>Hi <span class="h-card"><a href="https://far.example/@bo" class="u-url mention">@<span>bo</span></a></span>'
        '<br>see <a href="https://x.example/a/b"><span class="invisible">https://</span><span>x.example</span>'
        '<span class="invisible">/a/b</span></a> <a href="https://there.example/tags/tea" class="mention hashtag">#'
        "<span>tea</span></a> &lt;3</p><p>Bye</p>"
    )
    archive = mastodon(
        note(1, html, attachment=[picture], contentMap={"en": html}),
        note(
            2, "<p>More</p>", inReplyTo="https://there.example/users/ana/statuses/1", summary="Careful", sensitive=True
        ),
        note(3, "<p>Quiet</p>", to=["https://there.example/users/ana/followers"], cc=[NS]),
        note(4, "<p>Ours</p>", to=["https://there.example/users/ana/followers"]),
        note(5, "<p>Secret</p>", to=["https://far.example/users/bo"]),
        {"type": "Announce", "object": "https://far.example/1"},
        **{"media_attachments/files/1/b.jpg": photo(40, 40)},
    )

    await send(visitor, archive, visibility="public")

    found = await statuses(world, ana)
    assert [text_of(one) for one in found] == [
        "Hi @bo@far.example\nsee https://x.example/a/b #tea <3\n\nBye",
        "More",
        "Quiet",
        "Ours",
    ]
    assert [one["visibility"] for one in found] == ["public", "public", "unlisted", "private"]
    assert found[0]["media_attachments"][0]["description"] == "A bird"
    assert (found[1]["in_reply_to_id"], found[1]["spoiler_text"]) == (found[0]["id"], "Careful")


async def test_an_archive_of_ours_comes_back(world, ana, visitor):
    first = await world.publish(ana, "Hello #day\nsecond line", language="en")
    await world.publish(ana, "And on", in_reply_to_id=str(first.id))
    fields = (await visitor.open(f"/posts/{first.id}/edit")).forms[-1].fields
    await visitor.client.post(f"/posts/{first.id}/edit", data={**fields, "place": "Curepipe"})
    page = await visitor.open("/settings/archive")
    await visitor.client.post("/settings/archive", data={"csrf": page.forms[-1].fields["csrf"]})
    await world.settle()
    archive = (await visitor.client.get("/settings/archive/file")).content
    ben = await world.person("ben")
    other = Visitor(world)
    await other.sign_in("ben")
    world.clock.move(timedelta(days=1))

    await send(other, archive)

    one, two = await statuses(world, ben)
    assert [text_of(one), text_of(two)] == ["Hello #day\nsecond line", "And on"]
    assert two["in_reply_to_id"] == one["id"]
    assert (one["pinson"]["place"], two.get("pinson")) == ("Curepipe", None)
    assert one["created_at"].startswith("2026-03-30T13:06")


async def test_the_same_archive_twice_makes_nothing_twice_and_deleted_posts_stay_away(world, ana, visitor):
    archive = twitter(tweet(1, "One"), tweet(2, "Two"))
    await send(visitor, archive)
    [gone, _] = await statuses(world, ana)
    await world.client(ana).delete(f"/api/v1/statuses/{gone['id']}")

    await send(visitor, archive)

    assert len(await statuses(world, ana)) == 1
    assert "2 were here already." in (await visitor.open("/settings/past")).text


async def test_what_cannot_be_a_post_is_left_out_and_counted(world, ana, visitor):
    archive = twitter(
        tweet(1, "Good", extended_entities={"media": [{"media_url_https": "https://pbs.example/gone.jpg"}]}),
        tweet(2, ""),
        tweet(3, "Tomorrow", "Tue Mar 30 11:06:00 +0000 2066"),
        tweet(4, "Odd", extended_entities={"media": [{"media_url_https": "https://pbs.example/odd.jpg"}]}),
        **{"data/tweets_media/4-odd.jpg": b"no picture at all"},
    )

    await send(visitor, archive)

    assert sorted(map(text_of, await statuses(world, ana))) == ["Good", "Odd"]
    page = (await visitor.open("/settings/past")).text
    assert "2 could not be taken" in page
    assert "2 pictures or films are missing" in page


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"PK no zip",
        packed(**{"readme.txt": b"hello"}),
        packed(**{"outbox.json": b"{not json"}),
        packed(**{"outbox.json": [1, 2]}),
        packed(**{"data/tweets.js": b"window.YTD = 3"}),
        twitter(tweet(1, "x", "yesterday")),
        twitter({"tweet": {"id_str": ["1"]}}),
        mastodon(note(1, "x", published=3)),
        mastodon(note(1, "x", published="0001-01-01T00:00:00+14:00")),
    ],
)
async def test_what_is_no_archive_is_refused_at_once(world, ana, visitor, archive):
    answer = await send(visitor, archive)

    assert answer.status_code == 422
    assert await world.ask(intakes.of_account, ana.account_id) is None


@pytest.mark.parametrize("value", [b"1,", b"{},", b"[" * 400 + b"]" * 400 + b","])
def test_an_archive_that_would_be_far_larger_in_memory_is_refused(tmp_path, value):
    values = value * (2 * MOST_VALUES // len(value))
    archive = packed(**{"outbox.json": b'{"orderedItems": [' + values + b"1]}"})

    with pytest.raises(ArchiveTooLarge):
        read(saved(tmp_path, archive))


def test_an_archive_of_files_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("pinson.importing.reading.MOST_FILES", 20)
    archive = mastodon(note(1, "x"), **{f"media/{number}": b"" for number in range(20)})

    with pytest.raises(ArchiveTooLarge):
        read(saved(tmp_path, archive))


def test_an_address_that_stands_for_itself_twice_is_put_in_once(tmp_path):
    doubling = {"url": "https://t.co/a", "expanded_url": "https://t.co/a https://t.co/a"}
    archive = twitter(tweet(1, "Look: https://t.co/a", entities={"urls": [doubling] * 40}))

    assert [one.text for one in read(saved(tmp_path, archive))] == ["Look: https://t.co/a https://t.co/a"]


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<![CDATA[", "<!-->", "</", '<a "">', "<a href=x>"])
def test_the_work_grows_in_step_with_hostile_html(piece):
    start = time.process_time()
    plain("Before " + piece * (150_000 // len(piece)))
    seconds = time.process_time() - start

    assert seconds < 5  # in step: half a second; with its square: a minute, for each post


async def test_one_at_a_time(world, ana, visitor):
    page = await visitor.open("/settings/past")
    fields = next(form.fields for form in page.forms if form.action == "/settings/past")
    sending = {"data": fields, "files": {"archive": ("a.zip", twitter(tweet(1, "One")))}}

    codes = [(await visitor.client.post("/settings/past", **sending)).status_code for _ in range(2)]
    shown = (await visitor.open("/settings/past")).text

    assert codes == [303, 409]
    assert "0 of 1 message is done." in shown


async def test_a_long_archive_goes_on_in_parts_and_after_a_crash(world, ana, visitor, monkeypatch):
    monkeypatch.setattr(importing, "PART", 4)
    archive = twitter(*(tweet(number, f"Number {number}") for number in range(10)))
    page = await visitor.open("/settings/past")
    fields = next(form.fields for form in page.forms if form.action == "/settings/past")
    await visitor.client.post("/settings/past", data=fields, files={"archive": ("a.zip", archive)})
    asked = await world.ask(intakes.of_account, ana.account_id)
    fact = IntakeGoesOn(at=world.clock.now(), account_id=ana.account_id, intake_id=asked.id)

    await importing.go_on(world.tools, fact)  # done, and killed before the reactor noted it
    assert (await world.ask(intakes.of_account, ana.account_id)).place == 4
    await world.settle()

    done = await world.ask(intakes.of_account, ana.account_id)
    assert (done.place, done.posts, done.known, done.key) == (10, 10, 0, None)
    assert len(await statuses(world, ana)) == 10


async def test_closing_the_account_erases_what_was_sent(world, ana, visitor):
    page = await visitor.open("/settings/past")
    fields = next(form.fields for form in page.forms if form.action == "/settings/past")
    await visitor.client.post("/settings/past", data=fields, files={"archive": ("a.zip", twitter(tweet(1, "One")))})
    key = (await world.ask(intakes.of_account, ana.account_id)).key

    await world.write(accounts.delete, account_id=ana.account_id)
    await world.settle()
    await world.tools.blobs.sweep(now=world.clock.now())

    assert await world.ask(intakes.of_account, ana.account_id) is None
    assert not world.tools.blobs.path(key).exists()
