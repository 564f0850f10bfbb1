"""What becomes of a live event, its programme, and what is written in it."""

from datetime import UTC, datetime, timedelta

import pytest

from pinson.domain import events, posts, relations
from pinson.domain.events import Changes, Marks, Role, State, Step, Webcast
from pinson.domain.posts import Draft, Visibility
from tests.domain.town import BASE, START, TAGS, a_town

PLAIN = Marks()
ANA, BEN, CLEO = 0, 1, 2  # whose event it is, a writer, somebody else


@pytest.fixture
async def town():
    async with a_town() as town:
        yield town


async def ask(town, question, *args, **named):
    async with town.db.read() as tx:
        return await question(tx, *args, **named)


async def write(town, who, text, marks=PLAIN, **named):
    draft = Draft(text, named.pop("visibility", Visibility.PUBLIC), corrects_id=named.pop("corrects_id", None))
    prepared = posts.prepare(draft, max_characters=500, local_domain="pinson.example")
    town.now += timedelta(milliseconds=1)
    return await town.db.write(
        events.write,
        id=town.event,
        author=await town.reader(who),
        prepared=prepared,
        marks=marks,
        base_url=BASE,
        now=town.now,
        **named,
    )


async def do(town, verb, by=ANA, **named):
    return await town.db.write(verb, id=town.event, account_id=town.people[by], now=town.now, **named)


async def entry(town, post_id):
    return (await ask(town, events.entries, [post_id]))[post_id]


async def test_an_event_has_an_address_of_its_title_that_nobody_else_gets(town):
    said = Changes(title="L'été à Œuvre-sur-Mer !", starts_at=START, ends_at=START + timedelta(hours=1))
    first, second = [
        await town.db.write(events.create, account_id=town.people[CLEO], said=said, now=town.now) for _ in range(2)
    ]

    assert (first.slug, second.slug) == ("l-ete-a-oeuvre-sur-mer", "l-ete-a-oeuvre-sur-mer-2")
    renamed = await town.db.write(
        events.change, id=first.id, account_id=town.people[CLEO], said=Changes(title="Autre"), now=town.now
    )
    assert (renamed.title, renamed.slug) == ("Autre", first.slug)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (Changes(title=" "), events.BlankTitle),
        (Changes(zone="Europe/Nowhere"), events.BadZone),
        (Changes(zone="../etc/passwd"), events.BadZone),
        (Changes(ends_at=START), events.BadTimes),
        (Changes(webcast_url="javascript:alert(1)"), events.BadWebcast),
        (Changes(gauge_steps=(Step(2.0, "deux"), Step(1.0, "un"))), events.BadGauge),
        (Changes(text="a" * 5001), events.TooLong),
        (Changes(starts_at=datetime.max.replace(tzinfo=UTC)), events.BadTimes),
    ],
)
async def test_what_an_event_cannot_be_is_refused_and_changes_nothing(town, said, refusal):
    before = await ask(town, events.by_id, town.event)

    with pytest.raises(refusal):
        await do(town, events.change, said=said)

    assert await ask(town, events.by_id, town.event) == before


async def test_only_leads_change_an_event_and_only_its_team_writes_in_it(town):
    with pytest.raises(events.NotInTeam):
        await do(town, events.change, BEN, said=Changes(title="À moi"))
    with pytest.raises(events.NotInTeam):
        await write(town, CLEO, "Bonjour")

    await do(town, events.set_member, member_id=town.people[CLEO], role=Role.LEAD)
    await do(town, events.change, CLEO, said=Changes(title="À nous"))
    assert (await write(town, CLEO, "Bonjour")).event_id == town.event
    await do(town, events.drop_member, member_id=town.people[CLEO])
    with pytest.raises(events.NotInTeam):
        await write(town, CLEO, "Encore")


async def test_what_is_written_in_an_event_is_public_or_not_written_at_all(town):
    with pytest.raises(events.NotPublic):
        await write(town, ANA, "Entre nous", visibility=Visibility.FOLLOWERS)

    assert await ask(town, events.number_of, town.event) == 0
    assert await ask(town, posts.by_author, town.people[ANA], limit=5) == []


async def test_the_clock_says_whether_an_event_is_to_come_goes_on_or_is_over(town):
    event = await ask(town, events.by_id, town.event)

    moments = [event.starts_at - timedelta(seconds=1), event.starts_at, event.ends_at]
    assert [event.state(at) for at in moments] == [State.BEFORE, State.DURING, State.AFTER]


async def test_a_new_expectation_replaces_the_one_before_and_a_promise_waits_for_its_answer(town):
    first = await write(town, ANA, "30 à 40 minutes", Marks(expects=(30, 40)))
    promised = await write(town, ANA, "Suite à 10 h", Marks(promises=True))
    second = await write(town, BEN, "Encore 5 minutes", Marks(expects=(0, 5)))

    opened = await ask(town, events.still_open, town.event)
    assert [one.post_id for one in opened] == [promised.id, second.id]
    assert opened[1].expects_until == second.created_at + timedelta(minutes=5)
    assert (await entry(town, first.id)).met_by == second.id

    answer = await write(town, BEN, "Voici", Marks(keeps=promised.id, meets=second.id))
    assert await ask(town, events.still_open, town.event) == []
    assert (await entry(town, promised.id)).kept_by == answer.id
    with pytest.raises(events.NothingOpen):
        await write(town, BEN, "Encore", Marks(keeps=answer.id))


async def test_what_an_answer_settled_is_open_again_once_the_answer_says_otherwise(town):
    promised = await write(town, ANA, "Suite à 10 h", Marks(promises=True))
    await do(town, events.settle, BEN, post_id=promised.id)
    assert await ask(town, events.still_open, town.event) == []

    await do(town, events.settle, BEN, post_id=promised.id, reopens=True)

    assert [one.post_id for one in await ask(town, events.still_open, town.event)] == [promised.id]


async def test_the_gauge_stands_where_the_latest_message_that_is_left_put_it(town):
    await write(town, ANA, "Mi-chemin", Marks(gauge=1.75))
    top = await write(town, ANA, "3 TeV", Marks(gauge=3.0))
    assert [one.gauge for one in await ask(town, events.gauge, town.event)] == [3.0]

    await town.db.write(posts.delete, id=top.id, author_id=town.people[ANA], now=town.now)

    assert [one.gauge for one in await ask(town, events.gauge, town.event)] == [1.75]


async def test_a_message_of_the_team_under_the_hashtag_joins_while_the_event_lasts_and_leaves_without_it(town):
    await town.publish(BEN, f"En direct #{TAGS[0]}", Visibility.PUBLIC, None)
    await town.publish(CLEO, f"Moi aussi #{TAGS[0]}", Visibility.PUBLIC, None)
    for id in town.posts:
        await town.move(id, events.join_by_tag)
    mine = town.posts[0]
    assert [one.post_id for one in await ask(town, events.page, town.event, limit=9)] == [mine]

    await town.edit(mine, "En direct")
    await town.move(mine, events.join_by_tag)
    assert await ask(town, events.page, town.event, limit=9) == []

    town.now += timedelta(seconds=3)  # it is over
    await town.publish(BEN, f"Merci #{TAGS[0]}", Visibility.PUBLIC, None)
    await town.move(town.posts[-1], events.join_by_tag)
    assert await ask(town, events.page, town.event, limit=9) == []


async def test_the_team_of_an_event_corrects_one_another_and_nobody_else(town):
    wrong = await write(town, ANA, "Un à-coup de courant")
    right = await write(town, BEN, "Le courant n'y est pour rien", corrects_id=wrong.id)
    assert (await ask(town, posts.post, wrong.id)).corrected_by_id == right.id
    assert [one.id for one in await ask(town, posts.corrections_under, town.event)] == [right.id]

    draft = posts.prepare(Draft("Non", corrects_id=wrong.id), max_characters=500, local_domain="pinson.example")
    with pytest.raises(posts.CannotCorrect):
        await town.db.write(
            posts.publish,
            author=await town.reader(CLEO),
            author_id=town.people[CLEO],
            prepared=draft,
            base_url=BASE,
            now=town.now,
        )


async def test_a_correction_that_is_deleted_corrects_no_more_and_neither_does_one_of_what_is_gone(town):
    wrong = await write(town, ANA, "Un à-coup de courant")
    first = await write(town, ANA, "Non", corrects_id=wrong.id)
    second = await write(town, ANA, "Non plus", corrects_id=wrong.id)

    await town.db.write(posts.delete, id=second.id, author_id=town.people[ANA], now=town.now)
    assert (await ask(town, posts.post, wrong.id)).corrected_by_id == first.id

    await town.db.write(posts.delete, id=wrong.id, author_id=town.people[ANA], now=town.now)
    assert (await ask(town, posts.post, first.id)).corrects_id is None


async def test_an_event_made_from_another_has_its_team_programme_and_drafts_moved_to_the_new_day(town):
    await do(town, events.add_line, starts_at=START + timedelta(hours=3), what="Reprise", who="L'équipe")
    await do(town, events.add_draft, text="C'est parti", after_start=0, marks=Marks(is_key=True))
    done = await do(town, events.add_draft, text="Fini", after_start=60)
    await write(town, ANA, "Fini", draft_id=done.id)
    day = datetime(2027, 5, 1, 8, 40, tzinfo=UTC)

    new = await do(town, events.make_from, starts_at=day, title="Portes ouvertes 2027")

    assert (new.starts_at, new.ends_at, new.model_id) == (day, day + timedelta(seconds=2), town.event)
    (line,) = await ask(town, events.lines, new.id)
    assert (line.starts_at, line.what, line.done_at) == (day + timedelta(hours=3), "Reprise", None)
    ready = await ask(town, events.drafts, new.id)
    assert [(one.text, one.after_start, one.marks.is_key, one.post_id) for one in ready] == [
        ("C'est parti", 0, True, None),
        ("Fini", 60, False, None),
    ]
    assert [one.account_id for one in await ask(town, events.team, new.id)] == [town.people[BEN]]
    assert await ask(town, events.number_of, new.id) == 0


async def test_calendars_are_told_of_what_changes_in_them_and_of_nothing_else(town):
    sequences = []
    for said in (
        Changes(adds_hashtag=True),
        Changes(place="Genève"),
        Changes(is_paused=True),
        Changes(is_cancelled=True),
    ):
        sequences.append((await do(town, events.change, said=said)).sequence)
    await do(town, events.add_line, starts_at=START, what="Accueil")

    assert sequences == [0, 1, 1, 2]
    assert (await ask(town, events.by_id, town.event)).sequence == 3


async def test_a_programme_moves_along_with_the_beginning_if_that_is_wished(town):
    await do(town, events.add_line, starts_at=START, what="Accueil")
    later = Changes(starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=1))

    await do(town, events.change, said=later, moves_programme=True)

    (line,) = await ask(town, events.lines, town.event)
    assert line.starts_at == START + timedelta(days=1)


async def test_an_event_in_which_something_was_written_stays_at_its_address(town):
    post = await write(town, ANA, "Bonjour")
    with pytest.raises(events.HasPosts):
        await do(town, events.delete)

    await do(town, events.take_out, post_id=post.id)
    await do(town, events.delete)

    with pytest.raises(events.EventNotFound):
        await ask(town, events.by_id, town.event)
    assert (await ask(town, posts.post, post.id)).event_id is None


async def test_when_the_account_of_an_event_closes_what_others_wrote_in_it_stays(town):
    post = await write(town, BEN, "Bonjour")

    while await town.db.write(events.delete_all, account_id=town.people[ANA], now=town.now):
        pass

    kept = await ask(town, posts.post, post.id)
    assert (kept.event_id, town.event in kept.topics) == (None, False)


async def test_a_followed_event_is_one_of_the_topics_of_its_follower(town):
    await do(town, events.follow, CLEO)
    assert town.event in (await town.reader(CLEO)).circle.topics
    follows = await ask(town, relations.followed_events, town.people[CLEO], before=2**63 - 1, after=0, limit=5)
    assert [one.topic_id for one in follows] == [town.event]

    await do(town, events.unfollow, CLEO)
    assert town.event not in (await town.reader(CLEO)).circle.topics


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("", Webcast.NONE),
        ("https://live.example/salle/master.m3u8", Webcast.HLS),
        ("https://www.youtube.com/watch?v=abc", Webcast.YOUTUBE),
        ("https://youtu.be/abc", Webcast.YOUTUBE),
        ("https://vimeo.com/123", Webcast.VIMEO),
        ("https://tube.example/w/k3sLq", Webcast.PEERTUBE),
        ("https://tube.example/videos/watch/9c9de5e8-0a1e", Webcast.PEERTUBE),
        ("https://live.example/", Webcast.LINK),
    ],
)
def test_an_address_of_a_webcast_says_how_it_can_be_shown(url, kind):
    assert events.webcast_kind(url) is kind
