import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from pinson.lib import images
from pinson.lib.images import HEAD, MOST_PIXELS, TooManyPixels, UnreadablePicture, Version
from pinson.lib.programs import ProgramFailed
from tests.lib import pictures
from tests.lib.pictures import (
    MAKER,
    PLACE,
    bomb,
    chunk,
    chunks,
    drawing,
    encoded,
    long_gif,
    moving_gif,
    photo,
    segments,
)

LARGE, SMALL = Version(8_294_400, faithful=True), Version(230_400)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FORMATS = [
    ("JPEG", ".jpg", {}),
    ("PNG", ".png", {}),
    ("WEBP", ".webp", {}),
    ("AVIF", ".jpg", {"speed": 10}),
    ("HEIF", ".jpg", {}),
]


@pytest.fixture
def develop(tmp_path):
    """`develop(content)`: what is made of it; its format is sniffed."""

    async def run(content, *versions, **options):
        source = tmp_path / "source"
        source.write_bytes(content)
        folder = tmp_path / "made"
        folder.mkdir(exist_ok=True)
        format = images.sniff(content[:HEAD])
        assert format is not None, "no picture"
        return await images.develop(source, format, folder, versions=versions or (LARGE, SMALL), **options)

    return run


def colour(picture, across, down):
    """The colour at a place given in shares of width and height."""
    with Image.open(picture.file) as opened:
        rgb = opened.convert("RGB")
        return rgb.getpixel((int(across * (rgb.width - 1)), int(down * (rgb.height - 1))))


def close(one, other, by=12):
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("format", "suffix", "options"), FORMATS)
async def test_a_picture_comes_out_without_a_word_about_place_or_maker(develop, format, suffix, options):
    sent = photo(format=format, **options)
    assert PLACE in sent
    assert MAKER in sent

    made = await develop(sent)

    assert [one.file.suffix for one in made.pictures] == [suffix, ".jpg"]
    for one in made.pictures:
        content = one.file.read_bytes()
        assert PLACE not in content
        assert MAKER not in content
        with Image.open(one.file) as opened:
            assert not opened.getexif()
            assert not {"exif", "xmp", "icc_profile", "comment"} & opened.info.keys()


async def test_nothing_but_pixels_and_what_they_need_is_written(develop):
    jpeg = await develop(photo(comment=MAKER, icc_profile=b"broken", xmp=MAKER))
    png = await develop(photo(format="PNG", xmp=MAKER))

    assert set(segments(jpeg.pictures[0].file.read_bytes())) <= {0xE0, 0xDB, 0xC2, 0xC4}
    assert chunks(png.pictures[0].file.read_bytes()) == {b"IHDR", b"IDAT", b"IEND"}


async def test_what_hides_behind_a_picture_is_gone(develop):
    hidden = b"<script>alert(1)</script>PK\x03\x04"

    made = await develop(photo() + hidden)

    assert b"script" not in made.pictures[0].file.read_bytes()


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_a_picture_is_turned_upright(develop, orientation):
    upright = drawing(300, 200)
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    held = upright
    for turn in turns.get(orientation, []):
        held = held.transpose(turn)

    made = (await develop(encoded(held, "JPEG", quality=95, exif=pictures.exif(orientation)))).pictures[0]

    assert (made.width, made.height) == (300, 200)
    for across, down in ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9)):
        assert close(colour(made, across, down), upright.getpixel((int(across * 299), int(down * 199))))


async def test_a_large_picture_is_made_smaller_and_a_small_one_is_not_made_larger(develop):
    large = await develop(photo(4000, 3000))
    small = await develop(photo(40, 30))

    assert [(one.width, one.height) for one in large.pictures] == [(3325, 2494), (554, 415)]
    assert [(one.width, one.height) for one in small.pictures] == [(40, 30), (40, 30)]


async def test_a_line_one_pixel_high_stays_one_pixel_high(develop):
    made = await develop(encoded(drawing(30_000, 1), "PNG"), Version(1000))

    assert made.pictures[0].height == 1
    assert made.pictures[0].width <= 1000


async def test_what_is_transparent_stays_so(develop):
    ring = drawing(300, 200)
    ring.putalpha(Image.radial_gradient("L").resize((300, 200)))

    for format, suffix in (("PNG", ".png"), ("WEBP", ".webp")):
        made = await develop(encoded(ring, format))
        for one in made.pictures:
            assert one.file.suffix == suffix
            with Image.open(one.file) as opened:
                assert opened.convert("RGBA").getchannel("A").getextrema() == (0, 255)


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        (Image.new("L", (20, 20), 200), (200, 200, 200)),
        (Image.new("1", (20, 20), 1), (255, 255, 255)),
        (Image.new("I;16", (20, 20), 0x8000), (128, 128, 128)),
        (Image.new("LA", (20, 20), (90, 255)), (90, 90, 90)),
        (Image.new("RGB", (20, 20), "#204060").quantize(4), (32, 64, 96)),
    ],
    ids=["grey", "black and white", "16 bits", "grey and opaque", "palette"],
)
async def test_a_picture_of_any_mode_keeps_its_colours(develop, picture, expected):
    made = await develop(encoded(picture, "PNG"))

    assert close(colour(made.pictures[0], 0.5, 0.5), expected, by=2)


async def test_print_colours_become_screen_colours(develop):
    made = await develop(encoded(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG", quality=95))

    red, green, blue = colour(made.pictures[0], 0.5, 0.5)
    assert red > 200
    assert max(green, blue) < 60


async def test_colours_are_those_of_the_profile_which_is_left_out(develop):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"temp").replace(b"bXYZ", b"rXYZ").replace(b"temp", b"bXYZ")
    unknown = swapped.replace("sRGB".encode("utf-16-be"), "none".encode("utf-16-be"))
    red = Image.new("RGB", (20, 20), (255, 0, 0))

    of_profile = await develop(encoded(red, "PNG", icc_profile=unknown))
    of_nonsense = await develop(encoded(red, "JPEG", quality=95, icc_profile=b"nonsense"))

    assert close(colour(of_profile.pictures[0], 0.5, 0.5), (0, 0, 255))
    assert close(colour(of_nonsense.pictures[0], 0.5, 0.5), (255, 0, 0))
    assert b"iCCP" not in of_profile.pictures[0].file.read_bytes()
    assert b"ICC_PROFILE" not in of_nonsense.pictures[0].file.read_bytes()


async def test_a_lossless_webp_stays_exact(develop):
    sharp = Image.effect_noise((64, 64), 80).convert("RGB")

    made = await develop(encoded(sharp, "WEBP", lossless=True))

    with Image.open(made.pictures[0].file) as opened:
        assert opened.convert("RGB").tobytes() == sharp.tobytes()


async def test_a_gif_that_moves_stays_one_only_if_asked(develop):
    kept = (await develop(moving_gif(pictures=3), keep_animation=True)).pictures
    first = (await develop(moving_gif(pictures=3))).pictures

    with Image.open(kept[0].file) as opened:
        assert (opened.format, opened.n_frames, opened.info["duration"], opened.info["loop"]) == ("GIF", 3, 100, 0)
    assert [one.file.suffix for one in (*kept, *first)] == [".gif", ".jpg", ".png", ".jpg"]


@pytest.mark.parametrize("format", ["WEBP", "PNG"])
async def test_of_anything_else_that_moves_the_first_picture_is_kept(develop, format):
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    moving = encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=100)

    made = await develop(moving, keep_animation=True)

    with Image.open(made.pictures[0].file) as opened:
        assert (opened.format, getattr(opened, "n_frames", 1)) == (format, 1)
    assert close(colour(made.pictures[0], 0.5, 0.5), (255, 0, 0), by=3)


@pytest.mark.parametrize(("pictures_in_it", "expected"), [(1, False), (2, True), (5, True)])
def test_a_gif_moves_if_it_has_more_than_one_picture(pictures_in_it, expected):
    assert images.moves(moving_gif(pictures=pictures_in_it)) is expected


@pytest.mark.parametrize(
    ("picture", "expected"),
    [  # what the package blurhash 1.1.5 makes of them
        (drawing(32, 20), "U#HekA2sy7XRsxWnj@fhgzfkfjfktMW:kAfj"),
        (drawing(7, 30), "UzHV0b7eTr%eoUbDbGj;gzf+fjg2oubFbGj?"),
        (Image.new("RGB", (32, 32), "red"), "U9TI:j|cfQ|c|co1fQo1fQfQfQfQ|co1fQo1"),
        (Image.new("RGB", (32, 32), "black"), "U00000fQfQfQfQfQfQfQfQfQfQfQfQfQfQfQ"),
    ],
)
async def test_a_blurhash_is_what_other_programs_make_of_it(develop, picture, expected):
    made = await develop(encoded(picture, "PNG"))

    assert made.blurhash == expected


async def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(develop):
    assert MOST_PIXELS < 5_761 * 5_760
    for width, height in ((5_761, 5_760), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(TooManyPixels) as refused:
            await develop(bomb(width, height))
        assert str(refused.value) == f"{width}x{height} images are not supported"


async def test_a_gif_of_endless_pictures_is_refused(develop):
    with pytest.raises(TooManyPixels):
        await develop(long_gif(1000, 1000, pictures=70), keep_animation=True)


def hostile():
    jpeg, png, webp = photo(), encoded(drawing(200, 100), "PNG"), encoded(drawing(200, 100), "WEBP")
    avif, heif = photo(format="AVIF", speed=10), photo(format="HEIF")
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 << 20), 9))
    yield "half a JPEG", jpeg[: len(jpeg) // 2]
    yield "the beginning of a JPEG", jpeg[:30]
    yield "half a PNG", png[: len(png) // 2]
    yield "half a WebP", webp[: len(webp) // 2]
    yield "half an AVIF", avif[: len(avif) // 2]
    yield "half a HEIF", heif[: len(heif) // 2]
    yield "a PNG whose text is a bomb", png[:33] + text + png[33:]
    yield "a PNG with a broken sum", png[:40] + b"\0" * 8 + png[48:]
    yield "a GIF that is a script", b"GIF89a/*" + b"*/=alert(1);//" * 20
    yield "a JPEG that is a page", b"\xff\xd8\xff<html><script>alert(1)</script></html>"
    yield "a HEIF without pictures", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    yield "a WebP of nothing", b"RIFF\x04\0\0\0WEBP"


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in hostile()])
async def test_a_hostile_file_is_refused_in_words(develop, content):
    with pytest.raises(UnreadablePicture, match="may be damaged"):
        await develop(content)


async def test_a_broken_reader_is_a_refusal_too(develop, monkeypatch):
    monkeypatch.setattr(images, "SECONDS", 0.01)

    with pytest.raises(UnreadablePicture) as refused:
        await develop(photo())

    assert isinstance(refused.value.__cause__, ProgramFailed)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.integers(12, 400), st.binary(min_size=1, max_size=8))
async def test_a_damaged_file_is_a_picture_or_refused(develop, format, place, damage):
    content = bytearray(encoded(drawing(24, 16), format))
    content[place : place + len(damage)] = damage

    try:
        made = await develop(bytes(content))
    except (UnreadablePicture, TooManyPixels):
        return

    assert made.pictures[0].width * made.pictures[0].height <= LARGE.area


@pytest.mark.parametrize("content", [SVG, b"", b"\0", b"%PDF-1.7", b"BM" + bytes(60), b"II*\0" + bytes(60), b"PK\3\4"])
def test_what_is_no_picture_that_we_read_is_not_taken_for_one(content):
    assert images.sniff(content[:HEAD]) is None


@given(st.binary(max_size=HEAD))
@example(b"\0\0\0\x01ftyp")
@example(b"\xff\xff\xff\xffftyp" + b"x" * 50)
def test_sniffing_takes_any_bytes(head):
    assert images.sniff(head) in (None, "JPEG", "PNG", "GIF", "WEBP", "HEIF", "AVIF")


@given(st.binary(max_size=200))
@example(b"GIF89a" + b"\xff" * 20)
def test_looking_for_a_second_picture_takes_any_bytes(content):
    assert images.moves(b"GIF89a" + content) in (True, False)


@pytest.mark.parametrize(
    ("size", "shape", "made"),
    [
        ((900, 600), (400, 400), (400, 400)),
        ((600, 900), (1500, 500), (600, 200)),
        ((3000, 90), (400, 400), (90, 90)),
        ((1, 900), (1500, 500), (1, 1)),
    ],
)
async def test_a_picture_is_cut_to_shape_around_its_middle_and_never_enlarged(develop, size, shape, made):
    version = Version(shape[0] * shape[1], shape=shape)

    [cut] = (await develop(encoded(drawing(*size), "PNG"), version)).pictures

    assert (cut.width, cut.height) == made
    middle = drawing(*size).getpixel((size[0] // 2, size[1] // 2))
    assert close(colour(cut, 0.5, 0.5), middle, by=20)


async def test_a_picture_is_turned_before_it_is_cut(develop):
    [cut] = (await develop(photo(900, 300, orientation=6), Version(90_000, shape=(1, 3)))).pictures

    assert (cut.width, cut.height) == (173, 519)
