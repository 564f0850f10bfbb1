"""Pictures, films and sounds to test with, made on the spot: as phones make them, and as attackers do."""

import io
import shutil
import struct
import subprocess
import zlib

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

PLACE, MAKER = b"48.85770", b"SecretMaker"  # what no file of ours may tell
ISO_PLACE = "+48.85770+002.29500/"


def drawing(width, height):
    """Something with colours and edges: red at the top left, blue at the bottom right, green light in the middle."""
    across, down = (Image.linear_gradient("L").rotate(turn).resize((width, height)) for turn in (90, 0))
    return Image.merge("RGB", (across, Image.radial_gradient("L").resize((width, height)), down))


def exif(orientation=1):
    """What a phone writes about a photo: how it was held, who made it, and where."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = MAKER.decode()
    data[0x8825] = {1: "N", 2: (48.0, 51.0, 27.72), 3: "E", 4: (2.0, 17.0, 42.0), 29: PLACE.decode()}
    return data


def encoded(picture, format, **options):
    """A picture as the bytes of a file."""
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def photo(width=900, height=600, format="JPEG", *, orientation=1, **options):
    """A photo with all that a phone writes into it."""
    return encoded(drawing(width, height), format, exif=exif(orientation), **options)


def moving_gif(width=64, height=48, pictures=3):
    """A GIF that moves."""
    return moving("GIF", width, height, pictures)


def long_gif(width, height, pictures):
    """A GIF of so many large pictures, that is made at once: each of them is told in one pixel."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    picture = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    return head + picture * pictures + b";"


def moving(format, width=64, height=48, pictures=3):
    """A picture that moves, in any format that can."""
    frames = [Image.new("RGB", (width, height), (number * 60 % 256, 80, 200)) for number in range(pictures)]
    return encoded(frames[0], format, save_all=True, append_images=frames[1:], duration=100, loop=0)


def chunk(kind, content):
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def bomb(width, height):
    """A PNG of a few kilobytes that claims to be huge, and is."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    lines = zlib.compress(bytes(min(height * (width // 8 + 1), 100 << 20)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def segments(jpeg):
    """The markers of a JPEG up to its pixels."""
    found, place = [], 2
    while jpeg[place + 1] != 0xDA:
        found.append(jpeg[place + 1])
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4], "big")
    return found


def chunks(png):
    """The kinds of chunk in a PNG."""
    found, place = set(), 8
    while place < len(png):
        found.add(png[place + 4 : place + 8])
        place += 12 + int.from_bytes(png[place : place + 4], "big")
    return found


def film(folder, name, *arguments, size="320x180", fps=24, seconds=1, sound=True):
    """A film or a sound, written by ffmpeg as told. A file of another name is of another kind."""
    inputs = ["-f", "lavfi", "-i", f"testsrc=s={size}:r={fps}:d={seconds}"] if size else []
    inputs += ["-f", "lavfi", "-i", f"sine=d={seconds}"] if sound else []
    path = folder / name
    command = [shutil.which("ffmpeg"), "-v", "error", "-y", *inputs, *arguments, path]
    subprocess.run(command, check=True)
    return path


def phone_film(folder, name="phone.mp4", *, seconds=1):
    """A film as a phone writes it: H.264 and AAC, and where it was."""
    told = ("-metadata", f"location={ISO_PLACE}", "-metadata", f"comment={MAKER.decode()}")
    told += ("-metadata", f"com.apple.quicktime.location.ISO6709={ISO_PLACE}")
    told += ("-metadata:s:v", f"handler_name={MAKER.decode()}", "-movflags", "use_metadata_tags")
    return film(folder, name, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", *told, seconds=seconds)
