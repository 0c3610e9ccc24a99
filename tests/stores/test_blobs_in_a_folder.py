"""Blobs in a folder: what only a disk does."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import quote

import pytest

from blob_places import AT_ONCE, every
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.stores.blobs import key_of, open_blobs, sweep


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
