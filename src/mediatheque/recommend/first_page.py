"""Rows for a first page: what to turn to, by reason; no title is in two of them.

One long list is worked out, and most rows are parts of it: the best of it, what few know, what an evening is long
enough for. Only what begins somewhere else (one title, one language) is asked for by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mediatheque.kit.database import Connection
from mediatheque.recommend import because_of
from mediatheque.recommend.crowd import WEIGHT_BY_TERM, Crowd, current_crowd
from mediatheque.recommend.group import METHOD as GROUP
from mediatheque.recommend.group import recommend_to_group
from mediatheque.recommend.listing import POPULAR
from mediatheque.recommend.onboarding import picks
from mediatheque.recommend.queries.languages import titles_by_language
from mediatheque.recommend.request import Means, Recommended, Request, Rules
from mediatheque.recommend.serve import listener, recommend
from mediatheque.recommend.taste import Taste
from mediatheque.vocabulary import Item, Kind, Recommendation

#: So many titles are worked out for all the rows that are parts of one list.
LONG = 72
#: The hero and its row; a row of another reason; and fewer than this are no row.
BEST, IN_A_ROW, LEAST = 13, 12, 4
#: Rows that begin with a title of the person's own.
_BECAUSE = 2
#: Who said so little gets to rate some titles first.
ENOUGH_SEEDS = 5
#: An evening, or a weekend.
SHORT_MINUTES, SHORT_EPISODE_MINUTES, SHORT_PAGES = 100.0, 30.0, 220
#: Few know what is no better known than this share of the titles of its kind.
_LITTLE_KNOWN = 0.5
_FAME = [list(WEIGHT_BY_TERM).index(term) for term in ("activity here", "catalogue popularity", "renown")]
#: A language is somebody's when so many titles of theirs are in it, so many times more often than in the catalogue.
_LEAST_IN_A_LANGUAGE, _MORE_OFTEN = 3, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row by its reason, and the list that it shows; with what its heading speaks of."""

    name: str
    best: Recommended
    request: Request
    about: Item | None = None  # of "because": the title that it begins with
    language: str | None = None  # of "in-your-language"
    people: tuple[str, ...] = ()  # of "from-your-people": their names, without the person's own


@dataclass(frozen=True, slots=True)
class FirstPage:
    """Rows in the order of the page; `to_rate`: what to ask a new person about, () for who is known."""

    rows: tuple[Row, ...]
    to_rate: tuple[Item, ...] = ()
    language: str | None = None  # that the person turns to more often than most: a row of its own


def first_page(db: Connection, user_id: int, means: Means, *, exclude: Collection[int] = ()) -> FirstPage:
    """The rows for somebody, none with what is excluded: it stands elsewhere on the page."""
    taste = listener(db, user_id, Rules(), means).taste
    if len(taste.seeds) < ENOUGH_SEEDS:
        return _for_a_new_person(db, user_id, taste, means, exclude)
    request = Request(n=LONG, rules=Rules(exclude=frozenset(exclude)))
    long, crowd = recommend(db, user_id, request, means), current_crowd(db)
    taken: set[int] = set(exclude)
    # Taken in the order of what would be missed most, shown in the order of the page.
    best = _part("for-you", long, request, taken, BEST)
    because = _because_rows(db, user_id, means, taken)
    gems = _part("hidden-gems", long, request, taken, IN_A_ROW, _is_little_known(crowd, long))
    short = _part("short-tonight", long, request, taken, IN_A_ROW, _is_short)
    rows = [best, *because[:1], short, gems, *because[1:]]
    language = language_of(taste, titles_by_language(db))
    return FirstPage(tuple(row for row in rows if row is not None), language=language)


def for_the_people(
    db: Connection, user_id: int, names: Sequence[str], means: Means, *, exclude: Collection[int] = ()
) -> Row | None:
    """What is for the user and these people together; None where that is too little to show."""
    request = Request(n=IN_A_ROW, method=GROUP, rules=Rules(exclude=frozenset(exclude)))
    best = recommend_to_group(db, user_id, names, request, means)
    row = Row(name="from-your-people", best=best, request=request, people=tuple(names))
    return row if len(best) >= LEAST else None


def on_the_rise(db: Connection, user_id: int, means: Means, *, exclude: Collection[int] = ()) -> Row | None:
    """What more people here turned to lately than usual; what is merely popular is none of it."""
    request = Request(n=IN_A_ROW, method="trending", rules=Rules(exclude=frozenset(exclude)))
    best = recommend(db, user_id, request, means)
    rising = tuple(one for one in best if one.fallback is None)
    row = Row(name="trending", best=replace(best, recommendations=rising), request=request)
    return row if len(rising) >= LEAST else None


def in_their_language(
    db: Connection, user_id: int, means: Means, *, exclude: Collection[int] = ()
) -> Row | None:
    """What is in the language that the user turns to more often than most, where there is one."""
    taste = listener(db, user_id, Rules(), means).taste
    language = language_of(taste, titles_by_language(db))
    if language is None:
        return None
    request = Request(n=IN_A_ROW, rules=Rules(exclude=frozenset(exclude), languages=(language,)))
    row = _part("in-your-language", recommend(db, user_id, request, means), request, set(), IN_A_ROW)
    return replace(row, language=language) if row is not None else None


def _for_a_new_person(
    db: Connection, user_id: int, taste: Taste, means: Means, exclude: Collection[int]
) -> FirstPage:
    asked = tuple(picks(db, user_id, IN_A_ROW, means=means))
    # What is asked about is not recommended beside it.
    taken = {*exclude, *(item.id for item in asked)}
    method = "mixed" if taste.seeds else POPULAR
    request = Request(n=BEST, method=method, rules=Rules(exclude=frozenset(taken)))
    best = recommend(db, user_id, request, means)
    row = _part("for-you" if taste.seeds else "popular", best, request, set(taken), BEST)
    return FirstPage((row,) if row is not None else (), asked)


def _part(
    name: str,
    best: Recommended,
    request: Request,
    taken: set[int],
    n: int,
    fits: Callable[[Recommendation], bool] = lambda one: True,
) -> Row | None:
    """The first of a list that fit and are in no row yet, which from now on they are."""
    chosen = tuple(one for one in best if one.item.id not in taken and fits(one))[:n]
    if len(chosen) < LEAST:
        return None
    taken.update(one.item.id for one in chosen)
    return Row(name=name, best=replace(best, recommendations=chosen), request=request)


def _because_rows(db: Connection, user_id: int, means: Means, taken: set[int]) -> list[Row]:
    request = Request(n=IN_A_ROW, method=because_of.METHOD, rules=Rules(exclude=frozenset(taken)))
    found = because_of.rows(db, user_id, request, means, most=_BECAUSE)
    rows = [Row(name="because", best=row.best, request=request, about=row.about) for row in found]
    rows = [row for row in rows if len(row.best) >= LEAST]
    taken.update(_ids(one for row in rows for one in row.best))
    return rows


def language_of(taste: Taste, catalogue: dict[str, int]) -> str | None:
    """The language that somebody turns to more often than a catalogue leads them to; None: to none (pure)."""
    chosen: Counter[str] = Counter()
    for (_, language), n in taste.chosen_by_language.items():
        chosen[language] += n
    there, own = sum(catalogue.values()), sum(chosen.values())
    for language, n in sorted(chosen.items(), key=lambda pair: (-pair[1], pair[0])):
        usual = own * catalogue.get(language, 0) / max(there, 1)
        if n >= _LEAST_IN_A_LANGUAGE and usual and n >= _MORE_OFTEN * usual:
            return language
    return None


def _is_little_known(crowd: Crowd, best: Recommended) -> Callable[[Recommendation], bool]:
    fame = crowd.terms[:, _FAME].sum(axis=1)
    limits = {
        kind: float(np.quantile(fame[crowd.kinds == kind], _LITTLE_KNOWN)) for kind in np.unique(crowd.kinds)
    }
    ids = [one.item.id for one in best]
    known = dict(zip(ids, crowd.terms_of(ids)[:, _FAME].sum(axis=1).tolist(), strict=True))

    def fits(one: Recommendation) -> bool:
        # Few know it, and more than its popularity speaks for it.
        return one.method != POPULAR and known[one.item.id] <= limits.get(one.item.kind.value, 0.0)

    return fits


def _is_short(one: Recommendation) -> bool:
    work = one.item.work
    if work.kind is Kind.BOOK:
        return work.pages is not None and 0 < work.pages <= SHORT_PAGES
    most = SHORT_EPISODE_MINUTES if work.kind is Kind.SHOW else SHORT_MINUTES
    return work.runtime_minutes is not None and 0 < work.runtime_minutes <= most


def _ids(ones: Iterable[Recommendation]) -> list[int]:
    return [one.item.id for one in ones]
