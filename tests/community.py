"""Sixty people with four tastes and a hundred films, told over two years: enough for people to teach each other."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mediatheque.kit.database import Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User, add_user
from mediatheque.vocabulary import Event, EventKind, Kind, Work

TASTES = ("space", "romance", "crime", "sea")
PEOPLE, FILMS, EACH = 60, 100, 24
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Community:
    """Who there is, and the films of each taste."""

    people: list[User]
    films: dict[str, list[int]]

    def taste_of(self, person: int) -> str:
        return TASTES[person % len(TASTES)]


def settle(database: Database, *, people: int = PEOPLE, seed: int = 1) -> Community:
    """Everybody chooses four times of five what is of their taste; all tastes have as many films and people."""
    dice = random.Random(seed)
    per_taste = FILMS // len(TASTES)
    with database.transaction() as db:
        works = [
            Work(kind=Kind.FILM, title=f"{taste.title()} {n}", genres=(taste,))
            for taste in TASTES
            for n in range(per_taste)
        ]
        ids = add_items(db, [NewItem(work=work, title_keys=(work.title.lower(),)) for work in works])
        films = {t: ids[n * per_taste : (n + 1) * per_taste] for n, t in enumerate(TASTES)}
        users = [add_user(db, f"Person {n}") for n in range(people)]
        community = Community(users, films)
        for n, user in enumerate(users):
            add_events(db, user.id, _told(community, n, dice))
    return community


def _told(community: Community, person: int, dice: random.Random) -> list[tuple[int, Event, None]]:
    own = community.taste_of(person)
    chosen: dict[int, bool] = {}
    while len(chosen) < EACH - 6:
        is_own = dice.random() < 0.8
        films = community.films[own if is_own else dice.choice(TASTES)]
        chosen[films[min(int(dice.expovariate(1 / 9)), len(films) - 1)]] = is_own
    days = sorted(dice.uniform(0, 700) for _ in chosen)
    return [
        (item_id, _event(is_own, NOW - timedelta(days=700 - day), dice), None)
        for (item_id, is_own), day in zip(chosen.items(), days, strict=True)
    ]


def _event(is_own: bool, at: datetime, dice: random.Random) -> Event:
    """What is of one's taste is rated well, liked or seen; the rest rated badly, or seen."""
    how = dice.random()
    if how < 0.4:
        return Event(
            kind=EventKind.RATED, value=dice.choice((4.0, 4.5, 5.0) if is_own else (1.0, 2.0, 3.0)), at=at
        )
    if how < 0.6:
        return Event(kind=EventKind.LIKED if is_own else EventKind.DISLIKED, at=at)
    return Event(kind=EventKind.WATCHED, at=at)
