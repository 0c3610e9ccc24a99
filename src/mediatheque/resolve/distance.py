"""How far two titles, or two people's names, are apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from mediatheque.resolve.normalise import Form, name_key, read_title
from mediatheque.resolve.numerals import MARKERS

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
        )


def closest_titles(ours: Iterable[str], theirs: Iterable[str]) -> TitlePair | None:
    """The best pair among all forms of all titles, None when there is nothing to compare."""
    best: TitlePair | None = None
    others = [form for title in theirs for form in read_title(title).forms]
    for form in (form for title in ours for form in read_title(title).forms):
        for other in others:
            # "Star Wars: Andor" and "Star Wars: Rebels" share a head, which makes them no pair.
            if form.part in ("head", "tail") and other.part in ("head", "tail"):
                continue
            pair = _pair(form, other)
            if best is None or pair.cost < best.cost:
                best = pair
                if pair.is_exact:
                    return pair
    return best


@lru_cache(maxsize=65536)
def _pair(ours: Form, theirs: Form) -> TitlePair:
    numbers_a, numbers_b = sorted(ours.numbers), sorted(theirs.numbers)
    silent = sorted((numbers_a, numbers_b), key=len) == [[], ["1"]]
    equal = ours.key == theirs.key
    return TitlePair(
        spelling=0.0 if equal else _spelling(ours.key, theirs.key),
        strange_words=() if equal else _strange_words(ours.key, theirs.key),
        is_cut=ours.part in ("head", "tail") or theirs.part in ("head", "tail"),
        # Joined, since "Nine-Nine" and "99" are one.
        numbers_differ="".join(ours.numbers) != "".join(theirs.numbers)
        and numbers_a != numbers_b
        and not silent,
        part_one_is_silent=silent,
        articles_differ=ours.part == theirs.part == "whole" and ours.article != theirs.article,
        ours=ours.key,
        theirs=theirs.key,
    )


def _spelling(a: str, b: str) -> float:
    # Without spaces too, so that "Spider Man" and "Spiderman" differ by next to nothing.
    letters = fuzz.ratio(a.replace(" ", ""), b.replace(" ", ""))
    return 1.0 - max(letters - 1.0, fuzz.ratio(a, b), fuzz.token_sort_ratio(a, b) - 3.0) / 100.0


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
    words, others = a.split(), b.split()
    if not is_misspelling(words[-1], others[-1]):
        return set(words) <= set(others) or set(others) <= set(words)
    firsts, other_firsts = words[:-1], others[:-1]
    if not firsts or not other_firsts:
        return True
    return firsts[0][0] == other_firsts[0][0] and (
        len(firsts[0]) == 1 or len(other_firsts[0]) == 1 or is_misspelling(firsts[0], other_firsts[0])
    )
