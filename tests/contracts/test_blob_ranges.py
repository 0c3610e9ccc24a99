"""What readers, ranges and streams of every place for blobs promise: the same as a file."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import putting_process
from blob_places import KINDS, gathered, new_place
from mediatheque.kit.errors import Invalid
from mediatheque.stores.blobs import Blobs

#: Longer than what the reader fetches first and next, and of no round length.
LENGTH = 1_700_017
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


@dataclass(frozen=True, repr=False)
class Long:
    """A blob to read about in, and what it holds."""

    blobs: Blobs
    sha256: str
    content: bytes


@pytest.fixture(params=KINDS, scope="module")
def long_one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Long:
    opened = new_place(request.param, request, tmp_path_factory.mktemp("long")).opened()
    content = putting_process.content(1, LENGTH)
    return Long(opened, opened.put(io.BytesIO(content)).sha256, content)


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
    long_one: Long,
) -> None:
    blobs = long_one.blobs
    lines = [b"%d\n" % n for n in range(100_000)]
    file = blobs.open(blobs.put(io.BytesIO(b"".join(lines))).sha256)
    assert list(file) == lines
    file.close()
    assert file.closed
    with pytest.raises(ValueError, match="closed"):
        file.read(1)


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
