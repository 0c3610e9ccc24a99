"""From the lines of a transcript to its sentences, each with its words and when they were said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediatheque.archive.queries.transcript import Line

#: Nobody says a sentence this long: it lacks its full stops, and is cut where it pauses.
MOST_WORDS = 60
#: As above, where there are hardly any full stops at all: captions made by machines have none.
_MOST_WORDS_UNPUNCTUATED = 25
_FEWEST_WORDS = 6
#: A silence this long ends a sentence whatever stands there.
_LONG_PAUSE_MS = 2_000

_CLOSERS = "\"'”’»)]』」"
_FULL_STOPS = ".!?…。！？"
_NO_SPACES = re.compile("[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")
#: A word with what stands at it; scripts without spaces are cut behind their punctuation.
_WORD = re.compile(r"[^\s。！？、，]+[。！？、，]*|[。！？、，]+")
_INITIAL = re.compile(r"[^\W\d_]\.")
_LETTERS_WITH_DOTS = re.compile(r"(?:[^\W\d_]\.){2,}")
_ORDINAL = re.compile(r"\d{1,2}\.")
#: Languages that write "3." for "third".
_WITH_ORDINALS = frozenset(
    {"cs", "da", "de", "et", "fi", "hr", "hu", "is", "lv", "nb", "nn", "no", "pl", "sk", "sl", "tr"}
)
_ABBREVIATIONS = frozenset(
    {
        *("mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "rev", "gen", "col", "capt", "lt", "sgt", "hon"),
        *("vs", "etc", "eg", "ie", "cf", "al", "approx", "no", "nos", "vol", "fig", "pp", "ed", "eds", "dept"),
        *("inc", "ltd", "co", "corp", "ave", "blvd", "mt", "ft", "jan", "feb", "mar", "apr", "jun", "jul", "aug"),
        *("sep", "sept", "oct", "nov", "dec", "bzw", "ca", "nr", "abs", "evtl", "ggf", "hr", "fr", "usw", "sog"),
        *("bspw", "inkl", "str", "tel", "vgl", "mme", "mlle", "sra", "srta", "ud", "uds", "dott", "sig"),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in the text, with its punctuation; `is_joined`: no space before it."""

    text: str
    start_ms: int
    end_ms: int
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """What one person said in one breath, more or less; in milliseconds from the beginning."""

    words: tuple[Word, ...]
    speaker: int | None = None

    @property
    def start_ms(self) -> int:
        return self.words[0].start_ms

    @property
    def end_ms(self) -> int:
        return max(word.end_ms for word in self.words)

    @property
    def text(self) -> str:
        return text_of(self.words)


@dataclass(frozen=True, slots=True)
class _Spoken:
    word: Word
    speaker: int | None
    ends_line: bool


def text_of(words: Sequence[Word]) -> str:
    """The words as they are written one after the other."""
    return "".join(word.text if word.is_joined or n == 0 else f" {word.text}" for n, word in enumerate(words))


def sentences_of(lines: Sequence[Line], *, language: str | None = None) -> list[Sentence]:
    """The sentences of a transcript in its order: every word of it is in exactly one, and none crosses speakers."""
    spoken = list(_spoken(lines))
    found: list[list[_Spoken]] = []
    for n, each in enumerate(spoken):
        if n == 0 or _ends_before(spoken[n - 1], each, language):
            found.append([])
        found[-1].append(each)
    most = _MOST_WORDS_UNPUNCTUATED if _is_unpunctuated(spoken) else MOST_WORDS
    return [
        Sentence(tuple(each.word for each in part), part[0].speaker)
        for whole in found
        for part in _cut(whole, most)
    ]


def words_of(line: Line) -> list[Word]:
    """A line's words with their times: as they were heard, or, where its text was corrected, spread evenly."""
    pieces = [(m.group(), m.start(), m.end()) for m in _WORD.finditer(line.text)]
    if not pieces:
        return []
    times = _heard_times(line, pieces) or _spread_times(line, pieces)
    words: list[Word] = []
    end_before = -1
    for (text, start, end), (start_ms, end_ms) in zip(pieces, times, strict=True):
        words.append(Word(text, start_ms, max(start_ms, end_ms), is_joined=start == end_before))
        end_before = end
    return words


def _heard_times(line: Line, pieces: Sequence[tuple[str, int, int]]) -> list[tuple[int, int]] | None:
    """When each piece of the line's text was heard; None when the heard words are not those of the text."""
    if not line.words or line.is_corrected:
        return None
    places: list[tuple[int, int, int, int]] = []  # from, to in the text; from, to in time
    cursor = 0
    for word in line.words:
        text = word.text.strip()
        at = line.text.find(text, cursor)
        if not text or at < 0 or line.text[cursor:at].strip():
            return None
        cursor = at + len(text)
        places.append((at, cursor, word.start_ms, word.end_ms))
    if line.text[cursor:].strip():
        return None
    times: list[tuple[int, int]] = []
    n = 0
    for _, start, end in pieces:
        while places[n][1] <= start:
            n += 1
        last = n
        while last + 1 < len(places) and places[last + 1][0] < end:
            last += 1
        times.append((places[n][2], places[last][3]))
    return times


def _spread_times(line: Line, pieces: Sequence[tuple[str, int, int]]) -> list[tuple[int, int]]:
    length = max(1, pieces[-1][2] - pieces[0][1])
    per_letter = (line.end_ms - line.start_ms) / length
    first = pieces[0][1]
    return [
        (
            line.start_ms + round((start - first) * per_letter),
            line.start_ms + round((end - first) * per_letter),
        )
        for _, start, end in pieces
    ]


def _spoken(lines: Sequence[Line]) -> Iterator[_Spoken]:
    for line in lines:
        words = words_of(line)
        for n, word in enumerate(words):
            yield _Spoken(word, line.speaker, ends_line=n == len(words) - 1)


def _ends_before(last: _Spoken, next_: _Spoken, language: str | None) -> bool:
    """Whether a sentence ends between these two words."""
    if last.speaker != next_.speaker or next_.word.start_ms - last.word.end_ms >= _LONG_PAUSE_MS:
        return True
    bare = last.word.text.rstrip(_CLOSERS)
    if not bare or bare[-1] not in _FULL_STOPS:
        return False
    if bare[-1] in "。！？":
        return True
    begins = next_.word.text.lstrip("\"'“‘«([¿¡„")
    if begins[:1].islower():
        return False
    if bare.endswith(".") and not bare.endswith(".."):
        return not _is_abbreviated(bare, begins, language)
    return True


def _is_abbreviated(bare: str, begins: str, language: str | None) -> bool:
    stem = bare[:-1].lstrip("\"'“‘«([").lower()
    if stem.replace(".", "") in _ABBREVIATIONS and stem not in ("etc", "usw"):
        return True
    if _ORDINAL.fullmatch(bare):
        return language in _WITH_ORDINALS or begins[:1].isdigit()
    if _INITIAL.fullmatch(bare):
        return bare != "I."  # "So do I."
    return _LETTERS_WITH_DOTS.fullmatch(bare) is not None and begins[:1].isdigit()


def _is_unpunctuated(spoken: Sequence[_Spoken]) -> bool:
    stops = sum(1 for each in spoken if each.word.text.rstrip(_CLOSERS)[-1:] in tuple(_FULL_STOPS))
    # One sentence in 40 words is a slow speaker, one in 80 is no punctuation.
    return len(spoken) > 80 * max(stops, 1)


def _cut(whole: list[_Spoken], most: int) -> list[list[_Spoken]]:
    """The sentence, or pieces of it of at most so many words, cut where the pauses are."""
    if len(whole) <= most:
        return [whole]
    middle = range(_FEWEST_WORDS, len(whole) - _FEWEST_WORDS + 1)
    at = max(middle, key=lambda n: _pause_value(whole, n))
    return [*_cut(whole[:at], most), *_cut(whole[at:], most)]


def _pause_value(whole: Sequence[_Spoken], at: int) -> float:
    """How good a place the one before word `at` is to cut: a pause, a line's end, a comma; else the middle."""
    before, after = whole[at - 1], whole[at]
    value = float(min(after.word.start_ms - before.word.end_ms, 1_500))
    value += 400 if before.ends_line else 0
    value += 300 if before.word.text[-1:] in ",;:–—、，" else 0
    return value - 100 * abs(2 * at / len(whole) - 1)
