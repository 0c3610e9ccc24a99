"""Normalising: what is made of a file, what it says of itself, and that nothing is left lying about."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import cast

import pytest

import made_media
from mediatheque.archive.queries.media import (
    MediaFile,
    NewMedia,
    add_media,
    files_of,
    media_with_id,
    put_file,
    update_media,
)
from mediatheque.archive.steps import Tools, normalise, step
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Cancelled, Invalid, Unavailable
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque


class Going:
    """Somebody who listens to progress, and may have had enough."""

    def __init__(self, enough_after_s: float = 1e9) -> None:
        self.fractions: list[float] = []
        self.ends_at = time.monotonic() + enough_after_s

    def report(self, fraction: float, line: str) -> None:
        assert line
        self.fractions.append(fraction)
        self.check()

    def check(self) -> None:
        if self.is_cancelled():
            raise Cancelled("enough")

    def is_cancelled(self) -> bool:
        return time.monotonic() > self.ends_at


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Mediatheque:
    return Mediatheque(read_settings(data_dir=tmp_path / "data"), database)


def added(app: Mediatheque, user: User, file: Path, **found: object) -> int:
    blob = app.blobs.put(file)
    with app.database.transaction() as db:
        media_id, _ = add_media(db, NewMedia(user_id=user.id, origin="file", given=file.name, found=found))
        put_file(db, media_id, MediaFile("original", blob.sha256, blob.size, "application/octet-stream"))
    return media_id


def run(app: Mediatheque, media_id: int, going: Going | None = None) -> None:
    with app.database.transaction() as db:
        given = normalise.read(db, media_id)
    assert given is not None
    made = normalise.run(given, cast("Tools", app), going or Going())
    with app.database.transaction() as db:
        assert normalise.write(db, media_id, made) is None


def files(app: Mediatheque, media_id: int) -> dict[str, MediaFile]:
    with app.database.transaction() as db:
        return files_of(db, media_id)


def scratch(app: Mediatheque) -> list[str]:
    return [path.name for path in (app.data_dir / "scratch").iterdir()]


def test_it_is_on_the_shelf() -> None:
    assert step("normalise") is normalise


def test_a_film_gets_speech_listening_copy_picture_and_waveform(
    app: Mediatheque, ada: User, tmp_path: Path
) -> None:
    media_id = added(app, ada, made_media.film(tmp_path / "film.mp4", 6.0))
    going = Going()
    run(app, media_id, going)
    there = files(app, media_id)
    assert {role: file.media_type for role, file in there.items()} == {
        "original": "video/mp4",
        "speech": "audio/flac",
        "listening": "audio/mp4",
        "thumbnail": "image/jpeg",
        "waveform": "application/octet-stream",
    }
    for file in there.values():
        assert app.blobs.size(file.sha256) == file.size_bytes
    waveform = app.blobs.read_range(there["waveform"].sha256, 0, 5_000)
    assert len(waveform) == 1_000
    assert max(waveform) > 60
    with app.database.transaction() as db:
        media = media_with_id(db, media_id, ada.id)
    assert media.has_video
    assert media.duration_ms is not None
    assert abs(media.duration_ms - 6_000) < 100
    assert going.fractions == sorted(going.fractions)
    assert scratch(app) == []


def test_compact_sound_serves_as_it_is(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    compact = added(app, ada, made_media.sound(tmp_path / "a.mp3", 8.0))
    bulky = added(app, ada, made_media.sound(tmp_path / "a.wav", 8.0))
    large = added(app, ada, made_media.sound(tmp_path / "b.mp3", 8.0, "-b:a", "320k"))
    for media_id, has_copy in ((compact, False), (bulky, True), (large, True)):
        run(app, media_id)
        assert ("listening" in files(app, media_id)) == has_copy
        assert "thumbnail" not in files(app, media_id)


def test_what_misstates_its_length_gets_a_copy_that_seeks(
    app: Mediatheque, ada: User, tmp_path: Path
) -> None:
    first = made_media.sound(tmp_path / "a.mp3", 8.0)
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(first.read_bytes() + made_media.sound(tmp_path / "b.mp3", 5.0).read_bytes())
    media_id = added(app, ada, joined)
    run(app, media_id)
    assert "listening" in files(app, media_id)
    with app.database.transaction() as db:
        media = media_with_id(db, media_id, ada.id)
    assert media.duration_ms is not None
    assert abs(media.duration_ms - 13_000) < 300


def test_tags_fill_what_the_page_left_open(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    tagged = made_media.tagged(tmp_path / "t.m4a")
    unknown, known = added(app, ada, tagged), added(app, ada, tagged, title="As the page says", by="The page")
    for media_id in (unknown, known):
        run(app, media_id)
    with app.database.transaction() as db:
        of_tags = media_with_id(db, unknown, ada.id).found
        of_page = media_with_id(db, known, ada.id).found
    assert of_tags == {
        "title": "On owls; and = other birds",
        "by": "Ada Example",
        "published_at": "2021-03-04T00:00:00+00:00",
        "description": "first line\nsecond line",
        "language": "de",
        "chapters": [
            {"title": "Beginning", "start_ms": 0, "end_ms": 1000},
            {"title": "End", "start_ms": 1000, "end_ms": 2000},
        ],
    }
    assert of_page == dict(of_tags) | {"title": "As the page says", "by": "The page"}


def test_damage_is_said_and_taken_back(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    whole = made_media.sound(tmp_path / "whole.mp3", 30.0)
    media_id = added(app, ada, made_media.cut(whole, tmp_path / "cut.mp3", 0.7))
    run(app, media_id)
    with app.database.transaction() as db:
        assert "of 30 seconds could be read" in media_with_id(db, media_id, ada.id).found["damage"]
        blob = app.blobs.put(whole)
        put_file(db, media_id, MediaFile("original", blob.sha256, blob.size, "application/octet-stream"))
    run(app, media_id)
    with app.database.transaction() as db:
        assert not media_with_id(db, media_id, ada.id).found["damage"]


def test_doing_it_again_makes_the_same_blobs(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    media_id = added(app, ada, made_media.film(tmp_path / "film.mp4", 3.0))
    run(app, media_id)
    first = files(app, media_id)
    run(app, media_id)
    assert files(app, media_id) == first
    assert len(app.blobs.page()) == len(first)


def test_a_list_or_what_went_meanwhile_is_left_alone(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    with app.database.transaction() as db:
        media_id, _ = add_media(
            db, NewMedia(user_id=ada.id, origin="link", given="a feed", link="https://x.test/f")
        )
        update_media(db, media_id, is_list=True)
        assert normalise.read(db, media_id) is None
        assert normalise.read(db, 999_999) is None


def test_what_is_no_recording_is_refused_in_words(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    (tmp_path / "page.mp3").write_text("<html><body>Not found</body></html>")
    media_id = added(app, ada, tmp_path / "page.mp3")
    with pytest.raises(Invalid, match="a web page"):
        run(app, media_id)
    assert scratch(app) == []
    assert list(files(app, media_id)) == ["original"]


def test_cancelling_leaves_nothing(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    silence = made_media.sound(tmp_path / "a.flac", 3600.0, source="anullsrc=r=44100")
    media_id = added(app, ada, silence)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        run(app, media_id, Going(enough_after_s=0.8))
    assert time.monotonic() - began < 2.5
    assert scratch(app) == []
    assert len(app.blobs.page()) == 1


def test_a_full_disk_is_said_before_anything_is_unpacked(
    app: Mediatheque, ada: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media_id = added(app, ada, made_media.sound(tmp_path / "a.mp3"))
    monkeypatch.setattr(normalise, "_KEPT_FREE", 1 << 60)
    with pytest.raises(Unavailable, match="GB free"):
        run(app, media_id)
    assert scratch(app) == []


def test_what_a_killed_worker_left_goes_and_what_is_in_use_stays(
    app: Mediatheque, ada: User, tmp_path: Path
) -> None:
    root = app.data_dir / "scratch"
    hold = (
        "import sys, time; from pathlib import Path; from mediatheque.archive.scratch import scratch_folder\n"
        f"with scratch_folder(Path({str(root)!r}), 'normalise') as folder:\n"
        "    (folder / 'speech.flac').write_bytes(b'x'); print(folder, flush=True); time.sleep(60)"
    )
    with (
        subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as killed,
        subprocess.Popen([sys.executable, "-c", hold], stdout=subprocess.PIPE, text=True) as working,
    ):
        assert killed.stdout is not None
        assert working.stdout is not None
        left, used = Path(killed.stdout.readline().strip()), Path(working.stdout.readline().strip())
        killed.kill()
        killed.wait()
        for folder in (left, used):
            os.utime(folder, (0, 0))
        run(app, added(app, ada, made_media.sound(tmp_path / "a.mp3")))
        assert scratch(app) == [used.name]
        working.kill()
