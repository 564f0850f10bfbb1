"""The array of heads, where it grows."""

from pinson.domain.timelines.heads import Heads


def test_heads_make_room_for_any_number_of_topics():
    heads = Heads()

    for topic in range(1, 5001):
        heads.rise(topic, topic * 10)

    places = heads.places([1, 1024, 1025, 5000])
    assert heads.ids[places].tolist() == [10, 10240, 10250, 50000]


def test_a_head_never_falls_when_an_older_entry_joins():
    heads = Heads()
    heads.rise(7, 100)

    heads.rise(7, 50)

    assert heads.ids[heads.place(7)] == 100
