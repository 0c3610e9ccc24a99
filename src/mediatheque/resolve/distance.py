"""How far two titles, or two people's names, are apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from mediatheque.kit.numerals import MARKERS
from mediatheque.resolve.normalise import Form, name_key, read_title

#: Words whose absence says little.
_SMALL_WORDS = frozenset(
    {"the", "a", "an", "of", "and", "in", "on", "to", "for", "le", "la", "de", "der", "und", "el"}
)


@dataclass(frozen=True, slots=True)
class TitlePair:
    """The two forms in which two titles come closest."""

    spelling: float  # 0.0: the same letters … 1.0: nothing alike
    strange_words: tuple[str, ...]  # words of one side that the other has not, even misspelt
    is_cut: bool  # one side is only the part before, or after, a separator of the other
    numbers_differ: bool
    part_one_is_silent: bool  # "Dune" for "Dune: Part One"
    articles_differ: bool  # "Predator" and "The Predator"
    brands_differ: bool  # "Frankenstein" and "Mary Shelley's Frankenstein"
    is_plural: bool  # all that differs is an s: "Working Girl" and "Working Girls"
    ours: str
    theirs: str

    @property
    def is_exact(self) -> bool:
        return not (
            self.spelling
            or self.is_cut
            or self.numbers_differ
            or self.part_one_is_silent
            or self.articles_differ
            or self.brands_differ
        )

    @property
    def cost(self) -> float:
        """For choosing among pairs only; the weights that count are `compare.WEIGHTS`."""
        return (
            self.spelling
            + 0.2 * len(self.strange_words)
            + 0.1 * self.is_cut
            + 0.4 * self.numbers_differ
            + 0.05 * self.part_one_is_silent
            + 0.04 * self.articles_differ
            + 0.05 * self.brands_differ
        )


def closest_titles(ours: Sequence[str], theirs: Sequence[str]) -> TitlePair | None:
    """The best pair among the forms of all titles, None when there is nothing to compare."""
    best: TitlePair | None = None
    for form, other in _pairs(ours, theirs):
        pair = _pair(form, other)
        if best is None or pair.cost < best.cost:
            best = pair
            if pair.is_exact:
                break
    return best


def _pairs(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[Form, Form]]:
    """The pairs of forms worth measuring, equal ones first.

    Not all of them: two works with a dozen titles each have thousands.
    """
    forms, others = _forms(ours), _forms(theirs)
    by_key: dict[str, list[Form]] = {}
    for other in others:
        by_key.setdefault(other.key, []).append(other)
    yield from ((f, o) for f in forms for o in by_key.get(f.key, ()) if _is_pair(f, o))
    yield from ((f, o) for f in forms if not _is_cut(f) for o in others if not _is_cut(o))
    yield from ((f, o) for f in _forms(ours[:1]) for o in _forms(theirs[:2]) if _is_cut(f) != _is_cut(o))


def _forms(titles: Sequence[str]) -> list[Form]:
    return [form for title in titles for form in read_title(title).forms]


def _is_cut(form: Form) -> bool:
    return form.part in ("head", "tail")


def _is_pair(form: Form, other: Form) -> bool:
    # "Star Wars: Andor" and "Star Wars: Rebels" share a head, which makes them no pair.
    return not (_is_cut(form) and _is_cut(other))


@lru_cache(maxsize=65536)
def _pair(ours: Form, theirs: Form) -> TitlePair:
    numbers_a, numbers_b = sorted(ours.numbers), sorted(theirs.numbers)
    silent = sorted((numbers_a, numbers_b), key=len) == [[], ["1"]]
    equal = ours.key == theirs.key
    return TitlePair(
        spelling=0.0 if equal else _spelling(ours.key, theirs.key),
        strange_words=() if equal else _strange_words(ours.key, theirs.key),
        is_cut=_is_cut(ours) or _is_cut(theirs),
        # Joined, since "Nine-Nine" and "99" are one.
        numbers_differ="".join(ours.numbers) != "".join(theirs.numbers)
        and numbers_a != numbers_b
        and not silent,
        part_one_is_silent=silent,
        articles_differ=ours.part == theirs.part == "whole" and ours.article != theirs.article,
        brands_differ=(ours.part == "unbranded") != (theirs.part == "unbranded"),
        is_plural=not equal and _singular(ours.key) == _singular(theirs.key),
        ours=ours.key,
        theirs=theirs.key,
    )


def _singular(key: str) -> str:
    return " ".join(word.removesuffix("s") for word in key.split())


def _spelling(a: str, b: str) -> float:
    # Without spaces too, so that "Spider Man" and "Spiderman" differ by next to nothing.
    letters = fuzz.ratio(a.replace(" ", ""), b.replace(" ", ""))
    return 1.0 - max(letters - 1.0, fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b) - 7.0) / 100.0


def _strange_words(a: str, b: str) -> tuple[str, ...]:
    joined_a, joined_b = a.replace(" ", ""), b.replace(" ", "")
    if joined_a == joined_b:
        return ()
    words_a, words_b = _content(a), _content(b)
    return (*_without_partner(words_a, words_b, joined_b), *_without_partner(words_b, words_a, joined_a))


def _content(key: str) -> list[str]:
    # Digits are judged as numbers, not as words.
    words = [w for w in key.split() if w not in _SMALL_WORDS and w not in MARKERS and not w.isdigit()]
    return words or key.split()


def _without_partner(words: list[str], others: list[str], joined: str) -> list[str]:
    return [
        word
        for word in words
        if not (len(word) > 3 and word in joined) and not any(is_misspelling(word, other) for other in others)
    ]


def is_misspelling(a: str, b: str) -> bool:
    """May one word be the other with a typo or two?"""
    if a == b:
        return True
    allowed = min(len(a), len(b)) // 4
    return allowed > 0 and OSA.distance(a, b, score_cutoff=allowed) <= allowed


def share_a_person(ours: Iterable[str], theirs: Iterable[str]) -> bool | None:
    """Is somebody on both lists? None: the lists cannot be compared (empty, or in two scripts)."""
    keys, others = [name_key(n) for n in ours], [name_key(n) for n in theirs]
    comparable = [(a, b) for a in keys for b in others if a and b and a.isascii() == b.isascii()]
    return any(is_same_name(a, b) for a, b in comparable) if comparable else None


def is_same_name(a: str, b: str) -> bool:
    """Do two folded names fit one person: "j r r tolkien", "john ronald reuel tolkien", "bong joon ho"?"""
    if a == b or a.replace(" ", "") == b.replace(" ", "") or fuzz.token_sort_ratio(a, b) >= 88:
        return True
    words, others = sorted((a.split(), b.split()), key=len)
    if set(words) <= set(others) and (len(words) > 1 or words[0] == others[-1]):
        return True
    if not is_misspelling(words[-1], others[-1]) or len(words) == 1:
        return False
    first, other = words[0], others[0]
    return first[0] == other[0] and (1 in (len(first), len(other)) or is_misspelling(first, other))
