"""Captions, listening and speakers as steps, with real models and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive_world import TALK, archive
from errors_in_words import word_error_rate
from mediatheque.archive.queries.media import MediaFile, NewMedia, add_media, put_file, update_media
from mediatheque.archive.queries.speakers import name_speaker, speakers_of
from mediatheque.archive.queries.transcript import lines_of, transcript_of
from mediatheque.archive.steps import Step, captions, speakers, transcribe
from mediatheque.kit.errors import Cancelled
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque
from speaking import conversation, spoken

VTT = b"""WEBVTT

00:00.500 --> 00:05.000
<v Ada>Bees tell each other the way to flowers.

00:05.500 --> 00:09.500
<v Ben>And the lighthouse keeper never sleeps at night.
"""
CONVERSATION = (
    ("heart", "Welcome to the late show. Tonight we have a guest who has seen every film of the festival."),
    ("low", "Good evening. I have seen forty of them, and I fell asleep in two of the longest."),
    ("heart", "Which one should everybody see before the week is over and the tents are gone?"),
    ("low", "The one about the lighthouse. It is quiet for an hour, and then nothing is as it was."),
)


class Going:
    """Somebody who listens to progress, and has enough after so many reports."""

    def __init__(self, *, enough_after: int = 1_000_000) -> None:
        self.lines: list[str] = []
        self.enough_after = enough_after

    def report(self, fraction: float, line: str) -> None:
        assert 0.0 <= fraction <= 1.0
        self.lines.append(line)
        self.check()

    def check(self) -> None:
        if self.is_cancelled():
            raise Cancelled("enough")

    def is_cancelled(self) -> bool:
        return len(self.lines) >= self.enough_after


@pytest.fixture
def app(database_url: str, ada: User, tmp_path: Path) -> Iterator[Mediatheque]:
    with archive(tmp_path / "data", database_url) as opened:
        yield opened


def recording(app: Mediatheque, user: User, files: dict[str, Path | bytes], **changes: Any) -> int:
    """A recording that has come as far as these steps."""
    with app.database.transaction() as db:
        media_id, _ = add_media(db, NewMedia(user_id=user.id, origin="file", given="talk.mp3"))
        update_media(db, media_id, **changes)
        for role, content in files.items():
            path = content if isinstance(content, Path) else app.data_dir / "given"
            if isinstance(content, bytes):
                path.write_bytes(content)
            blob = app.blobs.put(path)
            put_file(db, media_id, MediaFile(role, blob.sha256, blob.size, "application/octet-stream"))
    return media_id


def do(app: Mediatheque, step: Step, media_id: int, going: Going | None = None) -> bool:
    """Do a step as the runner does; False when there is nothing for it to do."""
    with app.database.transaction() as db:
        given = step.read(db, media_id)
    if given is None:
        return False
    made = step.run(given, app, going or Going())
    with app.database.transaction() as db:
        assert step.write(db, media_id, made) is None
    return True


def test_a_recording_is_listened_to(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    media_id = recording(app, ada, {"speech": spoken(TALK, tmp_path / "talk.wav")}, duration_ms=15_000)
    going = Going()
    assert do(app, transcribe, media_id, going)
    assert going.lines[-1] == "minute 1 of 1"
    with app.database.transaction() as db:
        lines, kept = lines_of(db, media_id), transcript_of(db, media_id, ada.id)
    assert word_error_rate(TALK, " ".join(line.text for line in lines)) <= 0.1
    assert all(line.words for line in lines)
    assert kept is not None
    assert (kept.origin, kept.model, kept.language) == ("speech", "whisper-tiny.en", "en")
    assert not list((app.data_dir / "scratch" / "heard").iterdir())


def test_who_was_interrupted_goes_on_from_there(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    media_id = recording(app, ada, {"speech": spoken(TALK, tmp_path / "talk.wav")}, duration_ms=15_000)
    with pytest.raises(Cancelled):
        do(app, transcribe, media_id, Going(enough_after=2))
    with app.database.transaction() as db:
        assert transcript_of(db, media_id, ada.id) is None
    (kept,) = (app.data_dir / "scratch" / "heard").iterdir()
    # As a kill would leave it: in the middle of a line.
    with kept.open("ab") as file:
        file.write(b'{"heard": [9000')
    going = Going()
    assert do(app, transcribe, media_id, going)
    with app.database.transaction() as db:
        lines = lines_of(db, media_id)
    assert len(going.lines) < len(lines)
    assert word_error_rate(TALK, " ".join(line.text for line in lines)) <= 0.15
    assert [line.start_ms for line in lines] == sorted(line.start_ms for line in lines)


def test_good_captions_spare_the_listening(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    sound = spoken(TALK, tmp_path / "talk.wav")
    media_id = recording(app, ada, {"speech": sound, "captions": VTT}, duration_ms=12_000)
    assert do(app, captions, media_id)
    assert not do(app, transcribe, media_id)
    assert do(app, speakers, media_id)
    with app.database.transaction() as db:
        assert [(line.speaker, line.text) for line in lines_of(db, media_id)] == [
            (0, "Bees tell each other the way to flowers."),
            (1, "And the lighthouse keeper never sleeps at night."),
        ]
        assert [(s.name, s.named_by) for s in speakers_of(db, media_id)] == [
            ("Ada", "captions"),
            ("Ben", "captions"),
        ]
        name_speaker(db, media_id, ada.id, 1, "Benedict")
    # Read anew, a person's word still counts.
    assert do(app, captions, media_id)
    assert do(app, speakers, media_id)
    with app.database.transaction() as db:
        assert ("Benedict", "person") in [(s.name, s.named_by) for s in speakers_of(db, media_id)]


@pytest.mark.parametrize("content", [b"\x00\x01 no captions", VTT])
def test_captions_of_no_use_are_passed_over(
    content: bytes, app: Mediatheque, ada: User, tmp_path: Path
) -> None:
    sound = spoken(TALK, tmp_path / "talk.wav")
    # An hour, of which the captions tell the first seconds.
    media_id = recording(app, ada, {"speech": sound, "captions": content}, duration_ms=3_600_000)
    going = Going()
    assert do(app, captions, media_id, going)
    assert "not used" in going.lines[-1]
    assert do(app, transcribe, media_id)


def test_speakers_are_told_apart_and_known_again(app: Mediatheque, ada: User, tmp_path: Path) -> None:
    turns = conversation(CONVERSATION, tmp_path / "show.wav")
    media_id = recording(app, ada, {"speech": tmp_path / "show.wav"}, duration_ms=turns[-1].end_ms)
    assert do(app, transcribe, media_id)
    assert do(app, speakers, media_id)
    with app.database.transaction() as db:
        said = {
            line.speaker: word_error_rate(turn.text, line.text)
            for turn in turns
            for line in lines_of(db, media_id)
            if line.start_ms < turn.end_ms and line.end_ms > turn.start_ms
        }
        assert set(said) == {0, 1}
        name_speaker(db, media_id, ada.id, 1, "Grace")
    spoken(CONVERSATION[3][1] + " And the sea is in every frame of it.", tmp_path / "memo.wav", voice="low")
    memo = recording(app, ada, {"speech": tmp_path / "memo.wav"}, duration_ms=9_000)
    assert do(app, transcribe, memo)
    assert do(app, speakers, memo)
    with app.database.transaction() as db:
        assert [(s.name, s.named_by) for s in speakers_of(db, memo)] == [("Grace", "machine")]


def test_without_an_encoder_nobody_is_told_apart(database_url: str, ada: User, tmp_path: Path) -> None:
    with archive(tmp_path / "data", database_url, voices="none") as app:
        media_id = recording(app, ada, {"speech": spoken(TALK, tmp_path / "talk.wav")}, duration_ms=15_000)
        assert do(app, transcribe, media_id)
        assert do(app, speakers, media_id)
        with app.database.transaction() as db:
            assert speakers_of(db, media_id) == []
