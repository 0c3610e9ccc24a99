"""The parts of a long recording: those its page or file names, else where what is said changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from mediatheque.archive.queries.enrichment import Chapter
from mediatheque.archive.sentences import Sentence
from mediatheque.archive.tagging import phrases_of, tag_key

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]

#: A shorter recording has no chapters, and no chapter is shorter than the second.
LONG_MS = 8 * 60_000
_SHORTEST_MS = 90_000
#: About one chapter in so much time, but never more than so many.
_USUAL_MS = 3 * 60_000
_MOST = 24
#: Sentences on each side of a gap that are compared (the blocks of Hearst, "TextTiling", 1997).
_BLOCK = 8


def named_chapters(found: Mapping[str, Any], duration_ms: int | None) -> list[Chapter]:
    """The chapters that a page or a file itself names, in order; none where it names fewer than two."""
    named: dict[int, Chapter] = {}
    for given in found.get("chapters") or ():
        if not isinstance(given, Mapping):
            continue
        title, start = " ".join(str(given.get("title") or "").split()), given.get("start_ms")
        if title and isinstance(start, int | float) and 0 <= start < (duration_ms or np.inf):
            named.setdefault(int(start), Chapter(title[:200], int(start)))
    return [named[start] for start in sorted(named)] if len(named) > 1 else []


def chapters_in(
    sentences: Sequence[Sentence], vectors: Vectors, duration_ms: int, *, language: str | None = None
) -> list[Chapter]:
    """Chapters by where the sentences before and after differ most, titled by their own key phrases; none of what is short."""
    if duration_ms < LONG_MS or len(sentences) < 4 * _BLOCK:
        return []
    starts = [0, *_boundaries(sentences, vectors, duration_ms)]
    if len(starts) == 1:
        return []
    ends = [*starts[1:], len(sentences)]
    chapters: list[Chapter] = []
    used: set[str] = set()
    for first, end in zip(starts, ends, strict=True):
        title = _title(sentences[first:end], language, used)
        start_ms = 0 if first == 0 else sentences[first].start_ms
        chapters.append(Chapter(title, start_ms))
    return chapters


def _boundaries(sentences: Sequence[Sentence], vectors: Vectors, duration_ms: int) -> list[int]:
    """Numbers of the sentences with which a chapter begins, but the first."""
    depths = _depths(vectors)
    least = float(depths.mean() + 0.5 * depths.std())
    apart = max(_SHORTEST_MS, duration_ms // (2 * _MOST))
    most = min(_MOST, max(2, round(duration_ms / _USUAL_MS))) - 1
    chosen: list[int] = []
    for at in np.argsort(-depths, kind="stable"):
        gap = int(at) + 1
        start = sentences[gap].start_ms
        if len(chosen) == most or depths[at] < least:
            break
        edges = [0, duration_ms, *(sentences[n].start_ms for n in chosen)]
        if all(abs(start - edge) >= apart for edge in edges):
            chosen.append(gap)
    return sorted(chosen)


def _depths(vectors: Vectors) -> npt.NDArray[np.float64]:
    """How deep the valley of likeness is at each gap between sentences: how far it rises again on both sides."""
    sums = np.vstack([np.zeros(vectors.shape[1]), np.cumsum(vectors, axis=0, dtype=np.float64)])
    count = len(vectors)
    gaps = np.arange(1, count)
    left = sums[gaps] - sums[np.maximum(gaps - _BLOCK, 0)]
    right = sums[np.minimum(gaps + _BLOCK, count)] - sums[gaps]
    norms = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    likeness = np.einsum("ij,ij->i", left, right) / np.maximum(norms, 1e-9)
    smooth = np.convolve(np.pad(likeness, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    depths = np.zeros(len(gaps))
    for n in range(len(gaps)):
        before = smooth[max(0, n - 2 * _BLOCK) : n + 1].max()
        after = smooth[n : n + 2 * _BLOCK + 1].max()
        depths[n] = before + after - 2 * smooth[n]
    return depths


def _title(sentences: Sequence[Sentence], language: str | None, used: set[str]) -> str:
    text = " ".join(sentence.text for sentence in sentences)
    for phrase in phrases_of(text, language, 10):
        key = tag_key(phrase.text)
        if key not in used:
            used.add(key)
            return phrase.text[:1].upper() + phrase.text[1:]
    return _first_words(sentences[0].text)


def _first_words(text: str, most: int = 8) -> str:
    words = text.split()
    return " ".join(words[:most]) + (" …" if len(words) > most else "")
