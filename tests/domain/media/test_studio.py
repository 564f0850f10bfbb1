from datetime import timedelta

import pytest
from PIL import Image

from pinson.domain import media
from pinson.domain.media import Details, MediaKind, MediaNotFound, MediaUploaded, State, commands
from pinson.domain.media.model import Made
from pinson.domain.media.rules import FILM_BYTES, FileTooLarge, NoFile, NoFilmsHere, UnknownType
from pinson.lib import log
from pinson.lib.images import TooManyPixels, UnreadablePicture
from pinson.lib.video import FilmTooLarge, UnreadableFilm
from tests.domain.media.desk import Desk, upload
from tests.lib.pictures import MAKER, PLACE, bomb, film, moving_gif, phone_film, photo

FACTS = log.Kinds([MediaUploaded])


async def facts(db):
    async with db.read() as tx:
        return [fact for line in await log.after(tx, 0) if (fact := FACTS.decode(line))]


def opened(desk, key):
    """A picture that was kept."""
    return Image.open(desk.blobs.path(key))


async def test_a_photo_is_ready_at_once_and_says_nothing_of_its_place(desk, db, alice):
    sent = await desk.send(alice, photo(900, 600))

    assert (sent.kind, sent.state, sent.details) == (MediaKind.IMAGE, State.READY, Details(900, 600, 587, 391))
    assert len(sent.blurhash) == 36
    assert sent.size == desk.blobs.path(sent.key).stat().st_size
    for key in (sent.key, sent.preview_key):
        content = desk.blobs.path(key).read_bytes()
        assert PLACE not in content
        assert MAKER not in content
    assert await facts(db) == []
    assert await desk.loose(sent.id, alice) == sent


async def test_nothing_is_left_of_what_was_sent(desk, alice):
    sent = await desk.send(alice)

    assert desk.files() == {sent.key, sent.preview_key}


async def test_a_film_is_taken_first_and_processed_later(film_desk, db, alice, tmp_path):
    desk, content = film_desk, phone_film(tmp_path).read_bytes()

    taken = await desk.send(alice, content)

    assert (taken.kind, taken.state, taken.key, taken.preview_key) == (MediaKind.VIDEO, State.PROCESSING, None, None)
    assert desk.blobs.path(taken.upload_key).read_bytes() == content
    assert await facts(db) == [MediaUploaded(at=desk.now, id=taken.id)]

    await desk.studio.process(taken.id, now=desk.now)
    await desk.blobs.sweep(now=desk.now)

    ready = await desk.loose(taken.id, alice)
    assert (ready.state, ready.upload_key) == (State.READY, None)
    assert desk.files() == {ready.key, ready.preview_key}
    assert (ready.key[-4:], ready.preview_key[-4:]) == (".mp4", ".jpg")
    details = ready.details
    assert (details.width, details.height, details.preview_width, details.preview_height) == (320, 180, 320, 180)
    assert (details.frame_rate, details.sound, details.sample_rate, details.channels) == (
        *("24/1", "aac (LC)"),
        *(44100, "mono"),
    )
    assert details.seconds == pytest.approx(1, abs=0.1)
    assert len(ready.blurhash) == 36


async def test_who_waits_gets_a_film_that_is_ready_and_nobody_else_is_told(film_desk, db, alice, tmp_path):
    ready = await film_desk.send(alice, phone_film(tmp_path).read_bytes(), wait=True)

    assert ready.state is State.READY
    assert await facts(db) == []


async def test_a_sound_becomes_an_mp3_and_shows_its_cover(film_desk, alice, tmp_path):
    photo_file = tmp_path / "cover.jpg"
    photo_file.write_bytes(photo(200, 100))
    cover = ("-i", photo_file, "-map", "0", "-map", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic")
    with_cover = film(tmp_path, "with.mp3", *cover, size=None).read_bytes()
    plain = film(tmp_path, "plain.wav", size=None).read_bytes()

    shown = await film_desk.send(alice, with_cover, wait=True)
    bare = await film_desk.send(alice, plain, wait=True)

    assert (shown.kind, shown.key[-4:], shown.preview_key[-4:]) == (MediaKind.AUDIO, ".mp3", ".jpg")
    assert (shown.details.preview_width, shown.details.preview_height) == (200, 100)
    assert (bare.kind, bare.key[-4:], bare.preview_key, bare.blurhash) == (MediaKind.AUDIO, ".mp3", None, None)


async def test_a_gif_that_moves_becomes_a_film_where_ffmpeg_is(film_desk, alice):
    taken = await film_desk.send(alice, moving_gif(64, 48))

    await film_desk.studio.process(taken.id, now=film_desk.now)

    ready = await film_desk.loose(taken.id, alice)
    assert (ready.kind, ready.key[-4:], ready.details.sound) == (MediaKind.GIFV, ".mp4", "")


async def test_a_gif_that_moves_stays_one_without_ffmpeg(desk, alice):
    sent = await desk.send(alice, moving_gif(64, 48, pictures=4))

    assert (sent.kind, sent.state, sent.preview_key[-4:]) == (MediaKind.IMAGE, State.READY, ".jpg")
    with opened(desk, sent.key) as picture:
        assert (picture.format, picture.n_frames) == ("GIF", 4)


async def test_without_ffmpeg_films_are_refused_and_the_way_out_is_named(desk, alice):
    with pytest.raises(NoFilmsHere, match="install ffmpeg"):
        await desk.send(alice, b"\0\0\0\x18ftypmp42" + bytes(100))

    assert desk.studio.types == media.rules.IMAGE_TYPES
    assert desk.files() == set()


async def test_a_chosen_thumbnail_stands_for_what_was_sent(film_desk, alice, tmp_path):
    film_content, chosen = phone_film(tmp_path).read_bytes(), photo(120, 60)

    picture = await film_desk.send(alice, thumbnail=chosen)
    ready = await film_desk.send(alice, film_content, thumbnail=chosen, wait=True)

    for one in (picture, ready):
        assert (one.details.preview_width, one.details.preview_height) == (120, 60)
        with opened(film_desk, one.preview_key) as shown:
            assert shown.size == (120, 60)
    assert (picture.details.width, ready.details.width) == (90, 320)
    assert picture.blurhash == ready.blurhash


async def test_a_thumbnail_can_be_changed_while_it_is_loose(desk, alice, bob):
    sent = await desk.send(alice)

    async def change(account_id, content):
        said = media.Said(description="New")
        return await desk.studio.update(
            sent.id, account_id=account_id, said=said, thumbnail=upload(content), now=desk.now
        )

    with pytest.raises(MediaNotFound):
        await change(bob, photo(50, 50))
    with pytest.raises(UnknownType):
        await change(alice, b"nonsense")
    changed = await change(alice, photo(50, 40))
    await desk.blobs.sweep(now=desk.now + timedelta(days=2))

    assert (changed.details.preview_width, changed.description) == (50, "New")
    assert desk.files() == {sent.key, changed.preview_key}


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", NoFile),
        (b"Hello", UnknownType),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', UnknownType),
        (photo()[:500], UnreadablePicture),
        (bomb(60_000, 60_000), TooManyPixels),
        (photo() + bytes(16 << 20), FileTooLarge),
        (b"\0\0\0\x18ftypmp42" + bytes(100), UnreadableFilm),
    ],
    ids=["nothing", "text", "svg", "half a photo", "a bomb", "17 MB", "no film"],
)
async def test_what_cannot_be_taken_is_refused_and_leaves_nothing(film_desk, alice, content, refusal):
    with pytest.raises(refusal):
        await film_desk.send(alice, content)

    assert film_desk.files() == set()


async def test_a_film_with_more_bytes_than_we_take_is_refused(film_desk, alice, tmp_path):
    sent = phone_film(tmp_path).read_bytes()

    with pytest.raises(FileTooLarge, match="99 MB"):
        await film_desk.send(alice, sent + bytes(FILM_BYTES))


async def test_a_film_with_too_many_pixels_is_refused_at_once(film_desk, alice, tmp_path):
    huge = film(tmp_path, "huge.mp4", "-c:v", "libx264", "-preset", "ultrafast", size="3840x2162", fps=1, sound=False)

    with pytest.raises(FilmTooLarge):
        await film_desk.send(alice, huge.read_bytes())


async def test_a_film_that_breaks_while_it_is_processed_has_failed_for_good(film_desk, alice, tmp_path):
    whole = film(tmp_path, "a.mp4", "-c:v", "libx264", "-movflags", "+faststart", seconds=2).read_bytes()
    taken = await film_desk.send(alice, whole[: whole.index(b"mdat") + 40])

    await film_desk.studio.process(taken.id, now=film_desk.now)
    await film_desk.blobs.sweep(now=film_desk.now)

    failed = await film_desk.loose(taken.id, alice)
    assert (failed.state, failed.keys) == (State.FAILED, [])
    assert film_desk.files() == set()


async def test_processing_again_or_what_is_gone_changes_nothing(film_desk, alice, tmp_path):
    desk, content = film_desk, phone_film(tmp_path).read_bytes()
    ready, gone = await desk.send(alice, content, wait=True), await desk.send(alice, content)
    await desk.write(media.delete, id=gone.id, account_id=alice)

    await desk.studio.process(ready.id, now=desk.now)
    await desk.studio.process(gone.id, now=desk.now)
    again = Made(ready.key, None, 1, Details(), None)

    assert not await desk.write(commands.finish, id=ready.id, made=again)
    assert await desk.loose(ready.id, alice) == ready


async def test_a_film_that_is_deleted_while_it_is_processed_leaves_nothing(film_desk, alice, tmp_path):
    desk = film_desk
    taken = await desk.send(alice, phone_film(tmp_path).read_bytes())
    with desk.blobs.workshop() as folder:
        (folder / "shown.mp4").write_bytes(b"a film")
        [key] = await desk.blobs.keep([folder / "shown.mp4"], now=desk.now)
    await desk.write(media.delete, id=taken.id, account_id=alice)

    assert not await desk.write(commands.finish, id=taken.id, made=Made(key, None, 6, Details(), None))
    await desk.blobs.sweep(now=desk.now + timedelta(days=1))

    assert desk.files() == set()


async def test_what_ffmpeg_would_have_done_is_tried_again_when_ffmpeg_is_gone(film_desk, db, alice, tmp_path):
    taken = await film_desk.send(alice, phone_film(tmp_path).read_bytes())
    without = Desk(db, tmp_path / "files", None, film_desk.now)

    with pytest.raises(NoFilmsHere):
        await without.studio.process(taken.id, now=without.now)
    await film_desk.studio.process(taken.id, now=film_desk.now)

    assert (await film_desk.loose(taken.id, alice)).state is State.READY
