"""Whoever leaves, or wants to keep what they wrote, takes all of it along in one file that any program can read."""

import asyncio
import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest

from pinson import app, archiving, schedule
from pinson.domain import access, accounts, archives, posts
from pinson.domain.access import MemberRole
from pinson.domain.archives import ArchiveAsked
from pinson.domain.posts import Reader
from tests.interfaces.web.visitor import Visitor
from tests.lib.pictures import photo
from tests.world import NOW, URL, World


@pytest.fixture
async def ana(world):
    return await world.person("ana", display_name="Ana", note="I write about #birds")


@pytest.fixture
async def visitor(world, ana):
    """Ana's browser."""
    visitor = Visitor(world)
    await visitor.sign_in("ana")
    return visitor


async def ask(visitor):
    page = await visitor.open("/settings/archive")
    answer = await visitor.client.post("/settings/archive", data=page.forms[-1].fields | {"csrf": csrf(page)})
    await visitor.world.settle()
    return answer


def csrf(page):
    return next(form.fields["csrf"] for form in page.forms if "csrf" in form.fields)


async def fetched(visitor):
    answer = await visitor.client.get("/settings/archive/file")
    assert answer.status_code == 200, answer.text
    return answer, zipfile.ZipFile(io.BytesIO(answer.content))


def rows(archive, name, **how):
    return list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")), **how))


async def test_an_archive_holds_all_that_an_account_published_and_chose(world, ana, visitor):
    ben, eve = await world.people("ben", "eve")
    client = world.client(ana)
    file = {"file": ("bird.jpg", photo(60, 40), "image/jpeg")}
    media = (await client.post("/api/v2/media", files=file, data={"description": "A finch"})).json()
    await world.settle()
    first = await world.publish(ana, "A finch! #birds", media_ids=[media["id"]], language="en")
    await world.publish(ana, "=1+1 @ben look", visibility="direct", spoiler_text="Sum")
    await world.publish(ana, "Tea?", poll={"options": ["Yes", "No"], "expires_in": 3600})
    theirs = await world.publish(ben, "Hello")
    answer = await world.publish(ana, "Hello you", in_reply_to_id=str(theirs.id))
    await client.post(f"/api/v1/statuses/{theirs.id}/reblog")
    await client.post(f"/api/v1/statuses/{theirs.id}/bookmark")
    await client.post(f"/api/v1/statuses/{theirs.id}/favourite")
    await world.follow(ana, ben)
    await world.follow(ben, ana)
    await client.post("/api/v1/tags/rivers/follow")
    made = (await client.post("/api/v1/lists", json={"title": "Neighbours"})).json()
    await client.post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [ben.id]})
    await client.post(f"/api/v1/accounts/{eve.id}/block")
    dan = await world.person("dan")
    await client.post(f"/api/v1/accounts/{dan.id}/mute")

    await ask(visitor)
    answered, archive = await fetched(visitor)

    assert archive.testzip() is None
    outbox = json.loads(archive.read("outbox.json"))
    done = outbox["orderedItems"]
    assert outbox["totalItems"] == len(done) == 5
    assert [one["type"] for one in done] == ["Announce", "Create", "Create", "Create", "Create"]
    assert done[0]["object"] == f"https://pinson.example/users/ben/statuses/{theirs.id}"
    assert done[1]["object"]["inReplyTo"] == done[0]["object"]
    assert done[1]["object"]["url"] == f"https://pinson.example/@ana/{answer.id}"
    assert [one["name"] for one in done[2]["object"]["oneOf"]] == ["Yes", "No"]
    assert done[3]["object"]["to"] == ["https://pinson.example/users/ben"]
    assert done[3]["object"]["tag"][0]["name"] == "@ben@pinson.example"
    note = done[4]["object"]
    assert note["id"] == f"https://pinson.example/users/ana/statuses/{first.id}"
    assert (note["published"], note["content"][:14]) == ("2026-03-30T13:06:00Z", "<p>A finch! <a")
    assert note["to"] == ["https://www.w3.org/ns/activitystreams#Public"]
    [document] = note["attachment"]
    assert (document["name"], document["mediaType"], document["width"]) == ("A finch", "image/jpeg", 60)
    assert archive.read(document["url"].removeprefix("/")) == (await world.client().get(media["url"])).content

    head, *table = rows(archive, "posts.csv")
    assert head[:2] == ["Date (Europe/Paris)", "Text"]
    assert table[4][0] == "2026-03-30 15:06:00"
    assert [row[1] for row in table] == [
        f"passed on: https://pinson.example/@ben/{theirs.id}",
        "Hello you",
        "Tea?",
        "'=1+1 @ben look",  # no formula
        "A finch! #birds",
    ]
    assert table[4][6] == f"media_attachments/files/{document['url'].rpartition('/')[2]}"
    assert rows(archive, "following_accounts.csv")[1:] == [["ben@pinson.example", "true", "false", ""]]
    assert rows(archive, "followers.csv")[1:] == [["ben@pinson.example"]]
    assert rows(archive, "followed_hashtags.csv") == [["#rivers"]]
    assert rows(archive, "lists.csv") == [["Neighbours", "ben@pinson.example"]]
    assert rows(archive, "blocked_accounts.csv") == [["eve@pinson.example"]]
    assert rows(archive, "muted_accounts.csv")[1:] == [["dan@pinson.example", "true"]]
    assert rows(archive, "bookmarks.csv") == [[done[0]["object"]]]
    assert json.loads(archive.read("likes.json"))["orderedItems"] == [done[0]["object"]]
    actor = json.loads(archive.read("actor.json"))
    assert (actor["name"], actor["preferredUsername"]) == ("Ana", "ana")
    assert "@ana" in archive.read("README.txt").decode()
    assert answered.headers["content-disposition"] == 'attachment; filename="ana-2026-03-30.zip"'
    assert answered.headers["cache-control"] == "no-store"


async def test_a_letter_says_that_it_is_ready_in_the_language_of_who_asked(world, ana, visitor):
    await world.write(_prefer, user_id=ana.user_id)
    answer = await ask(visitor)

    assert answer.headers["location"] == "/settings/archive?asked=1"
    [letter] = [one for one in world.letters() if "archive" in one["subject"]]
    assert letter["to"] == "ana@mail.example"
    assert "Votre archive" in letter["subject"]
    assert "https://pinson.example/settings/archive" in letter.get_body(("plain",)).get_content()


async def _prefer(tx, *, user_id, now):
    await access.prefer(tx, user_id=user_id, locale="fr", theme=access.Theme.SYSTEM, time_zone="")


async def test_the_page_says_how_far_it_is(world, ana, visitor):
    assert "Ask for my archive" in (await visitor.open("/settings/archive")).text
    await world.write(archives.ask, account_id=ana.account_id, user_id=ana.user_id)
    assert "We are making your archive" in (await visitor.open("/settings/archive")).text
    await world.settle()
    page = await visitor.open("/settings/archive?lang=fr")
    assert "Télécharger l’archive (0,1\u00a0Mo)" in page.text
    assert "6 avril 2026" in page.text


async def test_one_can_be_asked_for_once_a_day(world, ana, visitor):
    page = await visitor.open("/settings/archive")
    await ask(visitor)
    token = {"csrf": csrf(page)}

    again = await visitor.client.post("/settings/archive", data=token)
    world.clock.move(timedelta(days=1))
    tomorrow = await visitor.client.post("/settings/archive", data=token)

    assert (again.status_code, tomorrow.status_code) == (429, 303)


async def test_only_an_owner_who_is_signed_in_gets_it(world, ana, visitor):
    await ask(visitor)
    ben, _eve = await world.people("ben", "eve")
    await world.write(access.set_member, account_id=ana.account_id, user_id=ben.user_id, role=MemberRole.EDITOR)
    editor, other = Visitor(world), Visitor(world)
    await editor.sign_in("ben")
    await other.sign_in("eve")
    editor.client.cookies.set("__Host-account", ana.id, domain="pinson.example")
    other.client.cookies.set("__Host-account", ana.id, domain="pinson.example")
    key = (await world.ask(archives.of_account, ana.account_id)).key

    assert (await editor.client.get("/settings/archive/file")).status_code == 403
    assert (await other.client.get("/settings/archive/file")).status_code == 404
    assert (await world.client().get("/settings/archive/file")).status_code == 303
    assert (await world.client().get(f"/media/{key}")).status_code == 404


async def test_it_is_erased_after_a_week(world, ana, visitor):
    await ask(visitor)
    key = (await world.ask(archives.of_account, ana.account_id)).key
    world.clock.move(timedelta(days=6))
    await schedule.sweep(world.tools)
    assert (await visitor.client.get("/settings/archive/file")).status_code == 200

    world.clock.move(timedelta(days=1, minutes=1))
    await schedule.sweep(world.tools)

    assert (await visitor.client.get("/settings/archive/file")).status_code == 404
    assert not world.tools.blobs.path(key).exists()


async def test_closing_the_account_erases_it(world, ana, visitor):
    await ask(visitor)
    key = (await world.ask(archives.of_account, ana.account_id)).key

    await world.write(accounts.delete, account_id=ana.account_id)
    await world.settle()
    await schedule.sweep(world.tools)

    assert await world.ask(archives.of_account, ana.account_id) is None
    assert not world.tools.blobs.path(key).exists()


async def test_an_archive_of_a_closed_account_is_not_made(world, ana):
    await world.write(archives.ask, account_id=ana.account_id, user_id=ana.user_id)
    await world.write(accounts.delete, account_id=ana.account_id)

    await world.settle()

    assert await world.ask(archives.of_account, ana.account_id) is None


async def test_a_fact_that_comes_twice_makes_one_archive_and_one_letter(world, ana, visitor):
    await ask(visitor)
    before = await world.ask(archives.of_account, ana.account_id)

    await archiving.make(world.tools, ArchiveAsked(at=before.asked_at, account_id=ana.account_id, archive_id=before.id))
    await world.settle()

    assert await world.ask(archives.of_account, ana.account_id) == before
    assert len(world.letters()) == 1


async def publish_many(tx, *, reader, author_id, texts, base_url, now):
    for text in texts:
        prepared = posts.prepare(posts.Draft(text, language="en"), max_characters=500, local_domain="")
        await posts.publish(tx, author=reader, author_id=author_id, prepared=prepared, base_url=base_url, now=now)


async def test_two_thousand_posts_and_a_crash_in_the_middle_give_one_whole_archive(world, ana):
    async with world.tools.db.read() as tx:
        reader = Reader(await world.tools.circles.of(tx, ana.account_id, now=NOW), world.tools.standing)
    texts = [f"Message {number} #day{number % 7}" for number in range(2000)]
    await world.write(publish_many, reader=reader, author_id=ana.account_id, texts=texts, base_url=URL)
    await world.write(archives.ask, account_id=ana.account_id, user_id=ana.user_id)
    making = asyncio.ensure_future(world.settle())
    unfinished = world.tools.blobs.path("00").parents[1] / "unfinished"
    for _ in range(1_000_000):
        if any((folder / "outbox.json").exists() for folder in unfinished.iterdir()):
            break
        await asyncio.sleep(0)
    making.cancel()  # as if killed: nothing is saved
    await asyncio.wait([making])
    assert (await world.ask(archives.of_account, ana.account_id)).made_at is None

    world.clock.move(timedelta(minutes=1))  # the lease of the dead ends
    async with app.machine(
        world.tools.settings, world.folder, clock=world.clock, passwords=world.tools.passwords
    ) as machine:
        restarted = World(machine, world.clock, world.folder)
        await restarted.settle()
        visitor = Visitor(restarted)
        await visitor.sign_in("ana")
        _, archive = await fetched(visitor)

    outbox = json.loads(archive.read("outbox.json"))
    assert outbox["totalItems"] == len({one["id"] for one in outbox["orderedItems"]}) == 2000
    assert [row[1] for row in rows(archive, "posts.csv")[1:3]] == ["Message 1999 #day4", "Message 1998 #day3"]
    assert len(world.letters()) == 1
