"""How far a work is from an item: named penalties, so that a person can see why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mediatheque.resolve.distance import TitlePair, closest_titles, share_a_person
from mediatheque.resolve.ids import conflicting_id, shared_id
from mediatheque.resolve.normalise import read_title, titles_of
from mediatheque.resolve.series import same_episode
from mediatheque.vocabulary import Item, Kind, Match, Penalty, Role, Work


@dataclass(frozen=True, slots=True)
class Weights:
    """What each objection costs; a score is 1 minus their sum. Tuned on the labelled sample.

    "Confirmed" is a pair whose year or people agree: then a misspelt or shortened title matters less.
    """

    spelling: float = 2.2  # per share of letters that differ
    spelling_confirmed: float = 0.8
    strange_word: float = 0.22  # per word that only one side has
    strange_word_confirmed: float = 0.12
    cut: float = 0.14  # a subtitle, or the series before it, is missing
    cut_numbered: float = 0.05  # "Terminator 2" leaves no doubt about what was cut
    cut_confirmed: float = 0.03
    number: float = 0.45  # "Rocky" and "Rocky II"
    part_one: float = 0.06  # "Dune" and "Dune: Part One"
    article: float = 0.13  # "Predator" and "The Predator"
    article_confirmed: float = 0.01
    brand: float = 0.12  # "Frankenstein" and "Mary Shelley's Frankenstein"
    brand_confirmed: float = 0.01
    plural: float = 0.08  # "Working Girl" and "Working Girls"
    plural_confirmed: float = 0.02
    country: float = 0.4  # "The Office (U.S.)" and "(UK)"
    country_unsaid: float = 0.14
    id_conflict: float = 0.6
    episode: float = 0.5


WEIGHTS = Weights()

#: Years apart → penalty; the last one for everything beyond. A film reaches festivals a year before cinemas.
_YEAR_STEPS: dict[Kind, tuple[float, ...]] = {
    Kind.FILM: (0.0, 0.05, 0.16, 0.45),
    Kind.SHOW: (0.0, 0.05, 0.12, 0.2, 0.2, 0.4),
    Kind.BOOK: (0.0, 0.04, 0.06, 0.1),
    Kind.EPISODE: (0.0, 0.05, 0.1, 0.2),
    Kind.VIDEO: (0.0, 0.05, 0.1, 0.2),
    Kind.AUDIO: (0.0, 0.05, 0.1, 0.2),
}
#: Editions of a book are decades apart: once the author agrees, the year says little.
_BOOK_YEAR_CONFIRMED = 0.02

#: Pairs of kinds that may be one thing: the penalty alone, and when year or people agree; any other pair
#: costs _OTHER_KIND.
_KIND_PAIRS: dict[frozenset[Kind], tuple[float, float]] = {
    # A row that calls a special or a show a film is often only guessing.
    frozenset({Kind.FILM, Kind.SHOW}): (0.2, 0.1),
    frozenset({Kind.BOOK, Kind.AUDIO}): (0.15, 0.05),
}
_OTHER_KIND = (0.6, 0.6)

#: Roles that answer each other, and what it costs when they name different people.
_PEOPLE: tuple[tuple[str, tuple[Role, ...], float], ...] = (
    ("author", (Role.AUTHOR,), 0.5),
    ("director", (Role.DIRECTOR,), 0.35),
    ("creator", (Role.CREATOR, Role.WRITER), 0.15),
    ("channel", (Role.CHANNEL,), 0.45),
    ("cast", (Role.CAST,), 0.1),
)

#: A year off by one still is evidence.
_NEARLY = 0.05

#: Penalties of amount 0 that say "this agrees": what `decide` calls evidence.
AGREEMENTS = frozenset({"id", "year", "author", "director", "creator", "channel", "cast"})


def compare(work: Work, item: Item, weights: Weights = WEIGHTS) -> Match:
    """How well `item` fits `work`. Penalties of amount 0 are agreements, for the reader and for `decide`."""
    if shared := shared_id(work, item.work):
        return Match(item.id, 1.0, (Penalty("id", 0.0, shared),))
    facts = (*_people(work, item.work), *_runtime(work, item.work))
    author_agrees = any(p.name == "author" and p.amount == 0 for p in facts)
    years = tuple(_year(work, item.work, author_agrees=author_agrees))
    # A year alone confirms nothing when the people contradict it.
    confirmed = any(p.amount == 0 for p in (*facts, *years) if p.name in AGREEMENTS) and not any(
        p.amount > 0 for p in facts if p.name in AGREEMENTS
    )
    # Nor do the people say which film of a series a title without its subtitle means.
    may_be_cut = author_agrees or any(p.amount == 0 for p in years)
    penalties = (
        *_title(work, item.work, weights, confirmed=confirmed, cut_confirmed=confirmed and may_be_cut),
        *years,
        *facts,
        *_kind(work, item, confirmed=confirmed),
        *_country(work, item.work, weights),
        *_id_conflict(work, item.work, weights),
        *_episode(work, item, weights),
    )
    score = 1.0 - sum(p.amount for p in penalties)
    return Match(item.id, round(max(score, 0.0), 4), penalties)


def is_certain(match: Match) -> bool:
    """Do both carry one id?"""
    return any(p.name == "id" for p in match.penalties)


def has_agreement(match: Match) -> bool:
    """Does anything besides the title speak for this match?"""
    return any(p.amount <= _NEARLY and p.name in AGREEMENTS for p in match.penalties)


def _id_conflict(work: Work, other: Work, weights: Weights) -> Iterator[Penalty]:
    if conflict := conflicting_id(work, other):
        yield Penalty("id conflict", weights.id_conflict, conflict)


def _title(
    work: Work, other: Work, weights: Weights, *, confirmed: bool, cut_confirmed: bool
) -> Iterator[Penalty]:
    if work.kind == other.kind == Kind.EPISODE:
        ours, theirs = _series_titles(work), _series_titles(other)
    else:
        ours, theirs = titles_of(work), titles_of(other)
    pair = closest_titles(ours, theirs)
    if pair is None:
        yield Penalty("title", 1.0, "one of them has no title")
        return
    yield from _title_penalties(pair, weights, confirmed=confirmed)
    if pair.is_cut:
        is_numbered = pair.ours == pair.theirs and pair.ours[-1].isdigit()
        cut = weights.cut_confirmed if cut_confirmed else weights.cut_numbered if is_numbered else weights.cut
        yield Penalty("cut", cut, f"“{pair.ours}”, “{pair.theirs}”")


def _series_titles(work: Work) -> tuple[str, ...]:
    return (work.series_title,) if work.series_title else titles_of(work)


def _title_penalties(pair: TitlePair, weights: Weights, *, confirmed: bool) -> Iterator[Penalty]:
    # The right year does not make "Borgia" "The Borgias": a single word leaves too little to go by.
    is_discounted = confirmed and " " in pair.ours and " " in pair.theirs
    spelling = weights.spelling_confirmed if is_discounted else weights.spelling
    strange = weights.strange_word_confirmed if confirmed else weights.strange_word
    if pair.spelling:
        yield Penalty(
            "title", round(min(spelling * pair.spelling, 1.0), 4), f"“{pair.ours}”, “{pair.theirs}”"
        )
    if pair.strange_words:
        yield Penalty("words", min(strange * len(pair.strange_words), 0.9), ", ".join(pair.strange_words))
    if pair.numbers_differ:
        yield Penalty("number", weights.number, f"“{pair.ours}”, “{pair.theirs}”")
    if pair.part_one_is_silent:
        yield Penalty("part one", weights.part_one)
    if pair.brands_differ:
        yield Penalty("brand", weights.brand_confirmed if confirmed else weights.brand)
    if pair.is_plural:
        yield Penalty("plural", weights.plural_confirmed if confirmed else weights.plural)
    if pair.articles_differ:
        yield Penalty("article", weights.article_confirmed if confirmed else weights.article)


def _years(work: Work) -> int | None:
    return work.year or read_title(work.title).year


def _year(work: Work, other: Work, *, author_agrees: bool) -> Iterator[Penalty]:
    ours, theirs = _years(work), _years(other)
    if ours is None or theirs is None:
        return
    steps = _YEAR_STEPS[other.kind]
    apart = abs(ours - theirs)
    # A row about a later season carries that season's year.
    if other.kind == Kind.SHOW and work.kind == Kind.SHOW and work.season and ours > theirs:
        apart = min(apart, 1)
    amount = steps[min(apart, len(steps) - 1)]
    if author_agrees:
        amount = min(amount, _BOOK_YEAR_CONFIRMED)
    yield Penalty("year", amount, f"{ours}" if ours == theirs else f"{ours}, not {theirs}")


def _people(work: Work, other: Work) -> Iterator[Penalty]:
    for name, roles, amount in _PEOPLE:
        ours, theirs = work.people(*roles), other.people(*roles)
        shared = share_a_person(ours, theirs)
        if shared is not None:
            detail = ", ".join(ours[:2]) if shared else f"{', '.join(ours[:2])}, not {', '.join(theirs[:2])}"
            yield Penalty(name, 0.0 if shared else amount, detail)


def _runtime(work: Work, other: Work) -> Iterator[Penalty]:
    ours, theirs = work.runtime_minutes, other.runtime_minutes
    if not ours or not theirs or Kind.SHOW in (work.kind, other.kind):
        return
    apart = abs(ours - theirs)
    share = apart / max(ours, theirs)
    amount = 0.0 if apart <= 3 or share <= 0.05 else 0.04 if share <= 0.15 else 0.1 if share <= 0.3 else 0.25
    yield Penalty("runtime", amount, f"{ours:.0f} min" if not amount else f"{ours:.0f} min, not {theirs:.0f}")


def _kind(work: Work, item: Item, *, confirmed: bool) -> Iterator[Penalty]:
    if work.kind != item.kind:
        bare, with_evidence = _KIND_PAIRS.get(frozenset({work.kind, item.kind}), _OTHER_KIND)
        amount = with_evidence if confirmed else bare
        yield Penalty("kind", amount, f"{work.kind}, not {item.kind}")


def _country(work: Work, other: Work, weights: Weights) -> Iterator[Penalty]:
    ours, theirs = _countries(work), _countries(other)
    if ours and theirs and not ours & theirs:
        yield Penalty(
            "country", weights.country, f"{', '.join(sorted(ours))}, not {', '.join(sorted(theirs))}"
        )
    elif bool(read_title(work.title).country) and not theirs:
        yield Penalty("country", weights.country_unsaid, f"{', '.join(sorted(ours))}, not said")


def _countries(work: Work) -> set[str]:
    return {country for title in titles_of(work) if (country := read_title(title).country)}


def _episode(work: Work, item: Item, weights: Weights) -> Iterator[Penalty]:
    if work.kind == item.kind == Kind.EPISODE and not same_episode(work, item):
        yield Penalty("episode", weights.episode, f"“{work.title}”, not “{item.title}”")
