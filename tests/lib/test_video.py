import json
import subprocess
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pinson.lib import video
from pinson.lib.video import HEAD, Ffmpeg, FilmTooFast, FilmTooLarge, UnreadableFilm
from tests.lib.pictures import MAKER, drawing, film, moving_gif, phone_film

PLACES = (b"48.857", b"location", MAKER)


@pytest.fixture(scope="session")
def ffmpeg(program):
    """The programs, or the test is skipped."""
    return Ffmpeg(program("ffmpeg"), program("ffprobe"))


@pytest.fixture(scope="session")
def films(ffmpeg, tmp_path_factory):
    """A folder for films that several tests look at."""
    return tmp_path_factory.mktemp("films")


@pytest.fixture
def convert(ffmpeg, tmp_path):
    """`convert(file)`: what is made of it, and what is in that."""

    async def run(source, container=None):
        found = await ffmpeg.probe(source, container or video.sniff(source.read_bytes()[:HEAD]))
        target = tmp_path / ("made.mp4" if found.moving else "made.mp3")
        await ffmpeg.convert(source, found, target)
        return target, await ffmpeg.probe(target, video.sniff(target.read_bytes()[:HEAD]))

    return run


def pictures_of(ffmpeg, path):
    """Sums of all pictures of a film: whether it was encoded anew."""
    command = [ffmpeg._ffmpeg, "-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.split(",")[-1] for line in said.splitlines() if not line.startswith("#")]


def all_of(ffmpeg, path):
    """Whatever ffprobe finds in a file."""
    command = [ffmpeg._ffprobe, "-v", "error", "-show_streams", "-show_chapters", "-show_format", "-of", "json", path]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


async def test_a_film_that_fits_is_copied_without_a_word_about_where_it_was(ffmpeg, films, convert):
    sent = phone_film(films)
    assert all(place in sent.read_bytes() for place in PLACES)

    made, found = await convert(sent)

    assert [place for place in PLACES if place in made.read_bytes()] == []
    assert pictures_of(ffmpeg, made) == pictures_of(ffmpeg, sent)
    assert (found.moving.codec, found.moving.pixels, found.sound.codec, found.sound.profile) == (
        *("h264", "yuv420p"),
        *("aac", "LC"),
    )
    assert (found.moving.width, found.moving.height, found.moving.rate) == (320, 180, Fraction(24))
    assert found.seconds == pytest.approx(1, abs=0.1)


async def test_nothing_but_pictures_and_sound_is_left(ffmpeg, films, convert):
    (films / "told.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nSecretMaker\n")
    (films / "chapters.txt").write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=SecretMaker\n")
    more = ("-i", films / "told.srt", "-i", films / "chapters.txt", "-map", "0", "-map", "1", "-map", "2")
    tongue = ("-metadata:s:a", "language=fra")
    sent = film(films, "told.mp4", *more, "-map_chapters", "3", "-c:v", "libx264", "-c:s", "mov_text", *tongue)
    assert MAKER in sent.read_bytes()
    assert all_of(ffmpeg, sent)["streams"][1]["tags"]["language"] == "fra"

    made, _ = await convert(sent)

    found = all_of(ffmpeg, made)
    assert [stream["codec_type"] for stream in found["streams"]] == ["video", "audio"]
    assert found["streams"][1]["tags"]["language"] == "und"
    assert found["chapters"] == []
    assert {*found["format"]["tags"]} <= {"major_brand", "minor_version", "compatible_brands"}
    assert MAKER not in made.read_bytes()


async def test_what_a_camera_writes_between_the_pictures_goes_too(ffmpeg, films, convert):
    between = "h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+SecretMaker"
    sent = film(films, "car.mp4", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-bsf:v", between)
    assert MAKER in sent.read_bytes()

    made, _ = await convert(sent)

    assert MAKER not in made.read_bytes()
    assert pictures_of(ffmpeg, made) == pictures_of(ffmpeg, sent)


async def test_a_film_held_upright_is_measured_upright(films, convert):
    level = ("-i", phone_film(films, "level.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90")

    _, found = await convert(film(films, "turned.mov", *level, size=None, sound=False))

    assert (found.moving.width, found.moving.height) == (180, 320)


@pytest.mark.parametrize(
    ("name", "options", "size", "container"),
    [
        ("odd.webm", ("-c:v", "libvpx", "-c:a", "libvorbis"), "321x181", "matroska"),
        ("deep.mp4", ("-c:v", "libx264", "-pix_fmt", "yuv444p", "-c:a", "aac"), "320x180", "mov"),
        ("old.mov", ("-c:v", "mpeg4", "-c:a", "pcm_s16le"), "320x180", "mov"),
        ("theora.ogv", ("-c:v", "libtheora", "-c:a", "libvorbis", "-f", "ogg"), "320x192", "ogg"),
    ],
)
async def test_any_film_becomes_one_that_everything_plays(films, convert, name, options, size, container):
    sent = film(films, name, *options, "-metadata", "title=SecretMaker", size=size)
    assert video.sniff(sent.read_bytes()[:HEAD]) == container

    made, found = await convert(sent)

    assert (found.container, found.moving.codec, found.moving.pixels, found.sound.codec) == (
        *("mov", "h264"),
        *("yuv420p", "aac"),
    )
    assert (found.moving.width % 2, found.moving.height % 2) == (0, 0)
    assert made.read_bytes().index(b"moov") < made.read_bytes().index(b"mdat")  # it starts before all of it is there
    assert MAKER not in made.read_bytes()


async def test_a_film_that_is_encoded_is_not_larger_than_screens_need(films, convert):
    sent = film(films, "large.mp4", "-c:v", "mpeg4", size="2560x1440", fps=4, sound=False)

    _, found = await convert(sent)

    assert (found.moving.width, found.moving.height, found.sound) == (1920, 1080, None)


@pytest.mark.parametrize(
    ("name", "options", "container"),
    [
        ("a.wav", (), "wav"),
        ("a.flac", (), "flac"),
        ("a.m4a", (), "mov"),
        ("a.ogg", ("-c:a", "libvorbis"), "ogg"),
        ("a.opus", ("-c:a", "libopus"), "ogg"),
        ("a.aac", (), "aac"),
        ("a.mp3", ("-write_xing", "0", "-id3v2_version", "0"), "mp3"),
        ("b.mp3", ("-c:a", "libmp3lame"), "mp3"),
        ("a.webm", ("-c:a", "libopus"), "matroska"),
    ],
)
async def test_any_sound_becomes_an_mp3(films, convert, name, options, container):
    sent = film(films, name, *options, "-metadata", "artist=SecretMaker", size=None)
    assert video.sniff(sent.read_bytes()[:HEAD]) == container

    made, found = await convert(sent)

    assert (made.suffix, found.container, found.sound.codec, found.moving) == (".mp3", "mp3", "mp3", None)
    assert found.seconds == pytest.approx(1, abs=0.2)
    assert MAKER not in made.read_bytes()


async def test_the_picture_that_comes_with_a_sound_is_its_still(ffmpeg, films, tmp_path):
    drawing(200, 100).save(films / "cover.png")
    cover = ("-i", films / "cover.png", "-map", "0", "-map", "1", "-c:v", "mjpeg", "-disposition:v", "attached_pic")
    sent = film(films, "cover.mp3", *cover, size=None)
    found = await ffmpeg.probe(sent, "mp3")

    await ffmpeg.still(sent, found, tmp_path / "still.png")

    assert found.moving is None
    assert (tmp_path / "still.png").read_bytes().startswith(b"\x89PNG")


async def test_a_still_is_the_first_picture(ffmpeg, films, tmp_path):
    sent = film(films, "short.mp4", "-c:v", "libx264", sound=False)

    await ffmpeg.still(sent, await ffmpeg.probe(sent, "mov"), tmp_path / "still.png")

    assert pictures_of(ffmpeg, tmp_path / "still.png")
    assert (tmp_path / "still.png").stat().st_size > 1000


async def test_a_gif_that_moves_becomes_a_silent_film(tmp_path, convert):
    (tmp_path / "a.gif").write_bytes(moving_gif(65, 49, pictures=5))

    _, found = await convert(tmp_path / "a.gif", "gif")

    assert (found.moving.codec, found.moving.width, found.moving.height, found.sound) == ("h264", 64, 48, None)


async def test_a_film_with_too_many_pixels_or_pictures_is_refused(ffmpeg, films):
    large = film(films, "huge.mp4", "-c:v", "libx264", "-preset", "ultrafast", size="3840x2162", fps=2, sound=False)
    fast = film(films, "fast.mp4", "-c:v", "libx264", size="64x64", fps=240, sound=False)

    with pytest.raises(FilmTooLarge, match="3840x2162 videos are not supported"):
        await ffmpeg.probe(large, "mov")
    with pytest.raises(FilmTooFast, match="240fps videos are not supported"):
        await ffmpeg.probe(fast, "mov")


@pytest.mark.parametrize("container", ["mov", "matroska", "ogg", "wav", "flac", "mp3", "aac", "gif"])
async def test_nonsense_is_refused_whatever_it_says_it_is(ffmpeg, tmp_path, container):
    (tmp_path / "x").write_bytes(b"\0\0\0\x18ftypmp42" + b"nonsense" * 100)

    with pytest.raises(UnreadableFilm, match="can be read"):
        await ffmpeg.probe(tmp_path / "x", container)


@pytest.mark.parametrize("list", ["#EXTM3U\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile {}\n"])
async def test_a_playlist_opens_no_other_file(ffmpeg, films, list):
    secret = phone_film(films, "secret.mp4")

    for name in (secret, secret.name):
        text = list.format(name)
        (films / "list").write_text(text)
        assert video.sniff(text.encode()[:HEAD]) is None
        for container in ("mov", "matroska", "mp3"):
            with pytest.raises(UnreadableFilm):
                await ffmpeg.probe(films / "list", container)


async def test_half_a_film_is_refused(films, convert, tmp_path):
    whole = phone_film(films, "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadableFilm):
        await convert(tmp_path / "half.mp4")


@given(st.binary(max_size=HEAD))
@example(b"\xff")
@example(b"\xff\xfb")
def test_sniffing_takes_any_bytes(head):
    assert video.sniff(head) in (None, "mov", "matroska", "ogg", "wav", "flac", "mp3", "aac")
