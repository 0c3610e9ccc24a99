"""Is the archive well? Where files are kept, what reads them, what listens, who speaks, and what writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias

from mediatheque.archive.queries.media import known_blobs
from mediatheque.flows.checks import Check, State

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

Look: TypeAlias = Callable[[], Iterator[Check]]
#: More blobs than these are not looked for one by one.
_MOST_LOOKED_FOR = 2_000
#: What the extra "archive" brings.
_PROGRAMS = ("obstore", "yt_dlp", "faster_whisper")


def archive_checks(app: Mediatheque) -> Sequence[tuple[str, Look]]:
    """The parts of the archive, and how to look at each; a look may raise what the part raises."""
    if missing := [name for name in _PROGRAMS if find_spec(name) is None]:
        return (("archive", lambda: _not_installed(missing)),)
    return (
        ("recordings' files", lambda: _blobs(app)),
        ("links", lambda: _downloader(app)),
        ("media files", lambda: _transcoder(app)),
        ("speech", lambda: _speech(app)),
        ("speakers", lambda: _voices(app)),
        ("language model", lambda: _llm(app)),
    )


def _not_installed(missing: Sequence[str]) -> Iterator[Check]:
    yield Check(
        "archive",
        State.NOTE,
        f"recordings cannot be added: {', '.join(missing)} not installed",
        "pip install 'mediatheque[archive]'",
    )


def _blobs(app: Mediatheque) -> Iterator[Check]:
    with app.database.transaction() as db:
        known = known_blobs(db)
    missing = sum(not app.blobs.exists(sha256) for sha256 in known[:_MOST_LOOKED_FOR])
    if missing:
        yield Check(
            "recordings' files",
            State.FAILS,
            f"{missing:,} of {len(known):,} files are not in {app.blobs.where}",
            "bring them back from a backup, or look whether MEDIATHEQUE_BLOBS_URL names another place than before",
        )
        return
    yield Check("recordings' files", State.FINE, f"{len(known):,} in {app.blobs.where}")


def _downloader(app: Mediatheque) -> Iterator[Check]:
    _ = app.downloader
    yield Check(
        "links", State.FINE, "yt-dlp fetches them, from public addresses and those the settings allow"
    )


def _transcoder(app: Mediatheque) -> Iterator[Check]:
    _ = app.transcoder
    yield Check("media files", State.FINE, "ffmpeg reads them")


def _speech(app: Mediatheque) -> Iterator[Check]:
    yield Check("speech", State.FINE, app.speech.name)


def _voices(app: Mediatheque) -> Iterator[Check]:
    if app.voices is None:
        yield Check("speakers", State.NOTE, "are not told apart, as MEDIATHEQUE_VOICES says")
    else:
        yield Check("speakers", State.FINE, f"told apart by {app.voices.name}, roughly")


def _llm(app: Mediatheque) -> Iterator[Check]:
    if app.llm is None:
        yield Check(
            "language model", State.FINE, "none: summaries and answers are sentences of the recordings"
        )
    else:
        yield Check("language model", State.FINE, app.llm.name)
