"""Search finds posts by what they say, people by name, hashtags by their beginning, and pages by their address."""

from datetime import timedelta

import pytest

from pinson.domain import accounts, posts
from tests.interfaces.mastodon.test_query_counts import counted, forget
from tests.interfaces.mastodon.test_status_media import a_picture

MESSAGES = (
    "La supraconductivité, c'est le courant sans perte.",
    "Refroidir un aimant : 1,9 K, et le fil devient supraconducteur #cryogénie",
    "Pourquoi la supraconductivité à chaude température résiste encore",
    "Une bobine neuve. Test de SUPRACONDUCTIVITE demain",
    "On superconductivity and its wires, in English for once",
    "La supraconductivite expliquée à ma fille",
)


async def search(world, who, q, **asked):
    """What the route answers."""
    answer = await world.client(who).get("/api/v2/search", params={"q": q, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def texts(world, who, q, **asked):
    """The texts of the statuses that are found, in order."""
    found = (await search(world, who, q, type="statuses", **asked))["statuses"]
    known = await world.ask(posts.posts, [int(one["id"]) for one in found])
    return [known[int(one["id"])].text for one in found]


async def names(world, who, q, **asked):
    """The usernames of the accounts that are found, in order."""
    return [one["username"] for one in (await search(world, who, q, type="accounts", **asked))["accounts"]]


async def agree(world, who, *, indexable=True):
    await world.client(who).patch("/api/v1/accounts/update_credentials", json={"indexable": indexable})


@pytest.fixture
async def engineer(world):
    """Somebody whose profile does not say what she writes about."""
    engineer = await world.person("marie", note="Randonnées et cuisine")
    for text in MESSAGES:
        await world.publish(engineer, text)
    await agree(world, engineer)
    await world.settle()
    return engineer


async def test_what_somebody_wrote_is_found_if_they_agreed(world, engineer):
    reader, silent = await world.people("reader", "silent")
    await world.publish(silent, "Moi aussi, la supraconductivité")
    await world.settle()

    found = await texts(world, reader, "supraconductivité")
    await agree(world, engineer, indexable=False)

    assert found == [MESSAGES[number] for number in (5, 3, 2, 0)]
    assert await texts(world, reader, "supraconductivité") == []
    assert len(await texts(world, engineer, "supraconductivité")) == 4


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("supraconducteurs", [1]),
        ("superconductivity wire", [4]),
        ("aimants refroidis", [1]),
        ("CRYOGENIE", [1]),
        ("#cryogénie", [1]),
        ("fille OR garçon", []),
        ('"ma fille"', [5]),
        ('"fille ma"', []),
        ("supraconductivité -fille -demain", [2, 0]),
        ("supraconductivité from:marie", [5, 3, 2, 0]),
        ("supraconductivité from:me", []),
        ("supraconductivité from:nobody", []),
        ("from:@marie@pinson.example bobine", [3]),
        ("1,9", [1]),
        ("has:media supraconductivité", []),
        ("-has:link bobine", [3]),
        ("supra", []),
    ],
)
async def test_words_stems_phrases_and_operators_say_what_is_meant(world, engineer, typed, found):
    reader = await world.person("reader")

    assert await texts(world, reader, typed) == [MESSAGES[number] for number in found]


async def test_a_post_is_found_by_all_it_shows(world, engineer):
    client = world.client(engineer)
    upload = {"files": {"file": ("x.png", a_picture())}, "data": {"description": "Une courbe de résistance"}}
    picture = (await client.post("/api/v2/media", **upload)).json()["id"]
    post = await world.publish(
        engineer, "Voyez https://cern.ch/aimants", spoiler_text="Physique", media_ids=[picture], language="fr"
    )
    await world.publish(engineer, "Encore", in_reply_to_id=str(post.id), language="en")
    await world.settle()

    poll = {"options": ["Niobium", "Titane"], "expires_in": 600}
    asked = await world.publish(engineer, "Quel métal ?", poll=poll)
    await world.settle()

    assert await texts(world, engineer, "titanes") == await texts(world, engineer, "has:poll") == [asked.text]
    for typed in ("résistances", "physique", "aimants has:link", "from:me has:media", "from:me has:image has:link"):
        assert post.text in await texts(world, engineer, typed), typed
    assert await texts(world, engineer, "from:me is:sensitive") == [post.text]
    assert await texts(world, engineer, "from:me is:reply language:en") == ["Encore"]
    assert await texts(world, engineer, "from:me has:video") == await texts(world, engineer, "from:me has:embed") == []


async def test_an_edit_or_a_deletion_changes_what_is_found(world, engineer):
    client = world.client(engineer)
    post = await world.publish(engineer, "Un aimant quadripôle")
    await world.settle()
    before = await texts(world, engineer, "quadripôles")

    await client.put(f"/api/v1/statuses/{post.id}", json={"status": "Un aimant dipôle"})
    await world.settle()
    edited = [await texts(world, engineer, typed) for typed in ("quadripôle", "dipôle")]
    await client.delete(f"/api/v1/statuses/{post.id}")

    assert before == ["Un aimant quadripôle"]
    assert edited == [[], ["Un aimant dipôle"]]
    assert await texts(world, engineer, "dipôle") == []


async def test_days_are_told_apart(world, engineer):
    world.clock.move(timedelta(days=2))
    await world.publish(engineer, "La supraconductivité, suite")
    await world.settle()

    async def count(when):
        return len(await texts(world, engineer, f"supraconductivité {when}"))

    days = ["before:2026-03-30", "during:2026-03-30", "after:2026-03-30", "-during:2026-03-30", "before:2026-04-02"]
    assert [await count(day) for day in days] == [0, 4, 1, 1, 5]
    assert await count("after:0001-01-01 before:9999-12-31 -during:9999-12-31") == 5


async def test_one_finds_what_one_has_to_do_with(world):
    author, reader, other = await world.people("author", "reader", "other")
    said = {}
    for how in ("mentioned", "favourite", "bookmark", "reblog", "nothing"):
        mention = "@reader " if how == "mentioned" else ""
        said[how] = await world.publish(author, f"{mention}Collision, {how}", visibility="unlisted")
        if how not in ("mentioned", "nothing"):
            await world.client(reader).post(f"/api/v1/statuses/{said[how].id}/{how}")
    await world.settle()

    found = await texts(world, reader, "collisions")
    in_library = await texts(world, reader, "in:library")

    assert found == [f"Collision, {how}" for how in ("reblog", "bookmark", "favourite")] + [
        "@reader Collision, mentioned"
    ]
    assert in_library == found
    assert await texts(world, reader, "collisions in:public") == await texts(world, other, "collisions in:all") == []


async def test_nothing_is_found_of_those_apart_muted_or_suspended(world, engineer):
    reader = await world.person("reader")
    client, moderated = world.client(reader), []
    for verb in ("mute", "block"):
        await client.post(f"/api/v1/accounts/{engineer.id}/{verb}")
        moderated.append(await texts(world, reader, "supraconductivité"))
        moderated.append(await names(world, reader, "mari") if verb == "block" else [])
        await client.post(f"/api/v1/accounts/{engineer.id}/un{verb}")
    assert len(await texts(world, reader, "supraconductivité")) == 4
    await world.write(accounts.suspend, account_id=engineer.account_id)

    assert moderated == [[]] * 4
    assert await texts(world, reader, "supraconductivité") == await names(world, reader, "marie") == []


async def test_whom_one_blocks_is_found_by_the_whole_name_and_whom_one_is_blocked_by_is_not(world, engineer):
    reader = await world.person("reader")
    await world.client(reader).post(f"/api/v1/accounts/{engineer.id}/block")

    for whole in ("marie", "@Marie", "marie@pinson.example"):
        assert await names(world, reader, whole) == ["marie"]
        assert await names(world, engineer, whole.lower().replace("marie", "reader")) == []


async def test_pages_stay_full_and_lead_everywhere(world, engineer):
    reader, hidden = await world.people("reader", "hidden")
    await agree(world, hidden)
    for number in range(30):
        await world.publish(hidden, f"Du bruit sur la supraconductivité {number}")
    await world.client(hidden).post(f"/api/v1/accounts/{reader.id}/block")
    await world.settle()
    everything = await texts(world, reader, "supraconductivité")
    found = (await search(world, reader, "supraconductivité", type="statuses"))["statuses"]

    async def page(**asked):
        return await texts(world, reader, "supraconductivité", limit=2, **asked)

    assert len(everything) == 4
    assert await page() == everything[:2]
    assert await page(offset=2) == await page(max_id=found[1]["id"]) == everything[2:]
    assert await page(offset=4) == []
    assert await page(min_id=found[3]["id"]) == everything[1:3]
    assert await page(account_id=hidden.id) == []
    assert await page(account_id=engineer.id, offset=1) == everything[1:3]
    assert await texts(world, reader, "supraconductivité", limit=0) == []


async def test_people_are_found_by_the_words_of_their_names(world):
    me = await world.person("rene", display_name="René Œuvray")
    for username, name in (("renee", "Zoé"), ("z1", "Jean-René Müller"), ("z2", "Irène"), ("z3", "RENE (bot)")):
        await world.person(username, display_name=name)
    followed = await world.person("z4", display_name="Marc Renet")
    await world.follow(me, followed)
    await world.settle()

    for typed in ("rene", "René", "@rene"):
        assert await names(world, me, typed) == ["rene", "z4", "renee", "z1", "z3"]
    assert await names(world, me, "mull jean") == ["z1"]
    assert await names(world, me, "oeuvray") == ["rene"]
    assert await names(world, me, "rene", following="true") == ["z4"]
    assert await names(world, None, "muller") == ["z1"]
    assert await names(world, me, "rene@pinson.example") == ["rene"]
    assert await names(world, me, "rene", limit=2, offset=1) == ["z4", "renee"]
    typing = await world.client(me).get("/api/v1/accounts/search?q=MÜLL")
    assert [one["username"] for one in typing.json()] == ["z1"]


async def test_of_a_question_without_end_the_beginning_is_looked_for(world, engineer):
    await world.publish(engineer, "#mer")
    await world.settle()

    assert await texts(world, engineer, "bobine" + " " * 500 + "absent") == await texts(world, engineer, "bobine") != []
    assert await names(world, None, "marie" + " " * 500 + "absent") == ["marie"]
    [tag] = (await search(world, None, "m" * 600, type="hashtags"))["hashtags"]
    assert tag["name"] == "m" * 500


async def test_a_new_name_takes_the_place_of_the_old_one(world):
    alice = await world.person("alice", display_name="Première")
    await world.client(alice).patch("/api/v1/accounts/update_credentials", json={"display_name": "Seconde"})
    await world.settle()

    assert await names(world, alice, "seconde") == ["alice"]
    assert await names(world, alice, "premiere") == []

    await world.write(accounts.delete, account_id=alice.account_id)
    await world.settle()
    assert await names(world, None, "seconde") == []


async def test_hashtags_are_found_by_their_beginning_and_unheard_of_ones_are_shown(world):
    alice = await world.person("alice")
    await world.publish(alice, "#Météo #MétéoMarine #mer")
    await world.client(alice).post("/api/v1/tags/meteo/follow")

    async def tags(q, **asked):
        found = (await search(world, alice, q, type="hashtags", **asked))["hashtags"]
        return [(one["name"], one["following"]) for one in found]

    assert await tags("#METEO") == [("Météo", True), ("MétéoMarine", False)]
    assert await tags("met") == [("met", False), ("Météo", True), ("MétéoMarine", False)]
    assert await tags("met", limit=1, offset=1) == [("Météo", True)]
    assert await tags("met", exclude_unreviewed="true") == [("met", False)]
    assert await tags("deux mots") == await tags("12") == []


@pytest.mark.parametrize(
    "path", ["/@marie", "/users/marie", "/@marie@pinson.example", "/@marie/?lang=fr", "/users/marie#x"]
)
async def test_the_address_of_a_profile_leads_to_the_account_alone(world, engineer, path):
    found = await search(world, None, f"https://pinson.example{path}")

    assert [one["username"] for one in found["accounts"]] == ["marie"]
    assert found["statuses"] == found["hashtags"] == []


@pytest.mark.parametrize("path", ["/@marie/{id}", "/users/marie/statuses/{id}", "/@marie@pinson.example/{id}/"])
async def test_the_address_of_a_post_leads_to_it_alone(world, engineer, path):
    post = await world.publish(engineer, "Ici")

    found = await search(world, None, f"https://PINSON.example{path.format(id=post.id)}")

    assert [one["id"] for one in found["statuses"]] == [str(post.id)]
    assert found["accounts"] == found["hashtags"] == []


async def test_an_address_leads_nowhere_if_there_is_nothing_to_see(world, engineer):
    other = await world.person("other")
    post = await world.publish(engineer, "Pour moi", visibility="private")
    here = "https://pinson.example"
    nothing = {"accounts": [], "statuses": [], "hashtags": [], "collections": []}

    for page in ("/@nobody", f"/@marie/{post.id}", f"/@other/{post.id}", "/@marie/9999999999999999999", "/tags/12"):
        assert await search(world, other, here + page) == nothing
    assert await search(world, other, "https://elsewhere.example/@marie", resolve="true") == nothing
    assert await search(world, other, f"{here}/@marie", type="statuses") == nothing
    assert await search(world, other, f"{here}/@marie", type="accounts", offset=1) == nothing
    assert [one["id"] for one in (await search(world, engineer, f"{here}/@marie/{post.id}"))["statuses"]] == [
        str(post.id)
    ]
    assert [one["name"] for one in (await search(world, None, f"{here}/tags/Caf%C3%A9"))["hashtags"]] == ["Café"]


async def test_strangers_find_people_and_hashtags_only(world, engineer):
    found = await search(world, None, "supraconductivité")

    assert (found["accounts"], found["statuses"]) == ([], [])
    assert [one["name"] for one in found["hashtags"]] == ["supraconductivité"]


@pytest.mark.parametrize("asked", [{"resolve": "true"}, {"offset": 1}])
async def test_strangers_ask_no_other_server_and_no_further_page(world, asked):
    answer = await world.client().get("/api/v2/search", params={"q": "a", **asked})

    assert answer.status_code == 401


async def test_to_look_for_nothing_is_refused_or_finds_nothing(world, engineer):
    client = world.client(engineer)

    assert (await client.get("/api/v2/search")).status_code == 400
    for blank in ("", "%20", "🎉", "-"):
        found = (await client.get(f"/api/v2/search?q={blank}")).json()
        assert found["accounts"] == found["statuses"] == found["hashtags"] == []
    assert await search(world, engineer, "marie", type="videos") == {
        "accounts": [],
        "statuses": [],
        "hashtags": [],
        "collections": [],
    }
    assert (await client.get("/api/v2/search?q=a&max_id=x")).status_code == 400


async def test_a_search_costs_one_statement_for_each_kind(world, engineer):
    reader = await world.person("reader")
    await search(world, reader, "supraconductivité")  # so that there are connections to watch
    await forget(world)

    with counted(world) as statements:
        found = await search(world, reader, "supraconductivité")

    assert len(found["statuses"]) == 4
    assert set(statements.values()) == {1}, statements


async def test_a_hashtag_that_moderators_list_nowhere_is_not_found(world):
    alice = await world.person("alice")
    await world.publish(alice, "#meteo #meteores")
    tag = await world.ask(posts.tag, "meteo")
    await world.write(posts.change_tag, id=tag.id, listable=False)

    found = (await search(world, alice, "meteo", type="hashtags"))["hashtags"]

    assert [one["name"] for one in found] == ["meteores"]
