"""What every place for blobs promises, tried on each: in a folder, and in a bucket of a real S3 server."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import putting_process
import seaweedfs_server
from mediatheque.kit.errors import Invalid, MediathequeError, NotFound, TooLarge, Unavailable
from mediatheque.kit.settings import read_settings
from mediatheque.stores.blobs import Blobs, Stored, all_blobs, key_of, names, open_blobs, sweep

KINDS = ["file", pytest.param("s3", marks=pytest.mark.slow)]
NOTHING = hashlib.sha256(b"").hexdigest()
LATER = timedelta(seconds=-1)
#: Longer than what the reader fetches first and next, and of no round length.
LENGTH = 1_700_017
AT_ONCE = timedelta(0)


@dataclass(frozen=True)
class Place:
    """A place that is tried: how any process opens it, and how its bytes are changed behind its back."""

    url: str
    folder: Path

    def opened(self) -> Blobs:
        return open_blobs(self.url or None, self.folder)

    def tamper(self, sha256: str, content: bytes) -> None:
        """Put other bytes under a name."""
        if not self.url:
            (self.folder / key_of(sha256)).write_bytes(content)
            return
        import obstore

        obstore.put(bucket_of(self), key_of(sha256), content)

    def incoming(self) -> list[Path]:
        """What is in the folders for the while."""
        return [path for name in ("incoming", "copies") for path in (self.folder / name).glob("*")]


@dataclass(frozen=True, repr=False)
class Long:
    """A blob to read about in, and what it holds."""

    blobs: Blobs
    sha256: str
    content: bytes


def bucket_of(place: Place):
    return place.opened()._store  # pyright: ignore


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return new_place(request.param, request, tmp_path)


@pytest.fixture
def blobs(place: Place) -> Blobs:
    return place.opened()


@pytest.fixture(params=KINDS, scope="module")
def long_one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Long:
    opened = new_place(request.param, request, tmp_path_factory.mktemp("long")).opened()
    content = putting_process.content(1, LENGTH)
    return Long(opened, opened.put(io.BytesIO(content)).sha256, content)


def new_place(kind: str, request: pytest.FixtureRequest, folder: Path) -> Place:
    if kind == "file":
        return Place("", folder / "blobs")
    server: seaweedfs_server.SeaweedServer = request.getfixturevalue("s3_server")
    return Place(server.url(server.new_bucket(), "some/where"), folder / "blobs")


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def every(blobs: Blobs) -> list[str]:
    return [stored.sha256 for stored in all_blobs(blobs)]


# ---- in and out ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (8 << 20) - 1, 8 << 20, (8 << 20) + 1, 20_000_003])
def test_what_was_put_is_what_is_read(blobs: Blobs, place: Place, tmp_path: Path, size: int) -> None:
    content = putting_process.content(size, size)
    given_as_file = tmp_path / "given"
    given_as_file.write_bytes(content)
    for source in (io.BytesIO(content), given_as_file):
        blob = blobs.put(source)
        assert blob == (hash_of(content), size)
    for opened in (blobs, place.opened()):
        assert opened.size(blob.sha256) == size
        with opened.open(blob.sha256, size) as file:
            assert file.read() == content
        with opened.local_path(blob.sha256) as path:
            assert path.read_bytes() == content
    assert every(blobs) == [blob.sha256]
    assert place.incoming() == []


def test_a_stream_is_read_once_from_where_it_stands(blobs: Blobs) -> None:
    class Once(io.BytesIO):
        def seek(self, *_: object) -> int:
            raise OSError("a pipe does not go back")

        def seekable(self) -> bool:
            return False

    stream = Once(b"before the rest")
    stream.read(7)
    assert blobs.put(stream).sha256 == hash_of(b"the rest")


def test_what_is_not_there_is_said_so(blobs: Blobs) -> None:
    for ask in (blobs.open, blobs.size, lambda sha256: blobs.read_range(sha256, 0, 1)):
        with pytest.raises(NotFound, match=NOTHING):
            ask(NOTHING)
    with pytest.raises(NotFound), blobs.local_path(NOTHING):
        pass
    with pytest.raises(NotFound):
        gathered(blobs, NOTHING)
    assert not blobs.exists(NOTHING)
    blobs.delete(NOTHING)
    assert not blobs.page()


@pytest.mark.parametrize("name", ["", "abc", "../" * 22, "A" * 64, f"{'0' * 64}\n", f"{'0' * 63}/"])
def test_only_a_hash_is_a_name(blobs: Blobs, name: str) -> None:
    asks: list[Callable[[str], object]] = [
        blobs.open,
        blobs.size,
        blobs.exists,
        blobs.delete,
        lambda sha256: blobs.presigned(sha256, timedelta(hours=1)),
        lambda sha256: blobs.delete_if_older(sha256, datetime.now(UTC)),
        lambda sha256: sweep(blobs, [sha256], AT_ONCE),
    ]
    for ask in asks:
        with pytest.raises(Invalid, match="SHA-256"):
            ask(name)


def test_deleted_is_gone_and_can_come_again(blobs: Blobs) -> None:
    sha256 = blobs.put(io.BytesIO(b"here today")).sha256
    blobs.delete(sha256)
    assert not blobs.exists(sha256)
    assert every(blobs) == []
    blobs.put(io.BytesIO(b"here today"))
    assert blobs.exists(sha256)


def test_beyond_the_limit_nothing_is_kept(blobs: Blobs, place: Place, tmp_path: Path) -> None:
    content = bytes((9 << 20) + 1)
    path = tmp_path / "given"
    path.write_bytes(content)
    for source in (io.BytesIO(content), path):
        with pytest.raises(TooLarge, match="larger than 9 MiB, the limit"):
            blobs.put(source, limit=9 << 20)
    assert every(blobs) == []
    assert place.incoming() == []
    assert blobs.put(path, limit=len(content)).size == len(content)


def test_a_source_that_fails_leaves_nothing_and_its_fault_is_told(blobs: Blobs, place: Place) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 10 << 20:
                raise ConnectionResetError("the other side went away")
            return super().read(size)

    with pytest.raises(ConnectionResetError, match="went away"):
        blobs.put(Broken(bytes(20 << 20)))
    assert every(blobs) == []
    assert place.incoming() == []


def test_what_is_no_file_cannot_be_put(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        blobs.put(tmp_path / "nothing")
    with pytest.raises(Invalid, match="is no file"):
        blobs.put(tmp_path)


# ---- ranges --------------------------------------------------------------------------------

POSITIONS = st.integers(0, LENGTH + 10) | st.sampled_from(
    [0, 1, 262_143, 262_144, 262_145, LENGTH - 1, LENGTH]
)
SIZES = st.integers(0, 3_000) | st.integers(0, LENGTH) | st.just(-1)
STEPS = st.lists(
    st.tuples(st.just("read"), SIZES)
    | st.tuples(st.just("from the beginning"), POSITIONS)
    | st.tuples(st.just("from here"), st.integers(-5_000, 5_000))
    | st.tuples(st.just("from the end"), st.integers(-LENGTH, 10)),
    max_size=12,
)
OFTEN = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@OFTEN
@given(steps=STEPS)
def test_reading_about_is_as_in_a_file(long_one: Long, steps: list[tuple[str, int]]) -> None:
    blobs, sha256, content = long_one.blobs, long_one.sha256, long_one.content
    with blobs.open(sha256) as ours, io.BytesIO(content) as real:
        assert ours.seekable()
        assert ours.readable()
        assert not ours.writable()
        for what, n in steps:
            if what == "read":
                assert ours.read(n) == real.read(n)
            else:
                whence = ("from the beginning", "from here", "from the end").index(what)
                position = (0, real.tell(), LENGTH)[whence] + n
                if position < 0:
                    with pytest.raises(OSError, match=r"Invalid argument|before the beginning"):
                        ours.seek(n, whence)
                else:
                    assert ours.seek(n, whence) == real.seek(position)
            assert ours.tell() == real.tell()


@OFTEN
@given(start=POSITIONS, end=POSITIONS)
def test_a_range_is_a_slice(long_one: Long, start: int, end: int) -> None:
    blobs, sha256, content = long_one.blobs, long_one.sha256, long_one.content
    if start > end:
        with pytest.raises(Invalid, match="There are no bytes from"):
            blobs.read_range(sha256, start, end)
        with pytest.raises(Invalid, match="There are no bytes from"):
            gathered(blobs, sha256, start, end)
    else:
        assert blobs.read_range(sha256, start, end) == content[start:end]
        assert gathered(blobs, sha256, start, end) == content[start:end]


def test_a_stream_without_an_end_goes_to_the_end(long_one: Long) -> None:
    blobs, sha256, content = long_one.blobs, long_one.sha256, long_one.content
    assert gathered(blobs, sha256) == content
    assert gathered(blobs, sha256, 1_000_000) == content[1_000_000:]


def test_a_file_can_be_read_line_by_line_and_is_closed_when_it_is_closed(
    blobs: Blobs,
) -> None:
    lines = [b"%d\n" % n for n in range(100_000)]
    file = blobs.open(blobs.put(io.BytesIO(b"".join(lines))).sha256)
    assert list(file) == lines
    file.close()
    assert file.closed
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


def gathered(
    blobs: Blobs, sha256: str, start: int = 0, end: int | None = None, size: int | None = None
) -> bytes:
    async def gather() -> bytes:
        return b"".join([piece async for piece in blobs.stream(sha256, start, end, size)])

    return asyncio.run(gather())


def test_who_stops_listening_ends_the_stream(long_one: Long) -> None:
    blobs, sha256, content = long_one.blobs, long_one.sha256, long_one.content

    async def first() -> bytes:
        pieces = blobs.stream(sha256)
        piece = await anext(pieces)
        await pieces.aclose()
        return piece

    piece = asyncio.run(first())
    assert piece
    assert content.startswith(piece)


# ---- damage --------------------------------------------------------------------------------


def test_less_than_there_should_be_is_found_out_and_the_same_file_mends_it(
    blobs: Blobs, place: Place
) -> None:
    content = putting_process.content(2, 100_000)
    blob = blobs.put(io.BytesIO(content))
    place.tamper(blob.sha256, content[:-1])
    with pytest.raises(Unavailable, match=r"damaged.*99999 bytes of 100000"):
        blobs.open(blob.sha256, blob.size)
    with pytest.raises(Unavailable, match="damaged"):
        gathered(blobs, blob.sha256, size=blob.size)
    blobs.put(io.BytesIO(content))
    with blobs.open(blob.sha256, blob.size) as file:
        assert file.read() == content


def test_what_shrinks_while_it_is_streamed_is_not_taken_for_whole(blobs: Blobs, place: Place) -> None:
    content = putting_process.content(3, 12 << 20)
    blob = blobs.put(io.BytesIO(content))

    async def shrinking() -> None:
        pieces = blobs.stream(blob.sha256)
        await anext(pieces)
        place.tamper(blob.sha256, content[:2_000_000])
        got = sum([len(piece) async for piece in pieces])
        # A server may have had all of it at hand; then it is all of it.
        assert got > 10 << 20
        raise Unavailable("damaged")

    with pytest.raises(Unavailable, match="damaged"):
        asyncio.run(shrinking())


@pytest.mark.slow
def test_a_copy_is_checked(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    place = new_place("s3", request, tmp_path)
    blobs = place.opened()
    sha256 = blobs.put(io.BytesIO(b"as it should be")).sha256
    place.tamper(sha256, b"as it must not ")
    with pytest.raises(Unavailable, match="something else under the name"), blobs.local_path(sha256):
        pass
    assert place.incoming() == []


def test_a_file_that_changes_while_it_is_put_is_not_kept_under_a_wrong_name(
    blobs: Blobs, tmp_path: Path
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(bytes(30 << 20))
    ends = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not ends.is_set():
                file.write(b"x" * 1000)
                file.flush()
                time.sleep(0.0005)

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        sha256 = blobs.put(path).sha256
    except Invalid as error:
        assert "changed while it was read" in str(error)  # noqa: PT017
        assert every(blobs) == []
    else:
        with blobs.open(sha256) as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == sha256
    finally:
        ends.set()
        growing.join()


# ---- listing and sweeping ------------------------------------------------------------------


def test_pages_have_every_blob_once_in_order(blobs: Blobs) -> None:
    put = {blob.sha256: blob.size for n in range(25) if (blob := blobs.put(io.BytesIO(b"%d" % n)))}
    now, found, after = datetime.now(UTC), list[Stored](), ""
    while page := blobs.page(after, limit=4):
        assert len(page) <= 4
        found += page
        after = page[-1].sha256
    assert [stored.sha256 for stored in found] == sorted(put)
    assert {stored.sha256: stored.size for stored in found} == put
    assert all(abs(now - stored.modified_at) < timedelta(minutes=1) for stored in found)
    assert every(blobs) == sorted(put)


def test_a_sweep_removes_what_nobody_knows_and_is_old_enough(blobs: Blobs) -> None:
    kept, lost = (blobs.put(io.BytesIO(content)) for content in (b"kept", b"lost"))
    known = [kept.sha256, hash_of(b"known, but not here")]
    assert sweep(blobs, iter(known), timedelta(hours=1)).blobs == 0
    time.sleep(0.01 if blobs.can.has_files else 1.1)
    would = sweep(blobs, known, AT_ONCE, is_dry=True)
    assert (would.blobs, would.bytes) == (1, 4)
    assert blobs.exists(lost.sha256)
    assert sweep(blobs, known, AT_ONCE) == would
    assert every(blobs) == [kept.sha256]
    assert sweep(blobs, known, AT_ONCE).blobs == 0
    with pytest.raises(Invalid, match="negative"):
        sweep(blobs, known, LATER)


def test_what_is_put_again_is_new_to_a_sweep(blobs: Blobs) -> None:
    # A bucket counts whole seconds.
    grace_s = 0.3 if blobs.can.has_files else 1.2
    sha256 = blobs.put(io.BytesIO(b"nobody knows it yet")).sha256
    time.sleep(2 * grace_s)
    blobs.put(io.BytesIO(b"nobody knows it yet"))
    assert sweep(blobs, [], timedelta(seconds=grace_s)).blobs == 0
    assert blobs.exists(sha256)
    time.sleep(2 * grace_s)
    assert sweep(blobs, [], timedelta(seconds=grace_s)).blobs == 1
    assert not blobs.exists(sha256)


# ---- processes -----------------------------------------------------------------------------


def putting(place: Place, what: str, seed: int = 7, size: int = 30 << 20) -> subprocess.Popen[str]:
    program = [sys.executable, putting_process.__file__, place.url, str(place.folder), what]
    return subprocess.Popen(
        [*program, str(seed), str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    with process:
        os.kill(process.pid, signal.SIGKILL)


def test_processes_that_put_the_same_at_once_store_it_once(place: Place, blobs: Blobs) -> None:
    size = 9 << 20
    processes = [putting(place, "all", size=size) for _ in range(3)]
    assert [said(process) for process in processes] == ["ready"] * 3
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    content = putting_process.content(7, size)
    assert {said(process) for process in processes} == {hash_of(content)}
    for process in processes:
        with process:
            assert process.wait(20) == 0
    assert every(blobs) == [hash_of(content)]
    assert place.incoming() == []
    with blobs.open(hash_of(content)) as file:
        assert file.read() == content


def test_threads_that_put_and_read_do_not_disturb_each_other(blobs: Blobs) -> None:
    faults: list[str] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(6):
            content = putting_process.content(chance.randrange(4), 300_000)
            sha256 = blobs.put(io.BytesIO(content)).sha256
            if blobs.read_range(sha256, 1000, 2000) != content[1000:2000]:
                faults.append(sha256)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(every(blobs)) == 4


def test_who_is_killed_while_reading_in_leaves_nothing_to_see_and_a_sweep_clears_up(
    place: Place, blobs: Blobs
) -> None:
    process = putting(place, "half")
    assert said(process) == "half"
    if blobs.can.has_files:
        # In use is not left behind.
        assert len(place.incoming()) == 1
        assert sweep(blobs, [], AT_ONCE).remains == 0
    kill(process)
    assert every(blobs) == []
    assert sweep(blobs, [], timedelta(hours=1)).remains == 0
    left = len(place.incoming())
    assert sweep(blobs, [], AT_ONCE, is_dry=True).remains == left
    assert len(place.incoming()) == left
    assert sweep(blobs, [], AT_ONCE).remains == left
    assert place.incoming() == []


@pytest.mark.slow
def test_who_is_killed_while_uploading_leaves_nothing_to_see_and_a_sweep_clears_up(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = new_place("s3", request, tmp_path)
    blobs = place.opened()
    process = putting(place, "upload", size=40 << 20)
    assert said(process) == "half"
    kill(process)
    assert every(blobs) == []
    assert not blobs.exists(hash_of(putting_process.content(7, 40 << 20)))
    assert blobs.can.clears_uploads
    time.sleep(1.1)
    assert sweep(blobs, [], timedelta(hours=1)).remains == 0
    assert sweep(blobs, [], AT_ONCE, is_dry=True).remains == 1
    assert sweep(blobs, [], AT_ONCE).remains == 1
    assert sweep(blobs, [], AT_ONCE).remains == 0
    # And nothing keeps the same file from coming again.
    blob = blobs.put(io.BytesIO(putting_process.content(7, 40 << 20)))
    assert every(blobs) == [blob.sha256]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["file", "s3"])
def test_killed_at_any_moment_what_is_there_is_whole(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = new_place(kind, request, tmp_path)
    chance = random.Random(5)
    for seed in range(6):
        process = putting(place, "all", seed=seed)
        assert said(process) == "ready"
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
        time.sleep(chance.uniform(0, 0.4))
        kill(process)
    blobs = place.opened()
    for stored in all_blobs(blobs):
        with blobs.open(stored.sha256, stored.size) as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == stored.sha256
    time.sleep(1.1)
    sweep(blobs, [], AT_ONCE)
    assert every(blobs) == []
    assert place.incoming() == []


# ---- what a backend can do -----------------------------------------------------------------


def test_a_signed_url_is_what_the_abilities_say(blobs: Blobs) -> None:
    blob = blobs.put(io.BytesIO(b"for everybody who has the address"))
    url = blobs.presigned(blob.sha256, timedelta(minutes=5))
    assert (url is not None) == blobs.can.presigns
    if url is not None:
        got = httpx.get(url, headers={"Range": "bytes=4-12"})
        assert (got.status_code, got.content) == (206, b"everybody")
        assert httpx.get(url.partition("?")[0]).status_code == 403
        for expires in (timedelta(0), timedelta(days=8)):
            with pytest.raises(Invalid, match="seven days"):
                blobs.presigned(blob.sha256, expires)


def test_a_local_path_is_there_for_the_while(blobs: Blobs, place: Place) -> None:
    sha256 = blobs.put(io.BytesIO(b"ffmpeg wants a file")).sha256
    with blobs.local_path(sha256) as path:
        assert path.read_bytes() == b"ffmpeg wants a file"
        # In use, however old.
        assert sweep(blobs, [sha256], AT_ONCE).remains == 0
        assert path.exists()
    assert path.exists() == blobs.can.has_files
    assert place.incoming() == []


# ---- a folder ------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    blobs = open_blobs(None, tmp_path / "file" / "blobs")
    with pytest.raises(Unavailable, match="cannot be used"):
        blobs.put(io.BytesIO(b"x"))
    assert not list(tmp_path.glob("*/*"))


def test_a_full_disk_is_told_and_nothing_is_left() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    from mediatheque.stores.blobs.file import FolderBlobs

    with (
        pytest.raises(Unavailable, match=r"No space left on device.*has room"),
        FolderBlobs(Path("x"))._disk(),
    ):  # pyright: ignore
        full.write_bytes(b"x")


def test_a_folder_elsewhere_by_url(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{quote(str(tmp_path / 'on the NAS'))}", tmp_path / "unused")
    sha256 = blobs.put(io.BytesIO(b"x")).sha256
    assert (tmp_path / "on the NAS" / key_of(sha256)).read_bytes() == b"x"
    assert not (tmp_path / "unused").exists()
    with pytest.raises(Invalid, match="three slashes"):
        open_blobs("file://srv/media", tmp_path)


def test_strangers_in_the_folder_are_let_be(tmp_path: Path) -> None:
    blobs = open_blobs(None, tmp_path)
    sha256 = blobs.put(io.BytesIO(b"x")).sha256
    for name in ("sha256/.DS_Store", "sha256/ab/notes.txt", f"sha256/{sha256[:2]}/{sha256[2:4]}/zz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine")
    assert every(blobs) == [sha256]
    assert sweep(blobs, [sha256], AT_ONCE).blobs == 0
    assert (tmp_path / "sha256" / "ab" / "notes.txt").exists()


# ---- a bucket ------------------------------------------------------------------------------


def every_question(blobs: Blobs) -> list[Callable[[], object]]:
    return [
        lambda: blobs.put(io.BytesIO(b"x")),
        lambda: blobs.size(NOTHING),
        lambda: blobs.exists(NOTHING),
        blobs.page,
        lambda: blobs.delete(NOTHING),
        lambda: gathered(blobs, NOTHING),
        lambda: sweep(blobs, [], AT_ONCE),
    ]


@pytest.mark.slow
def test_wrong_credentials_are_said_to_be_wrong_and_never_shown(
    s3_server: seaweedfs_server.SeaweedServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bucket = s3_server.new_bucket()
    secret = "not/the+right~secret"
    for key in (seaweedfs_server.KEY, "nobody"):
        blobs = open_blobs(s3_server.url(bucket, key=key, secret=secret), tmp_path)
        assert secret not in f"{blobs!r} {blobs.where}"
        for ask in every_question(blobs):
            with pytest.raises(Unavailable, match="refuses our credentials") as told:
                ask()
            shown = "".join(traceback.format_exception(told.value))
            assert secret not in shown
            assert quote(secret, safe="") not in shown
    assert secret not in caplog.text


@pytest.mark.slow
def test_a_bucket_that_is_missing_is_not_taken_for_an_empty_one_nor_made(
    s3_server: seaweedfs_server.SeaweedServer, tmp_path: Path
) -> None:
    blobs = open_blobs(s3_server.url("no-such-bucket"), tmp_path)
    for ask in every_question(blobs):
        with pytest.raises(Unavailable, match="There is no bucket for s3://no-such-bucket"):
            ask()


@pytest.mark.slow
def test_a_server_that_is_lost_while_reading_is_said_to_be(tmp_path: Path) -> None:
    if not seaweedfs_server.is_installed():
        pytest.skip("a real S3 server needs the extra 'dev'")
    with seaweedfs_server.running(tmp_path) as server:
        blobs = open_blobs(server.url(server.new_bucket()), tmp_path / "blobs")
        content = putting_process.content(4, 24 << 20)
        sha256 = blobs.put(io.BytesIO(content)).sha256

        async def streaming() -> None:
            pieces = blobs.stream(sha256)
            await anext(pieces)
            server.end()
            async for _ in pieces:
                pass

        with blobs.open(sha256) as file:
            assert file.read(1000) == content[:1000]
            with pytest.raises(Unavailable, match="cannot be reached"):
                asyncio.run(streaming())
            with pytest.raises(Unavailable, match="cannot be reached"):
                file.read()
        with pytest.raises(Unavailable, match="cannot be reached"):
            blobs.put(io.BytesIO(b"x"))


@pytest.mark.slow
def test_credentials_of_the_environment_do(
    s3_server: seaweedfs_server.SeaweedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", seaweedfs_server.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", seaweedfs_server.SECRET)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server.endpoint)
    blobs = open_blobs(f"s3://{s3_server.new_bucket()}", tmp_path)
    sha256 = blobs.put(io.BytesIO(b"x")).sha256
    assert sweep(blobs, [sha256], AT_ONCE) == sweep(blobs, [sha256], AT_ONCE, is_dry=True)
    assert every(blobs) == [sha256]
    # The token of somebody else's session does not spoil the keys of the URL.
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of another session")
    open_blobs(s3_server.url(s3_server.new_bucket()), tmp_path).put(io.BytesIO(b"x"))


# ---- addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "ftp://bucket",
        "bucket",
        "s3:/",
        "s3://KEY:se/cret@bucket/prefix",
        "s3://KEY:secret@bucket:99/prefix",
        "s3://KEY@bucket",
        "s3://bucket?endpont=http://x",
        "s3://bucket?endpoint=localhost:9000",
        "gs://bucket?endpoint=http://x",
        "gs://KEY:se-cret@bucket",
        "s3://bucket?endpoint=http://KEY:se-cret@minio",
        "gs://bucket?credentials=/no/such/secret-file.json",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_showing_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"MEDIATHEQUE_BLOBS_URL|gs://") as told:
        open_blobs(url, tmp_path)
    assert "KEY" not in str(told.value).replace("KEY_ID", "")
    assert "cret@" not in str(told.value).replace("key:secret@bucket", "")


def test_what_there_is(tmp_path: Path) -> None:
    assert names() == ("file", "gs", "s3")
    assert open_blobs("  ", tmp_path).where == str(tmp_path)
    url = "s3://KEY:hush%2Fhush@bucket/some/prefix/?endpoint=https%3A%2F%2Fminio%3A9000"
    assert open_blobs(url, tmp_path).where == "s3://bucket/some/prefix at https://minio:9000"
    assert "hush" not in repr(read_settings(blobs_url=url))


def test_google_signs_with_a_service_account(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = tmp_path / "account.json"
    account.write_text(
        json.dumps(
            {
                "type": "service_account",
                "client_email": "tests@example.iam.gserviceaccount.com",
                "private_key_id": "1",
                "private_key": pem.decode(),
            }
        )
    )
    blobs = open_blobs(f"gs://bucket/some/prefix?credentials={account}", tmp_path)
    assert (blobs.where, blobs.can.presigns, blobs.can.clears_uploads) == (
        "gs://bucket/some/prefix",
        True,
        False,
    )
    url = blobs.presigned(NOTHING, timedelta(hours=1))
    assert url is not None
    assert httpx.URL(url).path == f"/bucket/some/prefix/{key_of(NOTHING)}"
    assert "X-Goog-Signature" in httpx.URL(url).params


def test_without_the_package_a_bucket_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mediatheque.stores.blobs._objects.find_spec", lambda _: None)
    for url in ("s3://bucket", "gs://bucket"):
        with pytest.raises(MediathequeError, match=r"pip install 'mediatheque\[archive\]'"):
            open_blobs(url, tmp_path)
    assert open_blobs(None, tmp_path).put(io.BytesIO(b"x")).size == 1


def test_signatures_are_as_amazon_documents_them() -> None:
    """The example "GET Bucket (List Objects)" of the page on header-based signatures, its host rewritten to ours."""
    from mediatheque.stores.blobs._s3_uploads import Place as Bucket
    from mediatheque.stores.blobs._s3_uploads import signed

    bucket = Bucket(
        endpoint="https://examplebucket.s3.amazonaws.com",
        region="us-east-1",
        bucket="",
        prefix="",
        key="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    headers = signed(bucket, "GET", "/", "max-keys=2&prefix=J", datetime(2013, 5, 24, tzinfo=UTC))
    assert headers["authorization"].endswith(
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    )


@pytest.fixture(autouse=True)
def no_credentials_of_the_developer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "GOOGLE_")):
            monkeypatch.delenv(name)
