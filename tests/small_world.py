"""A small catalogue with vectors made by hand, for tests that need to know what is near to what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import text

from mediatheque.kit.database import Connection
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.recommend.artifact import Artifact, artifact_from
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.models import config_to_json, wedlae
from mediatheque.recommend.opinions import Opinions
from mediatheque.recommend.request import MIXED, Means, Request, Rules
from mediatheque.recommend.serve import recommend
from mediatheque.stores.vectors import Embedded, store
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Recommendation, Role, Work

MODEL = "by hand"
#: What a text is about, as directions: a vector names how much of each.
TOPICS = ("space", "romance", "crime", "sea")
NOW = datetime.now(UTC)

FILMS: Mapping[str, Mapping[str, float]] = {
    "Arrival": {"space": 1.0, "romance": 0.1},
    "Contact": {"space": 1.0, "romance": 0.2},
    "Solaris": {"space": 1.0, "sea": 0.4},
    "Moon": {"space": 1.0, "crime": 0.2},
    "Alien": {"space": 1.0, "crime": 0.4},
    "Persuasion": {"romance": 1.0, "sea": 0.3},
    "Emma": {"romance": 1.0},
    "Casablanca": {"romance": 1.0, "crime": 0.4},
    "Amour": {"romance": 1.0, "space": 0.1},
    "Heat": {"crime": 1.0},
    "Drive": {"crime": 1.0, "romance": 0.3},
    "Vertigo": {"crime": 1.0, "romance": 0.5},
    "Jaws": {"sea": 1.0},
    "Das Boot": {"sea": 1.0, "crime": 0.2},
}
GENRE = {"space": "Science Fiction", "romance": "Romance", "crime": "Crime", "sea": "Adventure"}


def vector(topics: Mapping[str, float]) -> np.ndarray:
    """The unit vector of a text about these topics."""
    made = np.array([topics.get(topic, 0.0) for topic in TOPICS], dtype=np.float32)
    return made / np.linalg.norm(made)


def film(title: str, **fields: object) -> Work:
    """A film with the genre of what it is mostly about."""
    topics = FILMS.get(title, {"space": 1.0})
    given: dict[str, object] = {"kind": Kind.FILM, "genres": (GENRE[max(topics, key=lambda t: topics[t])],)}
    return Work(title=title, **(given | fields))  # pyright: ignore[reportArgumentType]


def by(name: str) -> tuple[Credit, ...]:
    return (Credit(name, Role.DIRECTOR),)


def add(db: Connection, work: Work, topics: Mapping[str, float] | None = None, **fields: int | None) -> int:
    """An item, embedded when it is about something."""
    (item_id,) = add_items(db, [NewItem(work=work, title_keys=(work.title.lower(),), **fields)])
    if topics:
        store().put(db, model(db), [Embedded(item_id, b"by hand", vector(topics))])
    return item_id


def model(db: Connection) -> int:
    return store().ensure_model(db, MODEL, len(TOPICS))


def add_films(db: Connection) -> dict[str, int]:
    """All of FILMS with their vectors; ids by title."""
    return {title: add(db, film(title), topics) for title, topics in FILMS.items()}


def a_model(db: Connection) -> Artifact:
    """A trained model of the films that there are: people who took to one also took to what is near to it."""
    films = db.execute(text("SELECT id, title FROM items WHERE kind = 'film' ORDER BY id")).all()
    known = [(item_id, title) for item_id, title in films if title in FILMS]
    vectors = np.stack([vector(FILMS[title]) for _, title in known])
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, 0)
    card = {
        "schema": 1,
        "version": 1,
        "model": "wedlae",
        "config": config_to_json(wedlae.Config()),
        "opinions": config_to_json(Opinions()),
        "proof": 0.9,
        "trust": 0.5,
    }
    return artifact_from(card, {"weights": likeness}, np.array([item_id for item_id, _ in known], np.int64))


def recommended(
    db: Connection,
    user_id: int,
    *,
    n: int = 10,
    method: str = MIXED,
    model_id: int | None = None,
    on_duty: OnDuty | None = None,
    as_of: datetime | None = None,
    kinds: Sequence[Kind] = (),
    exclude: Iterable[int] = (),
    **rules: Any,
) -> list[Recommendation]:
    """What is recommended to the user."""
    request = Request(
        n=n,
        method=method,
        as_of=as_of,
        rules=Rules(kinds=tuple(kinds), exclude=frozenset(exclude), **rules),
    )
    return list(recommend(db, user_id, request, Means(model_id=model_id, on_duty=on_duty or OnDuty())))


def tell(
    db: Connection,
    user: User,
    item_ids: int | Sequence[int],
    kind: EventKind,
    value: float | None = None,
    *,
    days_ago: float = 1,
) -> None:
    """The user did this to these items."""
    event = Event(kind=kind, value=value, at=NOW - timedelta(days=days_ago))
    ids = [item_ids] if isinstance(item_ids, int) else item_ids
    add_events(db, user.id, [(item_id, event, None) for item_id in ids])
