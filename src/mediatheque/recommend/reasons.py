"""Why a title is recommended, in a sentence that is told from the terms of its score (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mediatheque.recommend.algorithms import Term
from mediatheque.recommend.peers import Verdict
from mediatheque.recommend.queries.crowd import Reception
from mediatheque.recommend.taste import Known
from mediatheque.recommend.trends import Trend
from mediatheque.recommend.walk import Link
from mediatheque.vocabulary import Contribution, Item, Kind, Role, Work

_MAKERS = (Role.DIRECTOR, Role.CREATOR, Role.AUTHOR, Role.CHANNEL)
_DONE: Mapping[Kind, str] = {Kind.BOOK: "read", Kind.AUDIO: "listened to"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a sentence may speak of: the person's own titles, and how the recommended one was received."""

    items: Mapping[int, Item] = field(default_factory=dict[int, Item])
    known: Mapping[int, Known] = field(default_factory=dict[int, Known])
    reception: Reception = field(default_factory=Reception)
    trend: Trend | None = None
    peers: Verdict | None = None
    is_saved: bool = False


def reason(item: Item, terms: Sequence[Term], told: Told) -> str:
    """The sentence for an item whose chief method gave it these terms."""
    causes = [t for t in terms if t.name == "like" and t.amount > 0 and t.item_id in told.items]
    company = [t for t in terms if t.name == "liked with" and t.amount > 0 and t.item_id in told.items]
    linked = [t for t in terms if t.link is not None and t.amount > 0 and t.item_id in told.items]
    if linked:
        sentence = _from_links(linked, told)
    elif causes:
        sentence = _from_titles(item, causes, told)
    elif company:
        sentence = _from_company(company, told)
    else:
        sentence = _from_the_crowd(item, terms, told)
    return f"{sentence}. It is on your list." if told.is_saved else f"{sentence}."


def contributions(
    terms_by_method: Mapping[str, Sequence[Term]], items: Mapping[int, Item]
) -> tuple[Contribution, ...]:
    """All terms, the largest first; of one method and title those with equal names are added up."""
    amounts: dict[tuple[str, str, int | None], float] = {}
    for method, terms in terms_by_method.items():
        for term in terms:
            key = method, term.name, term.item_id
            amounts[key] = amounts.get(key, 0.0) + term.amount
    made = [
        Contribution(
            method=method,
            name=name,
            amount=amount,
            item_id=item_id,
            title=items[item_id].title if item_id is not None and item_id in items else None,
        )
        for (method, name, item_id), amount in amounts.items()
    ]
    return tuple(sorted(made, key=lambda contribution: -abs(contribution.amount)))


def _from_titles(item: Item, causes: Sequence[Term], told: Told) -> str:
    """Named are the titles that pull about as much as the first, two at most."""
    strong = [term for term in causes if term.amount >= 0.5 * causes[0].amount][:2]
    ids = [term.item_id for term in strong if term.item_id is not None]
    works = [told.items[i].work for i in ids]
    if len(ids) == 1:
        start = because(told.items[ids[0]], told.known.get(ids[0]))
    else:
        start = "Close to " + " and ".join(
            f"{told.items[i].title} ({_stance(told.items[i], told.known.get(i), 'it')})" for i in ids
        )
    shared = in_common(item.work, works)
    return f"{start}: {shared}" if shared else f"{start}, and similar by description"


def _from_links(linked: Sequence[Term], told: Told) -> str:
    """By what connects it most with the person's own titles, two of these at most."""
    amounts: dict[Link, float] = {}
    for term in linked:
        if term.link is not None:
            amounts[term.link] = amounts.get(term.link, 0.0) + term.amount
    link = max(amounts, key=lambda one: amounts[one])
    ends = sorted((t for t in linked if t.link == link), key=lambda t: -t.amount)
    ids = [t.item_id for t in ends if t.item_id is not None and t.amount >= 0.5 * ends[0].amount][:2]
    return link_in_words(link, [(told.items[i], told.known.get(i)) for i in ids])


def link_in_words(link: Link, ends: Sequence[tuple[Item, Known | None]]) -> str:
    """A sentence, without its end, on what connects a title with some of a person's own."""
    if link.is_straight:
        return f"{because(*ends[0])}: it {link.words}"
    own = _list([f"{item.title} ({_stance(item, known, 'it')})" for item, known in ends])
    return f"It {link.words}; {own} {link.theirs}" if link.theirs else f"Like {own}, it {link.words}"


def _from_company(causes: Sequence[Term], told: Told) -> str:
    """What the model saw: the same people's histories hold both."""
    ids = [t.item_id for t in causes if t.amount >= 0.5 * causes[0].amount and t.item_id is not None][:2]
    titles = _list(
        [f"{told.items[i].title} ({_stance(told.items[i], told.known.get(i), 'it')})" for i in ids]
    )
    return f"People here who took to {titles} took to this too"


def because(cause: Item, known: Known | None) -> str:
    """ "Because you rated Arrival 4.5"."""
    return f"Because {_stance(cause, known, cause.title)}"


def _stance(item: Item, known: Known | None, named: str) -> str:
    """What the person did with a title: "you rated it 4.5", "you watched 3 episodes of Dark"."""
    if known is None:
        return f"you know {named}"
    if known.rating is not None:
        return f"you rated {named} {known.rating:g}"
    if known.liking > 0:
        return f"you liked {named}"
    if known.seen_count > 0:
        again = " more than once" if known.seen_count > 1 and item.kind is not Kind.SHOW else ""
        return f"you {_DONE.get(item.kind, 'watched')} {named}{again}"
    if known.episodes_seen > 0:
        return f"you watched {_count(known.episodes_seen, 'episode')} of {named}"
    return f"{named} is on your list" if known.is_saved else f"you know {named}"


def in_common(work: Work, others: Sequence[Work]) -> str:
    """What the work has in common with all the others: makers, then cast, then genres."""
    told: list[str] = []
    makers = _in_all(work.people(*_MAKERS), [other.people(*_MAKERS) for other in others])
    if makers:
        told.append(f"also by {_list(makers[:2])}")
    cast = _in_all(work.people(Role.CAST), [other.people(Role.CAST) for other in others])
    if cast:
        told.append(f"also with {_list(cast[:2])}")
    genres = _in_all(work.genres, [other.genres for other in others])
    if genres and len(told) < 2:
        told.append(f"also {_list([genre.lower() for genre in genres[:2]])}")
    return ", ".join(told)


def _from_the_crowd(item: Item, terms: Sequence[Term], told: Told) -> str:
    for term in sorted(terms, key=lambda term: -term.amount):
        if term.amount > 0 and (sentence := _crowd_sentence(item, term.name, told)):
            return sentence
    return f"{_description(item.work)} that you have not come across yet"


def _crowd_sentence(item: Item, name: str, told: Told) -> str | None:
    reception = told.reception
    if name == "people lately" and told.trend is not None:
        people = _count(told.trend.people, "person", "people")
        return (
            f"{people} here turned to it in the last two weeks, where {told.trend.usual:.1f} would be usual"
        )
    if name == "people who rate like you" and told.peers is not None:
        people = _count(told.peers.people, "person", "people")
        return f"{people} who rate like you gave it {told.peers.average:.1f} on average"
    if name == "activity here" and reception.people:
        has = "has" if reception.people == 1 else "have"
        people = _count(reception.people, "person", "people")
        return f"{people} here {has} {_DONE.get(item.kind, 'watched')} it"
    if name == "ratings" and reception.average_rating is not None:
        by = _count(reception.rating_count, "person", "people")
        return f"Rated {reception.average_rating:.1f} out of 5 by {by}"
    if name == "catalogue popularity":
        return f"{_description(item.work)} that is popular just now"
    if name == "renown":
        return f"{_description(item.work)} that is widely known"
    return None


def _description(work: Work) -> str:
    """ "A science fiction film from 1982"."""
    words = [genre.lower() for genre in work.genres[:1]] + [work.kind.value]
    article = "An" if words[0][0] in "aeiou" else "A"
    return f"{article} {' '.join(words)}" + (f" from {work.year}" if work.year else "")


def _in_all(mine: Sequence[str], theirs: Sequence[Sequence[str]]) -> list[str]:
    return [name for name in dict.fromkeys(mine) if all(name in other for other in theirs)]


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def _list(words: Sequence[str]) -> str:
    return " and ".join(words)
