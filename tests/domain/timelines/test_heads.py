"""The array of heads: where it grows, and when a head is read."""

from pinson.domain.posts import Visibility
from pinson.domain.timelines.heads import Heads
from tests.domain.town import a_town


def test_heads_make_room_for_any_number_of_topics():
    heads = Heads()
    places = heads.places(range(1, 5001))

    for topic in range(1, 5001):
        heads.rise(topic, topic * 10)

    assert heads.ids[places[[0, 1023, 1024, 4999]]].tolist() == [10, 10240, 10250, 50000]


def test_a_head_never_falls_when_an_older_entry_joins():
    heads = Heads()
    place = heads.place(7)
    heads.rise(7, 100)

    heads.rise(7, 50)

    assert heads.ids[place] == 100


async def test_a_head_is_read_when_somebody_reads_the_topic():
    async with a_town() as town:
        ana, ben = town.people[:2]
        await town.publish(0, "Before anybody reads", Visibility.PUBLIC, None)
        heads = Heads()
        place = heads.place(ana)

        async with town.db.read() as tx:
            await heads.read(tx)
        heads.rise(ben, 1 << 62)  # whom nobody reads

        assert heads.ids[place] == town.posts[0]
        assert heads.unread == set()
        assert heads.ids[heads.place(ben)] == 0
        assert heads.unread == {ben}


async def test_all_heads_are_read_anew_after_a_gap():
    async with a_town() as town:
        ana = town.people[0]
        await town.publish(0, "Bonjour", Visibility.PUBLIC, None)
        heads = Heads()
        place = heads.place(ana)
        heads.rise(ana, 1 << 62)

        heads.forget()
        async with town.db.read() as tx:
            await heads.read(tx)

        assert heads.ids[place] == town.posts[0]
