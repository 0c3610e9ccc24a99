"""One work from what several sources claim about it: for every field, a written order of whom to believe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mediatheque.vocabulary import Claim, Credit, Kind, Role, Work


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom to believe first about some fields, and why. Sources not named come after, by name."""

    fields: tuple[str, ...]
    order: tuple[str, ...]
    why: str


#: Films, shows, episodes, videos, audio.
SCREEN_RULES: tuple[Rule, ...] = (
    Rule(
        ("kind", "title", "original_title", "year", "language"),
        ("starter", "tmdb"),
        "what a work is called, and when it came out, was checked by hand in the starter catalogue; "
        "TMDB's year moves with the first festival or re-release it hears of",
    ),
    Rule(
        ("genres", "credits", "runtime_minutes", "external_ids", "url"),
        ("tmdb", "starter"),
        "TMDB is kept up by many people and complete; the starter catalogue names main facts only",
    ),
    Rule(
        ("description", "image_url"),
        ("tmdb", "starter"),
        "TMDB's overviews are longer, and it alone has images",
    ),
    Rule(
        ("popularity", "average_rating"),
        ("tmdb", "starter"),
        "of these sources only TMDB counts people",
    ),
    Rule(
        ("minimum_age", "services"),
        ("tmdb", "starter"),
        "TMDB collects what the rating boards and the services say, country by country",
    ),
    Rule(
        ("series_title", "season", "season_title", "episode", "pages"),
        ("tmdb", "starter"),
        "TMDB numbers seasons and episodes as they were broadcast",
    ),
    Rule(
        ("based_on", "series", "series_position"),
        ("starter", "tmdb"),
        "the starter catalogue names the very book, and a film's place in its series; TMDB knows the author alone, "
        "and counts no films",
    ),
)

#: Books.
BOOK_RULES: tuple[Rule, ...] = (
    Rule(
        ("kind", "title", "original_title", "year", "language"),
        ("starter", "open-library", "google-books"),
        "the starter catalogue and Open Library speak of the work; Google Books of an edition, whose "
        "year and language are often those of a reprint or a translation",
    ),
    Rule(
        ("genres", "credits"),
        ("starter", "open-library", "google-books"),
        "Google's categories are mostly just 'Fiction', and its authors include editors and translators",
    ),
    Rule(
        ("pages",),
        ("open-library", "starter", "google-books"),
        "Open Library gives the median of all editions",
    ),
    Rule(
        ("description", "image_url"),
        ("google-books", "open-library", "starter"),
        "publishers give Google a full description and a cover; Open Library's are patchy",
    ),
    Rule(
        ("popularity", "average_rating"),
        ("open-library", "google-books", "starter"),
        "readers' shelves on Open Library count many more people than Google's ratings",
    ),
    Rule(
        ("external_ids", "url"),
        ("open-library", "google-books", "starter"),
        "an id of the work outlives an edition's",
    ),
    Rule(
        ("minimum_age", "services"),
        ("google-books", "open-library", "starter"),
        "Google alone marks what is for adults, and no source says where a book can be read",
    ),
    Rule(
        ("series_title", "season", "season_title", "episode", "runtime_minutes"),
        ("open-library", "google-books", "starter"),
        "no source says them of books; the order only keeps the outcome the same",
    ),
    Rule(
        ("based_on", "series", "series_position"),
        ("starter", "open-library", "google-books"),
        "of these sources only the starter catalogue speaks of series; readers' exports say them of the rest",
    ),
)

_SINGLE_FIELDS = (
    "kind", "original_title", "year", "language", "genres", "runtime_minutes", "pages", "description",
    "series_title", "season", "season_title", "episode", "url", "image_url", "popularity",
    "minimum_age", "services", "based_on",
)  # fmt: skip


def merge(claims: Sequence[Claim]) -> Work:
    """The work that the claims together describe; their order does not matter.

    Of each field the first claim that knows it is believed, in the order of the rules above.
    Alternative titles are united, the titles of those not believed among them; external ids are
    united scheme by scheme, credits role by role; a rating keeps the count it was made from,
    and a place in a series is a place in that series.
    """
    if not claims:
        raise ValueError("merge() needs at least one claim")
    order = _order_by_field(_rules_for(claims))

    def works(field: str) -> list[Work]:
        return [claim.work for claim in _ranked(claims, order[field])]

    values = {field: _first(works(field), field) for field in _SINGLE_FIELDS}
    title = next((work.title for work in works("title") if work.title), "")
    series = next((work.series for work in works("series") if work.series), None)
    rated = next((work for work in works("average_rating") if work.average_rating is not None), None)
    return Work(
        **values,
        title=title,
        alternative_titles=_other_titles(works("title"), title, values["original_title"]),
        credits=_credits(works("credits")),
        series=series,
        series_position=_place_in(series, works("series_position")),
        average_rating=rated.average_rating if rated else None,
        rating_count=rated.rating_count if rated else None,
        external_ids=_united_ids(works("external_ids")),
    )


def believed(claims: Sequence[Claim], field: str) -> tuple[list[Claim], str]:
    """The claims in the order in which they are believed about a field, and why in that one."""
    rule = next((rule for rule in _rules_for(claims) if field in rule.fields), None)
    if rule is None:
        raise ValueError(f"no rule speaks of '{field}'")
    return _ranked(claims, rule.order), rule.why


def _rules_for(claims: Sequence[Claim]) -> tuple[Rule, ...]:
    """Of books, or of what is seen and heard."""
    kind = _ranked(claims, _order_by_field(SCREEN_RULES)["kind"])[0].work.kind
    is_book = kind is Kind.BOOK or all(claim.work.kind is Kind.BOOK for claim in claims)
    return BOOK_RULES if is_book else SCREEN_RULES


def _order_by_field(rules: Iterable[Rule]) -> Mapping[str, Sequence[str]]:
    return {field: rule.order for rule in rules for field in rule.fields}


def _ranked(claims: Sequence[Claim], order: Sequence[str]) -> list[Claim]:
    """Most believed first; the last part of the key only decides between contradicting twins."""

    def rank(claim: Claim) -> tuple[Any, ...]:
        place = order.index(claim.source) if claim.source in order else len(order)
        return place, claim.source, claim.source_key, repr(claim.work)

    return sorted(claims, key=rank)


def _first(works: Sequence[Work], field: str) -> Any:
    """The first value that says something; else the empty one that the field has."""
    said = [getattr(work, field) for work in works]
    return next((value for value in said if value not in (None, "", ())), said[0])


def _place_in(series: str | None, works: Sequence[Work]) -> float | None:
    """The first place that is one in this very series: sources count their own."""
    if series is None:
        return None
    places = (w.series_position for w in works if w.series and w.series.casefold() == series.casefold())
    return next((place for place in places if place is not None), None)


def _other_titles(works: Sequence[Work], title: str, original: str | None) -> tuple[str, ...]:
    every = [name for work in works for name in (work.title, work.original_title, *work.alternative_titles)]
    by_folded: dict[str, str] = {}
    for name in every:
        if name:
            by_folded.setdefault(name.casefold(), name)
    for known in (title, original or ""):
        by_folded.pop(known.casefold(), None)
    return tuple(by_folded.values())


def _credits(works: Sequence[Work]) -> tuple[Credit, ...]:
    """For each role the list of the first who has one: two half-agreeing cast lists would mix billings."""
    found: list[Credit] = []
    for role in Role:
        lists = ([credit for credit in work.credits if credit.role is role] for work in works)
        found += next((credits_of_role for credits_of_role in lists if credits_of_role), [])
    return tuple(found)


def _united_ids(works: Sequence[Work]) -> dict[str, str]:
    united: dict[str, str] = {}
    for work in works:
        for scheme, external_id in sorted(work.external_ids.items()):
            united.setdefault(scheme, external_id)
    return dict(sorted(united.items()))
