"""What was said in recordings, as people and programs read it: the title, the time, and the words that were meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mediatheque.cli import words
from mediatheque.kit.links import beginning_at

if TYPE_CHECKING:
    from rich.text import Text

    from mediatheque.cli.printing import Printer
    from mediatheque.search.passages import MediaHit, PassageHit


def say_recordings(printer: Printer, hits: Sequence[MediaHit]) -> None:
    """Print recordings and what was found in them; to a program, a line each."""
    from rich.text import Text

    for hit in hits:
        printer.emit(recording_json(hit))
        by = hit.media.found.get("by")
        title = Text(hit.media.title, style="bold")
        title.append(f"  #{hit.media.id}{f', {by}' if by else ''}", style="dim not bold")
        printer.say(title)
        width = len(words.clock(max(passage.start_ms for passage in hit.passages)))
        for passage in hit.passages:
            printer.say(_quoted(passage, width))
        if (more := hit.count - len(hit.passages)) > 0:
            printer.note(f"  {' ' * width}  and {words.counted(more, 'passage')} more")


def recording_json(hit: MediaHit) -> dict[str, Any]:
    """A recording in which something was found, as a program reads it."""
    return {
        "recording": {
            "id": hit.media.id,
            "item_id": hit.media.item_id,
            "title": hit.media.title,
            "link": hit.media.link,
        },
        "score": hit.score,
        "count": hit.count,
        "passages": [
            {
                "id": passage.passage_id,
                "start_ms": passage.start_ms,
                "end_ms": passage.end_ms,
                "speaker": passage.speaker,
                "speaker_name": passage.speaker_name,
                "text": passage.text,
                "highlights": passage.highlights,
                "score": passage.score,
                "matched": list(passage.matched),
                "link": beginning_at(passage.link, passage.start_ms // 1000) if passage.link else None,
            }
            for passage in hit.passages
        ],
    }


def _quoted(passage: PassageHit, width: int) -> Text:
    """“12:41  Tove: …”, with the words that were asked for in bold."""
    from rich.text import Text

    from mediatheque.search.highlighting import excerpt

    line = Text(f"  {words.clock(passage.start_ms):>{width}}  ", style="")
    if passage.speaker_name:
        line.append(f"{passage.speaker_name}: ", style="italic")
    text, spans = excerpt(passage.text, passage.highlights)
    quoted = Text(text)
    for start, end in spans:
        quoted.stylize("bold", start, end)
    return line.append_text(quoted)
