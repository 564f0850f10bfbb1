"""A town with so many of everything, and a reader who has a part in all of it: what every route is tried on.

`found` it in a world, then fill the parameters of a route's path with `filled`.
"""

import re
from datetime import timedelta

from pinson import schedule
from pinson.domain import instance, links
from pinson.domain.access import UserRole
from pinson.domain.instance import Said
from pinson.domain.links import commands as link_commands
from tests.interfaces.mastodon.test_custom_emojis import offer
from tests.interfaces.mastodon.test_push import sent as a_subscription
from tests.interfaces.mastodon.test_status_media import a_picture
from tests.world import URL

LINK = "https://news.example/0"
OWN = "/api/pinson/v1"
EVENTS = f"{OWN}/events"
LINKS = f"{OWN}/links"
CROWD = ("ana", "ben", "cleo", "dan")  # enough to let something rise
MADE_BY_FORMS = {  # what the reader, who is an administrator too, makes so many of; {n}: their number
    "/api/v1/lists": {"title": "List {n}"},
    "/api/v1/featured_tags": {"name": "Feature{n}"},
    "/api/v1/domain_blocks": {"domain": "away{n}.example"},
    "/api/v2/filters": {
        "title": "Filter {n}",
        "context": ["home", "public", "notifications", "account", "thread"],
        "keywords_attributes": [{"keyword": "word{n}"}, {"keyword": "bird"}],
    },
    "/api/v1/statuses": {"status": "Later {n}", "scheduled_at": "2026-05-01T12:{n:02}:00Z"},
    "/api/v1/collections": {"name": "Collection {n}", "tag_name": "birds", "discoverable": True},
    "/api/v1/admin/domain_blocks": {"domain": "blocked{n}.example", "public_comment": "Spam"},
    "/api/v1/admin/domain_allows": {"domain": "allowed{n}.example"},
    "/api/v1/admin/email_domain_blocks": {"domain": "mail{n}.example"},
    "/api/v1/admin/ip_blocks": {"ip": "198.51.100.{n}", "severity": "sign_up_block"},
    "/api/v1/admin/canonical_email_blocks": {"email": "troll{n}@evil.example"},
}


class Town:
    """What `found` made.

    reader: an administrator, with a part in everything.
    ids: of something of the kind that a path names, by the path before it: the newest, or that with most in it.
    neighbours: ids of the accounts that follow the reader, and are followed.
    posts: ids of what they published.
    tokens: the reader with other apps, by what these may do.
    """

    def __init__(self, world, size, reader):
        self.world = world
        self.size = size
        self.reader = reader
        self.client = world.client(reader)
        self.ids = {}
        self.neighbours = []
        self.posts = []
        self.tokens = {}

    def query(self, path):
        """What a route is asked besides its path, if it needs something, or answers more with it."""
        asked = {
            "/.well-known/webfinger": {"resource": "acct:reader@pinson.example"},
            "/api/oembed": {"url": f"{URL}/@reader/{self.ids['/api/v1/statuses/']}"},
            "/api/v1/accounts": {"id[]": self.neighbours},
            "/api/v1/accounts/familiar_followers": {"id[]": self.neighbours},
            "/api/v1/accounts/lookup": {"acct": "reader"},
            "/api/v1/accounts/relationships": {"id[]": self.neighbours},
            "/api/v1/accounts/search": {"q": "neighbour"},
            "/api/v1/announcements": {"with_dismissed": "true"},
            "/api/v1/domain_blocks/preview": {"domain": "away.example"},
            "/api/v1/markers": {"timeline[]": ["home", "notifications"]},
            "/api/v1/notifications": {"limit": "80", "include_filtered": "true"},
            "/api/v1/peers/search": {"q": "away"},
            "/api/v1/statuses": {"id[]": self.posts},
            "/api/v1/timelines/link": {"url": LINK},
            "/api/v2/notifications": {"limit": "80", "include_filtered": "true"},
            "/api/v2/search": {"q": "bird"},
            f"{EVENTS}/lookup": {"slug": "event-0"},
        }
        return asked.get(path, {})

    async def limited(self, scopes):
        """A client for the reader with another app, which has these scopes only."""
        if scopes not in self.tokens:
            self.tokens[scopes] = await self.world.limited(self.reader, scopes)
        return self.world.client(self.tokens[scopes])

    async def send(self, who, method, path, **form):
        """One request that goes well; the answer."""
        client = self.client if who is None else self.world.client(who)
        answer = await client.request(method, path, **({"json": form} if form else {}))
        assert answer.status_code == 200, (method, path, form, answer.text)
        return answer.json()

    async def post(self, who, path, **form):
        return await self.send(who, "POST", path, **form)

    async def published(self, who, status, **form):
        """The id of a new post."""
        return (await self.post(who, "/api/v1/statuses", status=status, **form))["id"]

    async def picture(self, who, description):
        """The id of a picture that is in no post yet."""
        client = self.client if who is None else self.world.client(who)
        sent = {"files": {"file": ("x.png", a_picture())}, "data": {"description": description}}
        answer = await client.post("/api/v2/media", **sent)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    async def people(self, name):
        """So many people who agree to be found."""
        people = await self.world.people(*(f"{name}{n}" for n in range(self.size)))
        for one in people:
            await self.discoverable(one, display_name=f"Bird {one.username}")
        return people

    async def discoverable(self, who, **form):
        form = {"discoverable": True, "indexable": True, **form}
        await self.send(who, "PATCH", "/api/v1/accounts/update_credentials", **form)

    def filled(self, path, given=None):
        """A route's path with the id of something for each parameter.

        Args:
            given: other ids, by parameter.
        """
        filled = path
        for parameter in re.findall(r"{\w+}", path):
            id = (given or {}).get(parameter) or self.ids[path[: path.index(parameter)]]
            filled = filled.replace(parameter, id, 1)
        return filled


async def found(world, size):
    """The town."""
    reader = await world.person("reader", role=UserRole.ADMIN, display_name="The reader")
    town = Town(world, size, reader)
    await town.discoverable(reader)
    await _say_what_this_is(town)
    neighbours = await town.people("neighbour")
    await _meet(town, neighbours)
    await _make(town, neighbours)
    await _talk(town, neighbours)
    await _let_rise(town)
    await _report(town, neighbours)
    await _tell_live(town, neighbours)
    await world.settle()
    world.clock.move(timedelta(minutes=1))
    await schedule.sweep(world.tools)
    await _look_up(town)
    return town


async def _say_what_this_is(town):
    world = town.world
    today = world.clock.now().replace(hour=0, minute=0)
    await world.write(instance.describe, text="We like #birds.")
    for n in range(town.size):
        french = {"fr": Said(f"Règle {n}", "Vraiment")}
        await world.write(instance.add_rule, text=f"Rule {n}", hint="Really", translations=french)
        await world.write(instance.publish_terms, text=f"Terms {n}", effective_at=today + timedelta(days=n))
        await offer(world, f"cat{n}")
        made = await world.write(instance.announce, text=f"News {n} :cat{n}: #birds @reader")
        for name in (f"cat{n}", "🎉"):
            await town.send(None, "PUT", f"/api/v1/announcements/{made.id}/reactions/{name}")
    town.ids |= {
        "/api/v1/announcements/": str(made.id),
        "/api/v1/announcements/{id}/reactions/": "🎉",
        "/api/v1/instance/terms_of_service/": today.date().isoformat(),
    }


async def _meet(town, neighbours):
    """Follows, mutes, blocks, requests; and people whom only the neighbours know."""
    reader, world = town.reader, town.world
    town.neighbours = [one.id for one in neighbours]
    known = await world.person("known")
    await town.discoverable(known)
    for one in neighbours:
        await town.post(one, f"/api/v1/accounts/{reader.id}/follow")
        await town.post(one, f"/api/v1/accounts/{known.id}/follow")
        await town.post(None, f"/api/v1/accounts/{one.id}/follow", notify=True)
        await town.post(None, f"/api/v1/accounts/{one.id}/endorse")
        await town.post(None, f"/api/v1/accounts/{one.id}/note", comment="Met at the market")
    for n, one in enumerate(await town.people("friend")):
        await town.post(neighbours[n], f"/api/v1/accounts/{one.id}/follow")
    for one in await town.people("muted"):
        await town.post(None, f"/api/v1/accounts/{one.id}/mute", duration=3600)
    for one in await town.people("blocked"):
        await town.post(None, f"/api/v1/accounts/{one.id}/block")
    await town.send(None, "PATCH", "/api/v1/accounts/update_credentials", locked=True)
    for one in await town.people("asking"):
        await town.post(one, f"/api/v1/accounts/{reader.id}/follow")
    town.ids["/api/v1/follow_requests/"] = one.id
    await town.send(None, "PATCH", "/api/v2/notifications/policy", for_not_following="filter")
    for one in await town.people("stranger"):
        await town.published(one, "@reader Do you know me?")
    town.ids |= {
        "/api/v1/accounts/": reader.id,
        "/api/v1_alpha/accounts/": reader.id,
    }


async def _make(town, neighbours):
    """Lists, filters and all else that the reader makes by a form; what is in them."""
    made = {path: await _made(town, path, form) for path, form in MADE_BY_FORMS.items()}
    for one in made["/api/v1/lists"]:
        await town.post(None, f"/api/v1/lists/{one['id']}/accounts", account_ids=town.neighbours)
        await town.post(None, f"/api/v1/lists/{one['id']}/tags", tags=[f"listed{n}" for n in range(town.size)])
    collection = made["/api/v1/collections"][-1]["collection"]["id"]
    for one in town.neighbours:
        item = await town.post(None, f"/api/v1/collections/{collection}/items", account_id=one)
    for n, one in enumerate(neighbours):
        form = {"name": f"Readers {n}", "account_ids": [town.reader.id], "discoverable": True}
        await town.post(one, "/api/v1/collections", **form)
    for n in range(town.size):
        await town.post(None, f"/api/v1/tags/followed{n}/follow")
    answer = await town.client.post("/api/v1/push/subscription", data=a_subscription())
    assert answer.status_code == 200, answer.text
    filter = made["/api/v2/filters"][-1]["id"]
    for n in range(town.size):
        await town.post(None, f"/api/v2/filters/{filter}/keywords", keyword=f"more{n}")
    for path in ("/api/v1/lists", "/api/v2/filters", *(path for path in made if path.startswith("/api/v1/admin"))):
        town.ids[f"{path}/"] = made[path][-1]["id"]
    town.ids |= {
        "/api/v1/featured_tags/": made["/api/v1/featured_tags"][-1]["id"],
        "/api/v1/scheduled_statuses/": made["/api/v1/statuses"][-1]["id"],
        "/api/v1/collections/": collection,
        "/api/v1_alpha/collections/": collection,
        "/api/v1/collections/{id}/items/": item["collection_item"]["id"],
        "/api/v1_alpha/collections/{id}/items/": item["collection_item"]["id"],
        "/api/v1/tags/": "followed0",
    }


async def _made(town, path, form):
    return [await town.post(None, path, **_numbered(form, n)) for n in range(1, town.size + 1)]


def _numbered(form, n):
    if isinstance(form, dict):
        return {name: _numbered(value, n) for name, value in form.items()}
    if isinstance(form, list):
        return [_numbered(one, n) for one in form]
    return form.format(n=n) if isinstance(form, str) else form


async def _talk(town, neighbours):
    """Posts of all kinds, what the reader thinks of them, and what all think of one of the reader's."""
    picture = await town.picture(None, "Mine")
    subject = await town.published(None, "First, about #birds :cat0:", media_ids=[picture])
    for n in range(town.size):
        await town.send(None, "PUT", f"/api/v1/statuses/{subject}", status=f"{n}. about #birds", media_ids=[picture])
        await town.published(None, f"My #feature{n} {n}", in_reply_to_id=subject)
        mine = await town.published(None, f"My #birds #mine{n}")
        if n < 3:
            await town.post(None, f"/api/v1/statuses/{mine}/pin")
    for n, one in enumerate(neighbours):
        seen = await town.published(
            one, f"bird {n} @reader #birds #bird{n} :cat{n}:", media_ids=[await town.picture(one, f"Picture {n}")]
        )
        town.posts.append(seen)
        for verb in ("favourite", "bookmark", "reblog"):
            await town.post(None, f"/api/v1/statuses/{seen}/{verb}")
            if verb != "bookmark":
                await town.post(one, f"/api/v1/statuses/{subject}/{verb}")
        quoting = await town.published(one, f"Quoting {n} {LINK}", quoted_status_id=subject)
        await town.published(one, f"@reader Answer {n}", in_reply_to_id=subject)
        await town.published(one, f"@reader For you alone, {n}", visibility="direct")
        poll = {"options": ["yes", "no"], "expires_in": 86400}
        asked = await town.post(one, "/api/v1/statuses", status=f"Shall we, {n}?", poll=poll)
        await town.post(None, f"/api/v1/polls/{asked['poll']['id']}/votes", choices=[0])
        await town.post(None, f"/api/v2/filters/{town.ids['/api/v2/filters/']}/statuses", status_id=quoting)
    town.ids |= {
        "/api/v1/statuses/": subject,
        "/api/v1/statuses/{id}/quotes/": quoting,
        "/api/v1/polls/": asked["poll"]["id"],
        "/api/v1/timelines/tag/": "birds",
        "/api/v1/timelines/list/": town.ids["/api/v1/lists/"],
        "/api/v1/media/": await town.picture(None, "For later"),
    }


async def _let_rise(town):
    """Tags, links and posts that a crowd likes, so many of each."""
    crowd = await town.world.people(*CROWD)
    for one in crowd:
        await town.discoverable(one)
    for n in range(town.size):
        for one in crowd:
            await town.published(one, f"#Rising{n} https://news{n}.example/")
            last = await town.published(one, f"#Rising{n} https://news.example/{n}")
        for one in crowd[:-1]:
            await town.post(one, f"/api/v1/statuses/{last}/favourite")
    for n in range(town.size):
        for url in (f"https://news{n}.example/", f"https://news.example/{n}"):
            link = await town.world.ask(links.by_address, url)
            card = links.Card(f"News {n}")
            await town.world.write(link_commands.keep_card, id=link.id, card=card, local_domain="pinson.example")


async def _report(town, neighbours):
    trolls = await town.people("troll")
    rules = await town.send(None, "GET", "/api/v1/instance/rules")
    for one, troll in zip(neighbours, trolls, strict=True):
        ids = [await town.published(troll, f"Buy this {n}") for n in range(town.size)]
        form = {"status_ids": ids, "rule_ids": [rule["id"] for rule in rules], "comment": "Spam"}
        made = await town.post(one, "/api/v1/reports", account_id=troll.id, **form)
    town.ids |= {"/api/v1/admin/reports/": made["id"], "/api/v1/admin/accounts/": trolls[0].id}


async def _tell_live(town, neighbours):
    """Live events, one of them with so many messages, corrections, lines, drafts and people in its team; links."""
    for n in range(town.size):
        hours = [f"2026-03-30T{hour}:{n:02}:00Z" for hour in (12, 18)]
        made = await town.post(None, EVENTS, title=f"Event {n}", starts_at=hours[0], ends_at=hours[1])
    path = f"{EVENTS}/{made['id']}"
    for n, one in enumerate(neighbours):
        await town.send(None, "PUT", f"{path}/team/{one.id}", role="writer")
        await town.post(one, f"{path}/follow")
        message = await town.post(None, f"{path}/messages", status=f"Minute {n}", expects=[5, 10], promises=True)
        line = await town.post(None, f"{path}/programme", starts_at=f"2026-03-30T13:{n:02}:00Z", what=f"Part {n}")
        draft = await town.post(None, f"{path}/drafts", text=f"Soon {n}")
    for n in range(town.size):
        await town.post(None, f"{path}/messages", status=f"Rather {n}", corrects_id=message["id"])
    links = [await town.post(None, LINKS, target=f"https://example.org/{n}") for n in range(town.size)]
    town.ids |= {
        f"{LINKS}/": links[-1]["code"],
        f"{EVENTS}/": made["id"],
        f"{EVENTS}/{{id}}/team/": neighbours[0].id,
        f"{EVENTS}/{{id}}/messages/": message["id"],
        f"{EVENTS}/{{id}}/programme/": line["id"],
        f"{EVENTS}/{{id}}/drafts/": draft["id"],
        f"{OWN}/messages/": message["id"],
        f"{OWN}/accounts/": town.reader.id,
    }


async def _look_up(town):
    """The ids of what the machine itself made."""
    places = {
        "/api/v1/notifications/": "/api/v1/notifications",
        "/api/v1/notifications/requests/": "/api/v1/notifications/requests",
        "/api/v1/conversations/": "/api/v1/conversations",
        "/api/v1/filters/": "/api/v1/filters",
        "/api/v2/filters/keywords/": f"/api/v2/filters/{town.ids['/api/v2/filters/']}/keywords",
        "/api/v2/filters/statuses/": f"/api/v2/filters/{town.ids['/api/v2/filters/']}/statuses",
        "/api/v1/admin/tags/": "/api/v1/admin/tags",
        "/api/v1/admin/trends/tags/": "/api/v1/admin/trends/tags",
        "/api/v1/admin/trends/links/": "/api/v1/admin/trends/links",
        "/api/v1/admin/trends/statuses/": "/api/v1/admin/trends/statuses",
        "/api/v1/admin/trends/links/publishers/": "/api/v1/admin/trends/links/publishers",
    }
    for place, path in places.items():
        town.ids[place] = (await town.send(None, "GET", path))[0]["id"]
    groups = (await town.send(None, "GET", "/api/v2/notifications"))["notification_groups"]
    town.ids |= {
        "/api/v2/notifications/": next(one["group_key"] for one in groups if one["type"] == "favourite"),
        "/nodeinfo/": "2.0",
        "/api/v1/suggestions/": town.neighbours[0],
        "/api/v1/streaming/": "other",
        "/api/v1_alpha/async_refreshes/": "1",
        "/api/v1/annual_reports/": "2025",
    }
