"""A drawing holds what is relevant, nothing for a hub's sake, and nothing of anybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from mediatheque.graph.edges import codes
from mediatheque.graph.subgraph import HUB, Subgraph, subgraph
from mediatheque.graph.walks import view_of
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.stores.graph import View, open_graph
from mediatheque.vocabulary import Credit, EventKind, Kind, Node, NodeKind, Role, Work
from small_world import add_films, by, film, tell

GRAPH = open_graph(None, codes())


def drawn(db: Connection, user: User, start: int | None = None, **bounds: int) -> Subgraph:
    node = None if start is None else Node(NodeKind.ITEM, start)
    return subgraph(GRAPH, db, View(user.id), node, **bounds)


def names(found: Subgraph) -> list[str]:
    return [placed.thing.name for placed in found.nodes]


@pytest.fixture
def films(database: Database, ada: User, ben: User) -> dict[str, int]:
    """A few films, two of them by one director; Ada and Ben know some of them."""
    with database.transaction() as db:
        ids = add_films(db)
        for title in ("Sicario", "Dune"):
            (ids[title],) = add_items(
                db,
                [
                    NewItem(
                        work=film(title, genres=("Thriller",), credits=by("Denis Villeneuve")),
                        title_keys=(title,),
                    )
                ],
            )
        tell(db, ada, [ids["Arrival"], ids["Sicario"], ids["Dune"]], EventKind.WATCHED)
        tell(db, ben, [ids["Dune"], ids["Emma"]], EventKind.WATCHED)
        tell(db, ben, ids["Dune"], EventKind.RATED, 5)
    return ids


def test_the_start_comes_first_and_what_hangs_on_it_with_the_edges_among_them(
    database: Database, ada: User, films: dict[str, int]
) -> None:
    with database.transaction() as db:
        found = drawn(db, ada, films["Dune"])
    assert names(found)[0] == "Dune"
    assert {"Denis Villeneuve", "Sicario", "Thriller", "you"} <= set(names(found))
    assert "Emma" not in names(found)  # three hops away
    there = {placed.thing.node.number for placed in found.nodes}
    assert all({edge.source, edge.target} <= there for edge in found.edges)
    directed = {edge.source for edge in found.edges if edge.type == "DIRECTED_BY"}
    assert directed == {Node(NodeKind.ITEM, films[title]).number for title in ("Dune", "Sicario")}
    relevances = [placed.relevance for placed in found.nodes]
    assert relevances == sorted(relevances, reverse=True)
    assert relevances[0] == 1
    assert found.nodes_by_kind[NodeKind.PERSON] == 1
    assert found.edges_by_type["DIRECTED_BY"] == 2
    assert sum(found.nodes_by_kind.values()) == len(found.nodes)


def test_it_is_as_large_as_was_asked_for_and_says_what_it_leaves_out(
    database: Database, ada: User, films: dict[str, int]
) -> None:
    with database.transaction() as db:
        all_of_it = drawn(db, ada, films["Dune"])
        some = drawn(db, ada, films["Dune"], most=3)
        alone = drawn(db, ada, films["Dune"], most=1)
        assert some.nodes[0] == all_of_it.nodes[0]
        assert names(some) == names(all_of_it)[:3]
        assert some.more == len(all_of_it.nodes) - 3
        assert names(alone) == ["Dune"]
        assert alone.edges == ()
        for most in (0, 2_001):
            with pytest.raises(Invalid, match="1 to 2,000"):
                drawn(db, ada, films["Dune"], most=most)


def test_around_nothing_it_is_around_ones_own_history(
    database: Database, ada: User, films: dict[str, int]
) -> None:
    with database.transaction() as db:
        found = drawn(db, ada)
    assert names(found)[0] == "you"
    assert {"Arrival", "Sicario", "Dune", "Denis Villeneuve", "Science Fiction"} <= set(names(found))


def test_what_hangs_together_is_of_one_community(
    database: Database, ada: User, films: dict[str, int]
) -> None:
    with database.transaction() as db:
        found = drawn(db, ada)
    community = {placed.thing.name: placed.community for placed in found.nodes}
    assert community["Dune"] == community["Sicario"] == community["Denis Villeneuve"] is not None
    assert community["Arrival"] == community["Science Fiction"] is not None
    assert community["Arrival"] != community["Dune"]
    assert community["you"] is None


def test_a_hub_is_drawn_and_pulls_nothing_in(database: Database, ada: User) -> None:
    with database.transaction() as db:
        works = [
            Work(
                kind=Kind.FILM,
                title=f"Film {n}",
                genres=("Drama",),
                credits=(Credit(f"P{n // 3}", Role.DIRECTOR),),
            )
            for n in range(HUB + 10)
        ]
        ids = add_items(db, [NewItem(work=work, title_keys=(work.title,)) for work in works])
    with database.transaction() as db:
        assert set(names(drawn(db, ada, ids[0]))) == {"Film 0", "Film 1", "Film 2", "P0", "Drama"}
        of_the_hub = subgraph(
            GRAPH,
            db,
            View(ada.id),
            Node(NodeKind.GENRE, db.execute(text("SELECT id FROM genres")).scalar_one()),
        )
        assert len(of_the_hub.nodes) > 50  # around the hub itself, there is what it holds


def test_nothing_of_anybody_else_is_in_it_or_changes_it(
    database: Database, ada: User, ben: User, films: dict[str, int]
) -> None:
    with database.transaction() as db:
        before = [drawn(db, ada), drawn(db, ada, films["Dune"])]
    with database.transaction() as db:
        tell(db, ben, [films["Sicario"], films["Arrival"]], EventKind.RATED, 5)
        own = film("Home video", genres=("Thriller",), credits=by("Denis Villeneuve"))
        add_items(db, [NewItem(work=own, title_keys=("home video",), owner_id=ben.id)])
    with database.transaction() as db:
        assert [drawn(db, ada), drawn(db, ada, films["Dune"])] == before
        db.execute(text("UPDATE users SET shares_taste = true"))
    with database.transaction() as db:
        view = view_of(db, ada.id)
        assert view.guests == (ben.id,)
        assert subgraph(GRAPH, db, view, Node(NodeKind.ITEM, films["Dune"])) == before[1]
        assert subgraph(GRAPH, db, view) == before[0]
        assert "Ben" not in names(before[0]) + names(before[1])


def test_nobody_else_is_drawn_around_even_who_shares_their_taste(
    database: Database, ada: User, ben: User, films: dict[str, int]
) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE users SET shares_taste = true"))
    with database.transaction() as db, pytest.raises(NotFound):
        subgraph(GRAPH, db, view_of(db, ada.id), Node(NodeKind.USER, ben.id))


def test_where_there_is_nothing_there_is_the_start_alone(database: Database, ada: User) -> None:
    with database.transaction() as db:
        empty = drawn(db, ada)
        with pytest.raises(NotFound):
            drawn(db, ada, 4711)
    assert (names(empty), empty.edges, empty.more) == (["you"], (), 0)
    assert empty.nodes_by_kind == {NodeKind.USER: 1}
    assert empty.edges_by_type == {}
