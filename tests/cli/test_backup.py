"""`pinson backup` and `pinson restore`: whole, while others write, and never to anybody's loss."""

import asyncio
import gzip
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import apsw
import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pinson import backup
from pinson.app import HalfRestored, prepare_data
from pinson.backup import NotABackup
from pinson.lib.clock import SystemClock
from pinson.lib.db.sqlite import write_lock
from tests.cli.conftest import PROGRAM, ROOT, authorization, created, run, wait_until
from tests.schema import make_ready


def quiet(_step: str, _done: int, _of: int) -> None:
    """For those who need not know how far it is."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    """Folder to copy from: `data`, of two people, with a setting and a letter, and `saved.tar.gz`, its backup."""
    folder = tmp_path_factory.mktemp("saved")
    data = folder / "data"
    data.mkdir(mode=0o700)
    make_ready(data)
    created(data, "lea")
    created(data, "tom")
    (data / "pinson.toml").write_text('[instance]\ntitle = "Portelune"\n')
    (data / "mail").mkdir()
    (data / "mail" / "1.eml").write_bytes(b"Subject: hello\r\n\r\n")
    outcome = run("backup", folder / "saved.tar.gz", "--data", data)
    assert outcome.exit_code == 0, outcome.output
    return folder


@pytest.fixture
def server_data(saved, tmp_path) -> Path:
    """A folder of data with two people, a setting and a letter."""
    return shutil.copytree(saved / "data", tmp_path / "data")


@pytest.fixture
def archive(saved, tmp_path) -> Path:
    """A backup of `server_data`."""
    return shutil.copy(saved / "saved.tar.gz", tmp_path / "saved.tar.gz")


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder but what a running server makes for itself."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != "write.lock"}


def repacked(archive: Path, target: Path, change) -> Path:
    """A copy of an archive in which `change(members)` has had its way with a list of (TarInfo, content)."""
    with tarfile.open(archive) as tar:
        members = [(member, tar.extractfile(member).read()) for member in tar]
    members = change(members) or members
    with tarfile.open(target, "w:gz") as tar:
        for member, content in members:
            if member.isreg():
                member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return target


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


# --- There and back -----------------------------------------------------------------------------------------------


def test_what_is_restored_is_what_was_saved(pinson, archive, server_data, tmp_path):
    outcome = pinson("restore", archive, "--data", tmp_path / "back")
    listed = pinson("account", "list", "--json", "--data", tmp_path / "back").stdout

    assert outcome.exit_code == 0, outcome.output
    assert [one["username"] for one in json.loads(listed)] == ["lea", "tom"]
    assert (tmp_path / "back" / "pinson.toml").read_bytes() == (server_data / "pinson.toml").read_bytes()
    assert (tmp_path / "back" / "mail" / "1.eml").read_bytes() == b"Subject: hello\r\n\r\n"


def test_a_backup_is_ours_alone_and_leaves_out_what_a_server_makes_for_itself(pinson, server_data, tmp_path):
    for name in ("limits", "files/unfinished/upload", "mail/2.eml.unfinished", "backups/schema-0001.db"):
        (server_data / name).parent.mkdir(parents=True, exist_ok=True)
        (server_data / name).write_bytes(b"not for long")
    archive = tmp_path / "saved.tar.gz"

    pinson("backup", archive, "--data", server_data)
    with tarfile.open(archive) as tar:
        names = tar.getnames()

    assert (server_data / "committed").exists()
    assert names == ["data/pinson.db", "data/pinson.toml", "data/mail/1.eml", "pinson-backup.json"]
    assert oct(archive.stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in archive.parent.iterdir() if path.name.startswith(".pinson")] == []


def test_a_restored_folder_is_ours_alone(pinson, archive, tmp_path):
    pinson("restore", archive, "--data", tmp_path / "back")

    modes = {oct(path.stat().st_mode & 0o077) for path in (tmp_path / "back").rglob("*") if path.name != "write.lock"}
    assert modes == {"0o0"}


def test_a_backup_follows_links_that_the_operator_made(pinson, server_data, tmp_path):
    (tmp_path / "big-disk").mkdir()
    (tmp_path / "big-disk" / "photo").write_bytes(b"photo")
    (server_data / "media").symlink_to(tmp_path / "big-disk")
    (tmp_path / "big-disk" / "again").symlink_to(server_data)

    pinson("backup", tmp_path / "saved.tar.gz", "--data", server_data)
    pinson("restore", tmp_path / "saved.tar.gz", "--data", tmp_path / "back")

    assert (tmp_path / "back" / "media" / "photo").read_bytes() == b"photo"
    assert not (tmp_path / "back" / "media" / "again").exists()


def test_sessions_and_tokens_go_on_after_a_restore(serve, create, data, pinson, tmp_path):
    lea = create("lea")
    server = serve(data)
    status = server.post("Before", token=lea["access_token"])
    browser = signed_in(server.url)
    pinson("backup", tmp_path / "saved.tar.gz", "--data", data)
    server.stop()

    pinson("restore", tmp_path / "saved.tar.gz", "--data", tmp_path / "back")
    restored = serve(tmp_path / "back")
    home = restored.ask("/api/v1/timelines/home", token=lea["access_token"]).json()
    later = restored.post("After", token=lea["access_token"])

    assert [one["id"] for one in home] == [status]
    assert int(later) > int(status)
    assert "lea" in httpx.get(f"{restored.url}/", cookies=browser, timeout=60).text


def signed_in(url: str) -> dict[str, str]:
    """The cookies of a browser in which lea signed in."""
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as client:
        page = client.get("/auth/sign_in").text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        answer = client.post("/auth/sign_in", data={"csrf": csrf, "login": "lea", "password": "long-enough"})
        assert answer.status_code == 200, answer.text
        return dict(client.cookies)


# --- While others write -------------------------------------------------------------------------------------------


@contextmanager
def writers(url: str, token: str, count: int):
    """Writers that post as fast as they are answered: the ids that were acknowledged so far, growing."""
    acknowledged: list[str] = []
    stop = threading.Event()

    def write(number: int) -> None:
        with httpx.Client(base_url=url, headers=authorization(token), timeout=60) as client:
            while not stop.is_set():
                answer = client.post("/api/v1/statuses", json={"status": f"Post of {number}"})
                assert answer.status_code == 200
                acknowledged.append(answer.json()["id"])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def post_ids(data: Path) -> set[str]:
    connection = apsw.Connection(str(data / "pinson.db"))
    try:
        return {str(id) for (id,) in connection.execute("SELECT id FROM posts")}
    finally:
        connection.close()


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.thorough)])
def test_everything_acknowledged_before_a_backup_began_is_in_it(serve, create, data, tmp_path, workers):
    lea = create("lea")
    server = serve(data, "--workers", workers, environ={"PINSON_LIMITS_ENABLED": "false"})

    with writers(server.url, lea["access_token"], 6) as acknowledged:
        for turn in range(3):
            wait_until(lambda wanted=20 * (turn + 1): len(acknowledged) >= wanted)
            before = set(acknowledged)
            command = [*PROGRAM, "backup", tmp_path / f"{turn}.tar.gz", "--data", data]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
            assert len(acknowledged) > len(before)  # nobody waited for the backup

            backup.restore(tmp_path / f"{turn}.tar.gz", tmp_path / f"back{turn}", clock=SystemClock(), tell=quiet)
            assert before <= post_ids(tmp_path / f"back{turn}")
            assert log_and_tables_agree(tmp_path / f"back{turn}")


def log_and_tables_agree(data: Path) -> bool:
    """Whether each post has its fact and each fact its post: the copy is one moment."""
    connection = apsw.Connection(str(data / "pinson.db"))
    try:
        published = connection.execute(
            "SELECT json_extract(payload, '$.post.id') FROM log WHERE kind = 'PostPublished'"
        ).fetchall()
        return {str(id) for (id,) in published} == post_ids(data)
    finally:
        connection.close()


def test_a_killed_backup_leaves_no_file_of_that_name(server_data, tmp_path):
    (server_data / "media").mkdir()
    for number in range(40):
        (server_data / "media" / str(number)).write_bytes(os.urandom(1 << 20))
    target = tmp_path / "out" / "saved.tar.gz"
    target.parent.mkdir()
    process = subprocess.Popen([*PROGRAM, "backup", target, "--data", server_data], cwd=ROOT)
    while not list(target.parent.glob(".pinson-backup-*/archive")):
        assert process.poll() is None
        time.sleep(0.01)

    process.kill()
    process.wait()

    assert not target.exists()
    assert backup.back_up(server_data, target, now=SystemClock().now(), tell=quiet).files.keys() >= {"media/39"}


@pytest.mark.parametrize(("limit", "said"), [(100, "The database could not be copied"), (6000, "File too large.")])
def test_a_disk_that_is_full_is_said_in_a_sentence(server_data, tmp_path, limit, said):
    (server_data / "media").write_bytes(os.urandom(1 << 23))
    target = tmp_path / "out" / "saved.tar.gz"
    target.parent.mkdir()
    command = shlex.join([*PROGRAM, "backup", str(target), "--data", str(server_data)])

    line = f"ulimit -f {limit}; exec {command}"  # kilobytes a file may have
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {said}")
    assert list(target.parent.iterdir()) == []


# --- Refused, with nothing lost -----------------------------------------------------------------------------------


def test_a_backup_never_replaces_a_file(pinson, server_data, tmp_path):
    (tmp_path / "saved.tar.gz").write_text("precious")

    outcome = pinson("backup", tmp_path / "saved.tar.gz", "--data", server_data)

    assert outcome.exit_code == 1
    assert "is there already" in outcome.stderr
    assert (tmp_path / "saved.tar.gz").read_text() == "precious"


def test_a_backup_does_not_go_into_the_folder_that_it_is_of(pinson, server_data):
    outcome = pinson("backup", server_data / "saved.tar.gz", "--data", server_data)

    assert outcome.exit_code == 1
    assert "outside" in outcome.stderr


def test_a_folder_that_holds_something_is_never_restored_into(pinson, archive, server_data, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("years of work")

    into_server, into_other = (
        pinson("restore", archive, "--data", folder) for folder in (server_data, tmp_path / "other")
    )

    assert (into_server.exit_code, into_other.exit_code) == (1, 1)
    assert "is not empty" in into_server.stderr
    assert files(tmp_path / "other") == {"thesis.txt": b"years of work"}


def test_a_folder_that_a_server_uses_is_not_restored_into(serve, data, archive, pinson):
    serve(data)

    outcome = pinson("restore", archive, "--data", data)

    assert outcome.exit_code == 1
    assert "a server uses it" in outcome.stderr


def test_a_server_that_is_started_meanwhile_waits_for_the_restored_data(archive, tmp_path):
    with write_lock_of_new(tmp_path / "back"):
        command = [*PROGRAM, "restore", archive, "--data", tmp_path / "back"]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        time.sleep(1.5)
        waited = process.poll() is None

    assert waited
    assert process.wait(60) == 0
    process.stderr.close()


@contextmanager
def write_lock_of_new(folder: Path):
    folder.mkdir()
    with write_lock(folder):
        yield


def test_a_file_that_is_not_there_is_said_so_and_no_folder_is_made(pinson, tmp_path):
    outcome = pinson("restore", tmp_path / "nothing.tar.gz", "--data", tmp_path / "back")

    assert outcome.exit_code == 1
    assert outcome.stderr == f"Error: {tmp_path / 'nothing.tar.gz'}: No such file or directory.\n"
    assert not (tmp_path / "back").exists()


def refused(pinson, archive: Path, data: Path) -> str:
    """Why an archive is not restored; nothing is left of the attempt."""
    outcome = pinson("restore", archive, "--data", data)

    assert outcome.exit_code == 1
    assert files(data) == {}
    return outcome.stderr


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_an_archive_that_was_cut_off_is_refused(pinson, archive, tmp_path, share):
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])

    assert "cannot be restored" in refused(pinson, archive, tmp_path / "back")


@pytest.mark.parametrize(
    "stranger",
    [
        member("../outside"),
        member("data/../../outside"),
        member("/tmp/outside"),
        member("data//pinson.toml"),
        member("data/./pinson.toml"),
        member("data/"),
        member("outside"),
        member("data/link", tarfile.SYMTYPE, "/etc/passwd"),
        member("data/link", tarfile.LNKTYPE, "data/pinson.db"),
        member("data/pipe", tarfile.FIFOTYPE),
        member("data/device", tarfile.CHRTYPE),
        member("data/folder", tarfile.DIRTYPE),
        member("data/sparse", tarfile.GNUTYPE_SPARSE),
        member("data/pinson.db"),
        member("data/pinson.db-wal"),
        member("data/pinson.db/below"),
        member("data/write.lock"),
        member("data/.restoring/x"),
        member("data/extra"),
    ],
    ids=lambda one: f"{one.name} ({one.type.decode()})",
)
@pytest.mark.parametrize("place", [0, -1])
def test_a_hostile_archive_is_refused(pinson, archive, tmp_path, stranger, place):
    def add(members):
        members.insert(len(members) - 1 if place else 1, (stranger, b""))

    hostile = repacked(archive, tmp_path / "hostile.tar.gz", add)

    assert "cannot be restored" in refused(pinson, hostile, tmp_path / "inner" / "back")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "inner" / "outside").exists()
    assert not Path("/tmp/outside").exists()


def test_a_link_is_not_followed_by_what_comes_after_it(pinson, archive, tmp_path):
    (tmp_path / "outside").mkdir()

    def add(members):
        members[1:1] = [
            (member("data/mail", tarfile.SYMTYPE, str(tmp_path / "outside")), b""),
            (member("data/mail/gift"), b"surprise"),
        ]

    refused(pinson, repacked(archive, tmp_path / "hostile.tar.gz", add), tmp_path / "back")

    assert list((tmp_path / "outside").iterdir()) == []


def test_a_header_of_gigabytes_is_not_read_into_memory(pinson, tmp_path):
    header = member("pax", tarfile.XHDTYPE)
    header.size = 1 << 32
    (tmp_path / "hostile.tar.gz").write_bytes(gzip.compress(header.tobuf() + bytes(4 << 20)))

    assert "header that is too long" in refused(pinson, tmp_path / "hostile.tar.gz", tmp_path / "back")


def test_a_file_that_the_disk_has_no_room_for_is_refused_before_it_is_written(pinson, archive, tmp_path):
    with tarfile.open(tmp_path / "huge.tar.gz", "w:gz") as tar:
        huge = member("data/huge")
        huge.size = 1 << 50
        tar.addfile(huge)

    assert "There is not enough room" in refused(pinson, tmp_path / "huge.tar.gz", tmp_path / "back")


@pytest.mark.parametrize("list_of_files", [b"", b"{", b"{}", b"\x80", b'{"\x80": 1}', b"[" * 100_000])
def test_a_list_of_files_that_is_none_is_refused(pinson, archive, tmp_path, list_of_files):
    def change(members):
        return [(one, list_of_files if one.name == "pinson-backup.json" else content) for one, content in members]

    changed = repacked(archive, tmp_path / "changed.tar.gz", change)

    assert "its list of files cannot be read" in refused(pinson, changed, tmp_path / "back")


@pytest.mark.parametrize("name", ["data/pinson.db", "data/pinson.toml"])
def test_a_changed_file_is_refused(pinson, archive, tmp_path, name):
    def change(members):
        return [(one, content[:-1] + b"?" if one.name == name else content) for one, content in members]

    changed = repacked(archive, tmp_path / "changed.tar.gz", change)

    assert "not those of its list" in refused(pinson, changed, tmp_path / "back")


def reseal(members, name: str, content: bytes, **changes: object):
    """Put other content into an archive and make its list of files agree, as a forger would."""
    sealed = []
    for one, old in members:
        if one.name == "pinson-backup.json":
            manifest = json.loads(old)
            digest = backup.hashlib.sha256(content).hexdigest()
            manifest["files"][name] = {"size": len(content), "sha256": digest}
            old = json.dumps({**manifest, **changes}).encode()
        sealed.append((one, content if one.name == f"data/{name}" else old))
    return sealed


def edited(archive: Path, folder: Path, *statements: str) -> bytes:
    """The database of an archive after some SQL."""
    with tarfile.open(archive) as tar:
        (folder / "edited.db").write_bytes(tar.extractfile("data/pinson.db").read())
    connection = apsw.Connection(str(folder / "edited.db"))
    for statement in statements:
        connection.execute(statement)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    return (folder / "edited.db").read_bytes()


def test_a_newer_schema_is_refused(pinson, archive, tmp_path):
    newer = edited(archive, tmp_path, "INSERT INTO migrations (number, name, at) VALUES (9999, 'future', 0)")
    forged = repacked(archive, tmp_path / "newer.tar.gz", lambda members: reseal(members, "pinson.db", newer))

    assert "at schema 9999, but this program knows only" in refused(pinson, forged, tmp_path / "back")


def test_a_newer_kind_of_archive_is_refused(pinson, archive, tmp_path):
    newer = repacked(archive, tmp_path / "newer.tar.gz", lambda members: reseal(members, "x", b"", format=2))

    assert "a newer program made it" in refused(pinson, newer, tmp_path / "back")


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE migrations",),
        ("PRAGMA foreign_keys = OFF", "DELETE FROM users"),
    ],
)
def test_a_database_that_is_not_sound_is_refused(pinson, archive, tmp_path, statements):
    broken = edited(archive, tmp_path, *statements)
    forged = repacked(archive, tmp_path / "broken.tar.gz", lambda members: reseal(members, "pinson.db", broken))

    assert "its database" in refused(pinson, forged, tmp_path / "back")


def test_a_database_with_torn_pages_is_refused(pinson, archive, tmp_path):
    content = bytearray(edited(archive, tmp_path))
    content[4096 * 3 : 4096 * 6] = os.urandom(4096 * 3)
    forged = repacked(archive, tmp_path / "torn.tar.gz", lambda members: reseal(members, "pinson.db", bytes(content)))

    assert "its database" in refused(pinson, forged, tmp_path / "back")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
@example(data=None)
def test_a_damaged_archive_is_refused_or_gives_back_what_was_saved(archive, tmp_path_factory, data):
    content = bytearray(gzip.decompress(archive.read_bytes()))
    if data is not None:
        places = st.one_of(
            st.integers(0, 512), st.integers(len(content) - 20_000, len(content) - 1), st.integers(0, len(content) - 1)
        )
        for place in data.draw(st.lists(places, min_size=1, max_size=4)):
            content[place] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("damaged")
    damaged = folder / "damaged.tar.gz"
    damaged.write_bytes(gzip.compress(bytes(content), compresslevel=1))

    try:
        restored = backup.restore(damaged, folder / "back", clock=SystemClock(), tell=quiet)
    except NotABackup:
        assert files(folder / "back") == {}
    else:
        assert restored.files.keys() == {"pinson.db", "pinson.toml", "mail/1.eml"}
        assert (folder / "back" / "mail" / "1.eml").read_bytes() == b"Subject: hello\r\n\r\n"


async def test_a_restore_may_be_tried_again_after_one_that_was_killed(archive, tmp_path):
    (tmp_path / "back" / ".restoring" / "mail").mkdir(parents=True)
    (tmp_path / "back" / ".restoring" / "pinson.db").write_bytes(b"half")
    (tmp_path / "back" / "mail").mkdir()
    (tmp_path / "back" / "mail" / "half.eml").write_text("Subject: he")

    await asyncio.to_thread(backup.restore, archive, tmp_path / "back", clock=SystemClock(), tell=quiet)

    assert files(tmp_path / "back").keys() >= {"pinson.db", "pinson.toml", "mail/1.eml"}
    assert "mail/half.eml" not in files(tmp_path / "back")
    assert not (tmp_path / "back" / ".restoring").exists()


def test_no_server_begins_anew_where_a_restore_was_killed(tmp_path):
    (tmp_path / ".restoring").mkdir()
    (tmp_path / "pinson.toml").write_text("")

    with pytest.raises(HalfRestored, match="run the same"):
        prepare_data(tmp_path, clock=SystemClock())

    assert not (tmp_path / "pinson.db").exists()


def test_what_somebody_put_there_since_a_restore_was_killed_is_not_replaced(archive, tmp_path):
    (tmp_path / ".restoring").mkdir()
    (tmp_path / "notes.txt").write_text("mine")

    with pytest.raises(backup.NotEmpty):
        backup.restore(archive, tmp_path, clock=SystemClock(), tell=quiet)

    assert files(tmp_path)["notes.txt"] == b"mine"
    assert (tmp_path / ".restoring").is_dir()


TO_BE_KILLED = """
import os, signal, sys
from pathlib import Path
from pinson import backup
from pinson.lib.clock import SystemClock

left = int(sys.argv[3])

def watch(event, _arguments):
    global left
    left -= event == "os.rename"
    if event == "os.rename" and left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
backup.restore(Path(sys.argv[1]), Path(sys.argv[2]), clock=SystemClock(), tell=lambda *_: None)
"""


@pytest.mark.thorough
def test_a_restore_killed_before_any_of_its_files_was_in_place_is_all_there_after_the_next(archive, tmp_path, pinson):
    for place in range(10):
        data = tmp_path / str(place)
        killed = subprocess.run([sys.executable, "-c", TO_BE_KILLED, archive, data, str(place)], cwd=ROOT, check=False)
        if killed.returncode == 0:
            break
        assert not (data / "pinson.db").exists()
        with pytest.raises(HalfRestored):
            prepare_data(data, clock=SystemClock())
        assert pinson("restore", archive, "--data", data).exit_code == 0
        assert files(data).keys() >= {"pinson.db", "pinson.toml", "mail/1.eml"}
        assert not (data / ".restoring").exists()

    assert place >= 3
