"""What every place for blobs promises, tried on each: in a folder, and in a bucket of a real S3 server."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import putting_process
from blob_places import AT_ONCE, KINDS, NOTHING, Place, every, gathered, hash_of, new_place
from mediatheque.kit.errors import Invalid, NotFound, TooLarge, Unavailable
from mediatheque.stores.blobs import Blobs, Stored, all_blobs, sweep


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return new_place(request.param, request, tmp_path)


@pytest.fixture
def blobs(place: Place) -> Blobs:
    return place.opened()


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

    async def shrinking() -> bytes:
        pieces = blobs.stream(blob.sha256)
        first = await anext(pieces)
        place.tamper(blob.sha256, content[:2_000_000])
        return first + b"".join([piece async for piece in pieces])

    try:
        # A server may hold on to what it has begun to send.
        assert asyncio.run(shrinking()) == content
    except Unavailable as error:
        assert "damaged" in str(error) or "does not do as asked" in str(error)  # noqa: PT017


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
        sweep(blobs, known, timedelta(seconds=-1))


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
