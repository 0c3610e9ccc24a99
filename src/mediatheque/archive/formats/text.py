"""Plain text: a paragraph for each turn of a conversation, chapters as lines of their own."""

from __future__ import annotations

from mediatheque.archive.formats import Document, by_chapter, by_turn, clock

MEDIA_TYPE = "text/plain"
SUFFIX = ".txt"


def write(document: Document) -> str:
    """The title, then what is said, for reading."""
    title = " ".join(document.title.split())
    parts = [f"{title}\n{'=' * len(title)}"]
    for chapter, lines in by_chapter(document):
        if chapter is not None:
            heading = f"{' '.join(chapter.title.split())} ({clock(chapter.start_ms)})"
            parts.append(f"{heading}\n{'-' * len(heading)}")
        for first, said in by_turn(lines):
            name = " ".join((first.speaker or "").split())
            parts.append(f"{name}: {said}" if name else said)
    return "\n\n".join(parts) + "\n"
