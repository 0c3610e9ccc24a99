"""Where the sentences of a passage begin and end, letter by letter, so that they can be quoted exactly."""

from __future__ import annotations

import re

# Marks that end a sentence, with what closes after them.
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]")
_ABBREVIATION = re.compile(r"\b(?:Dr|Prof|Mr|Mrs|Ms|St|No|vs|etc|e\.g|i\.e|approx|[A-Z])\.$")
#: Speech that nobody gave full stops to is cut after so many letters, at a space.
_LONGEST = 320


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end), in their order; together they hold all of it but spaces between them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if _ABBREVIATION.search(text[start : match.end()]) and match.end() < len(text):
            continue
        spans += _cut(text, start, match.end())
        start = match.end()
    return spans + _cut(text, start, len(text))


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start == end:
        return []
    if end - start <= _LONGEST:
        return [(start, end)]
    middle = max(text.rfind(mark, start + 80, start + _LONGEST) for mark in (", ", " "))
    if middle <= start:
        return [(start, end)]
    return [(start, middle + (text[middle] == ",")), *_cut(text, middle + 1, end)]
