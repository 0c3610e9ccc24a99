"""What every kind of list promises, over random histories and rules: nothing known, hidden or excluded, and true sums."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small_world as world
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.users import User, set_sharing
from mediatheque.recommend.because_of import because_of, rows
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.group import Strategy, recommend_to_group
from mediatheque.recommend.request import USUAL_KINDS, Means, Recommended, Request, Rules
from mediatheque.recommend.similar import similar
from mediatheque.vocabulary import EventKind, Kind, Work

SEEN = (EventKind.WATCHED, EventKind.READ, EventKind.RATED, EventKind.LIKED, EventKind.DISLIKED)
TOLD = (*SEEN, EventKind.HIDDEN, EventKind.SAVED, EventKind.CLICKED)
Told = tuple[int, EventKind, float | None]


@dataclass(frozen=True)
class Small:
    """A library that is there once for all examples of a property."""

    database: Database
    ada: User
    ben: User
    items: tuple[int, ...]
    private: int
    children: dict[int, int]


@pytest.fixture
def small(database: Database, ada: User, ben: User) -> Small:
    with database.transaction() as db:
        ids = list(world.add_films(db).values())
        show = world.add(db, Work(kind=Kind.SHOW, title="Dark"), {"space": 1, "crime": 1})
        episodes = [
            world.add(db, Work(kind=Kind.EPISODE, title=f"E{n}"), {"space": 1}, parent_id=show)
            for n in range(3)
        ]
        bare = world.add(db, Work(kind=Kind.BOOK, title="Bare", genres=("Romance",)))
        video = world.add(db, Work(kind=Kind.VIDEO, title="Clip"), {"sea": 1})
        private = world.add(db, world.film("Ben's"), {"sea": 1}, owner_id=ben.id)
        world.tell(db, ben, ids[5:9], EventKind.WATCHED)
        world.model(db)
    return Small(
        database, ada, ben, (*ids, show, *episodes, bare, video), private, dict.fromkeys(episodes, show)
    )


@st.composite
def histories(draw: st.DrawFn, items: Sequence[int], most: int = 12) -> list[Told]:
    return [
        (item, kind, draw(st.sampled_from((0.5, 3.0, 5.0))) if kind is EventKind.RATED else None)
        for item, kind in draw(
            st.lists(st.tuples(st.sampled_from(items), st.sampled_from(TOLD)), max_size=most)
        )
    ]


@st.composite
def requests(draw: st.DrawFn, items: Sequence[int], method: str) -> Request:
    rules = Rules(
        kinds=tuple(draw(st.lists(st.sampled_from(Kind), max_size=3, unique=True))),
        exclude=frozenset(draw(st.lists(st.sampled_from(items), max_size=4))),
        per_series=draw(st.sampled_from((None, 1))),
        variety=draw(st.sampled_from((0.0, 1.0, 3.0))),
    )
    return Request(n=draw(st.integers(0, 25)), method=method, rules=rules)


def tell(db: Connection, user: User, history: Sequence[Told]) -> None:
    for item, kind, value in history:
        world.tell(db, user, item, kind, value)


def means(draw: st.DataObject, db: Connection) -> Means:
    return Means(
        model_id=world.model(db) if draw.draw(st.booleans()) else None,
        on_duty=OnDuty(world.a_model(db) if draw.draw(st.booleans()) else None),
    )


def known(small: Small, history: Sequence[Told]) -> set[int]:
    """What may be on no list of new titles."""
    seen = {item for item, kind, _ in history if kind in SEEN}
    shows = {small.children[i] for i, kind, _ in history if i in small.children and kind in SEEN[:2]}
    return seen | shows | hidden(history)


def hidden(history: Sequence[Told]) -> set[int]:
    return {item for item, kind, _ in history if kind is EventKind.HIDDEN}


def keeps_its_promises(best: Recommended, request: Request, never: Collection[int], small: Small) -> None:
    ids = [r.item.id for r in best]
    assert not set(ids) & {*never, *request.rules.exclude, small.private}
    assert len(set(ids)) == len(ids) <= request.n
    scores = [r.score for r in best]
    assert scores == sorted(scores, reverse=True)
    for r in best:
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)
        assert r.because.endswith(".")
    if request.rules.kinds:
        assert {r.item.kind for r in best} <= set(request.rules.kinds)


examples = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(data=st.data())
@examples
def test_similar_leaves_out_the_title_itself_and_what_is_hidden(small: Small, data: st.DataObject) -> None:
    history = data.draw(histories(small.items))
    request = data.draw(requests(small.items, "similar"))
    item, only_unseen = data.draw(st.sampled_from(small.items)), data.draw(st.booleans())
    with small.database.engine.connect() as db:
        tell(db, small.ada, history)
        best = similar(db, small.ada.id, item, request, means(data, db), only_unseen=only_unseen)
        db.rollback()
    never = known(small, history) if only_unseen else hidden(history)
    keeps_its_promises(best, request, {*never, item, small.children.get(item, item)}, small)


@given(data=st.data())
@examples
def test_because_of_leaves_out_what_is_known(small: Small, data: st.DataObject) -> None:
    history = data.draw(histories(small.items).filter(bool))
    request = data.draw(requests(small.items, "because-of"))
    cause = data.draw(
        st.sampled_from([item for item, kind, _ in history if kind is not EventKind.CLICKED] or [0])
    )
    with small.database.engine.connect() as db:
        tell(db, small.ada, history)
        by = means(data, db)
        best = [because_of(db, small.ada.id, cause, request, by)] if cause else []
        made = rows(db, small.ada.id, request, by, most=3)
        db.rollback()
    begun = [(cause, one) for one in best] + [(row.about.id, row.best) for row in made]
    for about, one in begun:
        keeps_its_promises(one, request, {*known(small, history), about}, small)
        assert {r.item.kind for r in one} <= set(request.rules.kinds or USUAL_KINDS)
    shown = [r.item.id for row in made for r in row.best]
    assert len(shown) == len(set(shown))


@given(data=st.data())
@examples
def test_a_list_for_a_group_leaves_out_what_anybody_knows(small: Small, data: st.DataObject) -> None:
    own, others = data.draw(histories(small.items, most=6)), data.draw(histories(small.items, most=6))
    request = data.draw(requests(small.items, "group"))
    strategy, seen_by_some = data.draw(st.sampled_from(Strategy)), data.draw(st.booleans())
    with small.database.engine.connect() as db:
        set_sharing(db, small.ben.id, True)
        tell(db, small.ada, own)
        tell(db, small.ben, others)
        best = recommend_to_group(
            db,
            small.ada.id,
            ["Ben"],
            request,
            means(data, db),
            strategy=strategy,
            seen_by_some=seen_by_some,
        )
        db.rollback()
    # Ben has seen some films before all examples.
    by_ada, by_ben = known(small, own), known(small, others) | set(small.items[5:9])
    never = by_ada & by_ben if seen_by_some else by_ada | by_ben
    keeps_its_promises(best, request, never | hidden(own) | hidden(others), small)
    for r in best:
        assert {c.name for c in r.contributions} <= {"you", "Ben", "variety"}
