"""Words as they are heard, put together into stretches of about a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mediatheque.tools.speech import Heard, Word

_PAUSE_MS = 1_500
_MOST_CHARACTERS = 320
_LONGEST_MS = 30_000
_ENDS = re.compile(r"[.!?…。！？｡؟।]+[\"'”’»)\]]*$")
#: "Dr.", an initial, "e.g.": a full stop that ends no sentence.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\"'“‘])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|vs|etc|ca|cf|approx|e\.g|i\.e|z\.B|d\.h|bzw|Nr|Hr|Fr|M|Mme)\.$"
)
#: A sentence that a model writes this often in a row, unsure of it, it has only imagined.
_ECHOES = 3
_SURE = 0.5


def sentences(words: Iterable[Word]) -> Iterator[Heard]:
    """Stretches that end with a sentence, at a pause of 1.5 s, or after 320 characters or 30 s at the latest.

    `words` carry the spaces before them, as the model writes them; the words of a stretch carry none.
    """
    return _without_echoes(_put_together(words))


def _put_together(words: Iterable[Word]) -> Iterator[Heard]:
    held: list[Word] = []
    for word in words:
        if held and _is_over(held, word):
            yield _heard(held)
            held = []
        held.append(word)
    if held:
        yield _heard(held)


def _is_over(held: list[Word], following: Word) -> bool:
    text = "".join(word.text for word in held).rstrip()
    if following.start_ms - held[-1].end_ms >= _PAUSE_MS:
        return True
    if len(text) + len(following.text) > _MOST_CHARACTERS:
        return True
    if following.end_ms - held[0].start_ms > _LONGEST_MS:
        return True
    # A number's point or a name's dot goes on without a space.
    begins_anew = following.text[:1].isspace() or not text.isascii()
    return begins_anew and bool(_ENDS.search(text)) and not _ABBREVIATED.search(text)


def _heard(words: list[Word]) -> Heard:
    text = " ".join("".join(word.text for word in words).split())
    bare = tuple(Word(w.start_ms, w.end_ms, w.text.strip(), w.probability) for w in words)
    return Heard(words[0].start_ms, max(word.end_ms for word in words), text, bare)


def _without_echoes(heard: Iterable[Heard]) -> Iterator[Heard]:
    """Leave out what is only dots or music signs, and what is repeated with ever less certainty."""
    last, times = "", 0
    for stretch in heard:
        bare = re.sub(r"\W+", " ", stretch.text).strip().casefold()
        if not bare:
            continue
        times = times + 1 if bare == last else 1
        last = bare
        mean = sum(word.probability for word in stretch.words) / len(stretch.words)
        if times < _ECHOES or mean >= _SURE:
            yield stretch
