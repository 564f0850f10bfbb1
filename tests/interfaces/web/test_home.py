"""What members see and do: home, the buttons of cards, and the live part of pages."""

import asyncio
import json

import pytest

from pinson.domain import access
from pinson.domain.access import MemberRole
from tests.interfaces.web.test_reading import texts
from tests.interfaces.web.visitor import Visitor
from tests.wires import Wire


@pytest.fixture
async def town(world):
    """Ana, whom Ben follows, and Ben's browser."""
    ana, ben = await world.people("ana", "ben")
    await world.follow(ben, ana)
    visitor = Visitor(world)
    await visitor.sign_in("ben")
    return ana, ben, visitor


async def press(visitor, path, do):
    """Press a button of the first card of a page; the page that comes then."""
    page = await visitor.open(path)
    form = next(at for at, form in enumerate(page.forms) if ("do", do) in form.buttons)
    return await visitor.send(page, form=form, button=("do", do))


async def status(world, person, id):
    return (await world.client(person).get(f"/api/v1/statuses/{id}")).json()


async def test_home_shows_what_one_follows(world, town):
    ana, _, visitor = town
    await world.publish(ana, "Feu vert")

    assert texts(await visitor.open("/")) == ["Feu vert"]


@pytest.mark.parametrize(
    ("do", "back", "flag"),
    [("like", "unlike", "favourited"), ("repeat", "unrepeat", "reblogged"), ("keep", "drop", "bookmarked")],
)
async def test_a_button_does_what_it_says_and_takes_it_back(world, town, do, back, flag):
    ana, ben, visitor = town
    post = await world.publish(ana, "Feu vert")

    await press(visitor, f"/@ana/{post.id}", do)
    assert (await status(world, ben, post.id))[flag] is True
    await press(visitor, f"/@ana/{post.id}", back)
    assert (await status(world, ben, post.id))[flag] is False


async def test_a_script_gets_the_card_alone(world, town):
    ana, _, visitor = town
    post = await world.publish(ana, "Feu vert")
    page = await visitor.open("/")
    data = {**page.forms[0].fields, "do": "like"}

    answer = await visitor.client.post(f"/posts/{post.id}", data=data, headers={"x-fragment": "1"})

    assert answer.text.strip().startswith(f'<article class="post h-entry" id="p{post.id}">')
    assert 'aria-pressed="true"' in answer.text


async def test_a_button_leads_nowhere_else(world, town):
    ana, _, visitor = town
    post = await world.publish(ana, "Feu vert")
    page = await visitor.open("/")
    data = {**page.forms[0].fields, "do": "like", "back": "//evil.example"}

    answer = await visitor.client.post(f"/posts/{post.id}", data=data)

    assert answer.headers["location"] == f"/#p{post.id}"


async def test_an_unknown_button_and_a_hidden_post_are_refused(world, town):
    ana, _, visitor = town
    shown = await world.publish(ana, "Feu vert")
    hidden = await world.publish(ana, "@ana seule", visibility="direct")
    fields = (await visitor.open("/")).forms[0].fields

    assert (await visitor.client.post(f"/posts/{shown.id}", data={**fields, "do": "explode"})).status_code == 400
    assert (await visitor.client.post(f"/posts/{hidden.id}", data={**fields, "do": "like"})).status_code == 404


async def test_a_stranger_is_sent_to_sign_in(world, town):
    ana, _, _ = town
    post = await world.publish(ana, "Feu vert")
    stranger = Visitor(world)
    page = await stranger.open("/auth/sign_in")
    data = {"csrf": page.forms[0].fields["csrf"], "do": "like"}

    answer = await stranger.client.post(f"/posts/{post.id}", data=data)

    assert answer.headers["location"].startswith("/auth/sign_in")


async def test_an_analyst_only_reads(world, town):
    ana, ben, visitor = town
    post = await world.publish(ana, "Feu vert")
    await world.write(access.set_member, account_id=ana.account_id, user_id=ben.user_id, role=MemberRole.ANALYST)
    visitor.client.cookies.set("__Host-account", ana.id)

    page = await press(visitor, f"/@ana/{post.id}", "like")

    assert page.status == 403


class Ear:
    """Listens to a live stream of a page, event by event."""

    def __init__(self, visitor, query, *, path="/live", **headers):
        self.visitor, self.path, self.query, self.headers = visitor, path, query, headers

    async def __aenter__(self):
        self.wire = Wire(self.visitor.world.machine.application)
        cookies = "; ".join(f"{name}={value}" for name, value in self.visitor.client.cookies.items())
        self.wire.ask(f"{self.path}?{self.query}", cookie=cookies, **self.headers)
        self._events, self._is_open = [], False
        return self

    async def __aexit__(self, *_):
        self.wire.hang_up()
        await asyncio.sleep(0)

    async def hear(self):
        """The next event and what came with it; what it is, at the end."""
        if not self._is_open:
            self._is_open = (await self.wire.head())[0] == 200
        while not self._events:
            if not self.wire.sent and self.wire.is_over:
                return "end", None
            chunk = await self.wire.chunk()
            if not chunk:
                return "end", None
            for block in chunk.decode().split("\n\n"):
                lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
                if "event" in lines:
                    self._events.append((lines["event"], json.loads(lines["data"])))
        return self._events.pop(0)


@pytest.fixture
async def hub(world):
    work = asyncio.create_task(world.tools.hub.run())
    yield
    work.cancel()


async def started(world, count=1):
    while len(world.tools.hub) < count:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_home_is_told_live_of_posts_edits_and_deletions(world, town, hub):
    ana, _, visitor = town
    async with Ear(visitor, "on=home&back=/") as ear:
        await started(world)
        post = await world.publish(ana, "Première version")
        kind, told = await ear.hear()
        assert (kind, told["id"]) == ("published", str(post.id))
        assert "Première version" in told["html"]
        assert 'action="/posts/' in told["html"]

        await world.client(ana).put(f"/api/v1/statuses/{post.id}", json={"status": "Seconde version"})
        kind, told = await ear.hear()
        assert kind == "edited"
        assert "Seconde version" in told["html"]

        await world.client(ana).delete(f"/api/v1/statuses/{post.id}")
        assert await ear.hear() == ("deleted", {"id": str(post.id)})


async def test_a_stranger_hears_what_is_public_and_gets_no_buttons(world, town, hub):
    ana, _, _ = town
    async with Ear(Visitor(world), "on=profile:ana") as ear:
        await started(world)
        await world.publish(ana, "Entre nous", visibility="private")
        await world.publish(ana, "Pour tous")

        kind, told = await ear.hear()

    assert kind == "published"
    assert "Pour tous" in told["html"]
    assert "<form" not in told["html"]


async def test_whoever_comes_back_is_told_what_they_missed_in_order(world, town, hub):
    ana, _, visitor = town
    first = await world.publish(ana, "Un")
    await world.publish(ana, "Deux")
    await world.publish(ana, "Trois")

    async with Ear(visitor, "on=home&after=1", last_event_id=str(first.id)) as ear:
        told = [(await ear.hear())[1]["html"] for _ in range(2)]

    assert "Deux" in told[0]
    assert "Trois" in told[1]


async def test_a_stream_ends_when_whoever_opened_it_signs_out(world, town, hub):
    _, _, visitor = town
    async with Ear(visitor, "on=home") as ear:
        await started(world)
        await visitor.send(await visitor.open("/auth/sign_out"))
        ear.wire.tick(6)  # 15 seconds

        assert await ear.hear() == ("end", None)


@pytest.mark.parametrize(
    ("on", "status"), [("home", 303), ("nothing", 404), ("tag:unused", 404), ("profile:nobody", 404)]
)
async def test_what_cannot_be_heard_is_refused(world, on, status):
    answer = await Visitor(world).client.get(f"/live?on={on}")

    assert answer.status_code == status


async def test_a_member_s_stream_tells_how_much_is_unread(world, town, hub):
    ana, ben, visitor = town
    post = await world.publish(ben, "Bonjour")
    async with Ear(visitor, "on=notifications") as alone, Ear(visitor, "on=home") as home:
        await started(world, 2)
        assert await alone.hear() == ("notified", {"unread": "0"})

        await world.client(ana).post(f"/api/v1/statuses/{post.id}/favourite")
        await world.settle()

        assert await alone.hear() == ("notified", {"unread": "1"})
        assert await home.hear() == ("notified", {"unread": "1"})


async def test_a_list_is_told_live_of_what_it_shows(world, town, hub):
    ana, ben, visitor = town
    made = (await world.client(ben).post("/api/v1/lists", json={"title": "Voisins"})).json()
    await world.client(ben).post(f"/api/v1/lists/{made['id']}/accounts", json={"account_ids": [ana.id]})
    async with Ear(visitor, f"on=list:{made['id']}") as ear:
        await started(world)
        await world.publish(ana, "Feu vert")
        kind, told = await ear.hear()

    assert kind == "published"
    assert "Feu vert" in told["html"]
    assert (await visitor.client.get("/live?on=list:1")).status_code == 404


async def test_a_poll_is_voted_in_once_and_then_shows_figures(world, town):
    ana, _, visitor = town
    poll = {"options": ["Oui", "<b>Non</b>"], "expires_in": 3600}
    post = await world.publish(ana, "On y va ?", poll=poll)
    page = await visitor.open(f"/@ana/{post.id}")
    form = next(at for at, form in enumerate(page.forms) if form.action == f"/posts/{post.id}/vote")
    assert "<b>" not in page.html

    after = await visitor.send(page, form=form, **{"choices[]": "0"})

    assert "Oui (your answer) 100" in after.text
    assert "1 person has voted" in after.text
    assert (await visitor.send(page, form=form, **{"choices[]": "1"})).status == 422
    assert "Oui 100" in (await Visitor(world).open(f"/@ana/{post.id}")).text


async def test_a_quoted_post_stands_framed_in_the_one_that_quotes_it_for_who_may_see_it(world, town):
    ana, ben, _ = town
    quoted = await world.publish(ana, "Le premier mot")
    post = await world.publish(ben, "Bien dit", quoted_status_id=str(quoted.id))
    stranger = Visitor(world)

    assert texts(await stranger.open(f"/@ben/{post.id}")) == ["Bien dit", "Le premier mot"]

    await world.client(ana).delete(f"/api/v1/statuses/{quoted.id}")
    assert "The quoted post is not shown here." in (await stranger.open(f"/@ben/{post.id}")).text


async def test_what_one_author_says_in_a_row_is_folded_beyond_three(world, town):
    ana, ben, visitor = town
    for number in range(5):
        await world.publish(ana, f"Message {number}")
    await world.publish(ben, "Bref")
    await world.publish(ana, "Encore")

    page = await visitor.open("/")

    assert texts(page) == ["Encore", "Bref", *(f"Message {number}" for number in (4, 3, 2, 1, 0))]
    assert page.html.count('<details class="burst">') == 1
    assert "2 others from ana" in page.text
    assert page.html.index("Message 2") < page.html.index("2 others from ana") < page.html.index("Message 1")
