"""What a taste is about: more of what is loved than the catalogue has, told in true sentences."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from mediatheque.graph.central import Central, central, walk
from mediatheque.graph.edges import codes
from mediatheque.graph.walks import view_of
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.stores.graph import View, open_graph
from mediatheque.vocabulary import Credit, EventKind, Kind, Role, Work
from small_world import tell

GRAPH = open_graph(None, codes())


def test_the_walk_is_the_solution_of_its_equation() -> None:
    chance = np.random.default_rng(1)
    a, b = np.triu_indices(12, 1)
    weight = chance.random(len(a)) + 0.1
    starts = np.zeros(14)
    starts[[2, 5, 13]] = 0.5, 0.3, 0.2  # nodes 12 and 13 have no links
    found = walk(starts, a, b, weight)
    step = np.zeros((14, 14))
    step[a, b] = step[b, a] = weight
    out = step.sum(axis=1, keepdims=True)
    step = np.divide(step, out, out=np.tile(starts, (14, 1)), where=out > 0)
    exact = np.linalg.solve(np.eye(14) - 0.85 * step.T, 0.15 * starts)
    assert np.abs(found - exact).sum() < 1e-5
    assert found.sum() == pytest.approx(1)


@pytest.fixture
def catalogue(database: Database, ada: User) -> dict[str, int]:
    """Forty dramas, ten of them science fiction of two directors, and two books."""
    works = [
        Work(
            kind=Kind.FILM,
            title=f"Film {n}",
            genres=("Drama", "Science Fiction") if n < 10 else ("Drama",),
            credits=(
                Credit("Ina Orbit" if n < 5 else "Ola Eclipse" if n < 10 else f"D{n // 5}", Role.DIRECTOR),
                Credit("Everywhere Eve", Role.CAST),
                Credit(f"Player {n // 3}", Role.CAST),
            ),
        )
        for n in range(40)
    ]
    works += [
        Work(
            kind=Kind.BOOK,
            title=f"Book {n}",
            series="The Long Road",
            credits=(Credit("Sam Inks", Role.AUTHOR),),
        )
        for n in range(2)
    ]
    with database.transaction() as db:
        ids = add_items(db, [NewItem(work=work, title_keys=(work.title.lower(),)) for work in works])
    return dict(zip((work.title for work in works), ids, strict=True))


def found(database: Database, user: User, limit: int = 10) -> Central:
    with database.transaction() as db:
        return central(GRAPH, db, View(user.id), limit=limit)


def test_what_is_loved_comes_first_and_what_all_titles_have_does_not(
    database: Database, ada: User, catalogue: dict[str, int]
) -> None:
    with database.transaction() as db:
        for title, stars in (
            ("Film 0", 5),
            ("Film 1", 4.5),
            ("Film 2", 4),
            ("Film 6", 4.5),
            ("Film 7", 2),
            ("Film 8", 5),
        ):
            tell(db, ada, catalogue[title], EventKind.RATED, stars)
        tell(db, ada, [catalogue["Film 12"], catalogue["Film 13"]], EventKind.WATCHED)
        tell(db, ada, [catalogue["Book 0"], catalogue["Book 1"]], EventKind.READ)
    answer = found(database, ada)
    people = {centre.thing.name: centre for centre in answer.people}
    orbit = answer.people[0]
    assert orbit.thing.name == "Ina Orbit"
    assert (orbit.titles, orbit.average_rating) == (3, 4.5)
    assert orbit.sentence == "You gave three of Ina Orbit's films 4.5 on average."
    assert orbit.lift > 1
    # In every film, so central to no taste.
    assert "Everywhere Eve" not in people
    assert people["Ola Eclipse"].sentence == "You gave three of Ola Eclipse's films 3.8 on average."
    assert people["Sam Inks"].sentence == "You read two of Sam Inks's books."
    assert people["Sam Inks"].average_rating is None
    themes = {centre.thing.name: centre.sentence for centre in answer.themes}
    assert themes["Science Fiction"] == "You gave six science fiction films 4.2 on average."
    assert "Drama" not in themes
    assert themes["The Long Road"] == "You read two books of the series The Long Road."
    scores = [centre.score for centre in answer.people]
    assert scores == sorted(scores, reverse=True)
    assert found(database, ada, limit=1).people == answer.people[:1]


def test_the_answer_is_always_the_same_and_nobody_else_changes_it(
    database: Database, ada: User, ben: User, catalogue: dict[str, int]
) -> None:
    with database.transaction() as db:
        for n in (0, 1, 6, 20):
            tell(db, ada, catalogue[f"Film {n}"], EventKind.RATED, 4.5)
    before = found(database, ada)
    assert found(database, ada) == before
    with database.transaction() as db:
        tell(db, ben, list(catalogue.values()), EventKind.LIKED)
        own = Work(
            kind=Kind.FILM,
            title="Ben's own",
            genres=("Drama",),
            credits=(Credit("Ina Orbit", Role.DIRECTOR),),
        )
        add_items(db, [NewItem(work=own, title_keys=("ben's own",), owner_id=ben.id)])
        db.execute(text("UPDATE users SET shares_taste = true"))
    with database.transaction() as db:
        view = view_of(db, ada.id)
        assert view.guests == (ben.id,)
        assert repr(central(GRAPH, db, view)) == repr(before)


def test_without_ratings_it_goes_by_what_was_done(
    database: Database, ada: User, catalogue: dict[str, int]
) -> None:
    with database.transaction() as db:
        tell(db, ada, [catalogue["Film 0"], catalogue["Film 1"]], EventKind.SAVED)
        tell(db, ada, catalogue["Film 2"], EventKind.WATCHED)
    answer = found(database, ada)
    assert answer.people[0].thing.name == "Ina Orbit"
    assert answer.people[0].sentence == "You saved two of Ina Orbit's films."


def test_small_libraries_have_clear_answers(database: Database, ada: User, catalogue: dict[str, int]) -> None:
    assert found(database, ada) == Central((), ())
    with database.transaction() as db:
        tell(db, ada, catalogue["Film 0"], EventKind.RATED, 3.5)
    one = found(database, ada)
    assert {centre.thing.name for centre in one.people} <= {"Ina Orbit", "Everywhere Eve", "Player 0"}
    assert one.people[0].sentence in (
        "You gave one of Ina Orbit's films 3.5.",
        "You gave one film with Player 0 3.5.",
    )
    with database.transaction() as db:
        (bare,) = add_items(db, [NewItem(work=Work(kind=Kind.FILM, title="Bare"), title_keys=("bare",))])
        db.execute(text("DELETE FROM events"))
        tell(db, ada, catalogue["Film 0"], EventKind.RATED, 1)
        tell(db, ada, bare, EventKind.RATED, 5)
    with database.transaction() as db:
        assert central(GRAPH, db, View(ada.id)) == Central((), ())
        with pytest.raises(Invalid, match="At least one"):
            central(GRAPH, db, View(ada.id), limit=0)
