"""What every graph promises: each walk finds the same in the library's own database, in a Neo4j and in an ArcadeDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest

from made_graph import ADA, BEN, CEM, HUB, MadeGraph, Oracle, fill, item, made_graph, node, user
from mediatheque.graph.edges import codes
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.stores.graph import Edge, Graph, Path, Reached, Size, View, _frontier, open_graph
from mediatheque.stores.graph.neo4j import Neo4jGraph
from mediatheque.vocabulary import NodeKind
from servers.bolt import BoltServer, free_port

MADE = made_graph()
ORACLE = Oracle(MADE)
VIEW = View(ADA)
WITH_GUEST = View(ADA, guests=(CEM,))
VIEWS = (VIEW, WITH_GUEST, View(BEN))
STARTS = (item(1), item(77), item(10_000 + ADA), HUB, node(NodeKind.PERSON, 5), user(ADA), user(CEM))


@pytest.fixture(scope="module")
def in_neo4j(neo4j_server: BoltServer) -> Iterator[Neo4jGraph]:
    yield from filled(neo4j_server)


@pytest.fixture(scope="module")
def in_arcadedb(arcadedb_server: BoltServer) -> Iterator[Neo4jGraph]:
    yield from filled(arcadedb_server)


def filled(server: BoltServer) -> Iterator[Neo4jGraph]:
    graph = Neo4jGraph(server.url(), codes())
    graph.arriving.begin_load("made")
    graph.arriving.add("made", 1, MADE.nodes, ())
    graph.arriving.add("made", 2, (), MADE.edges)
    graph.arriving.end_load("made")
    yield graph
    graph.arriving.clear()
    graph.close()


@pytest.fixture(params=["postgresql", "neo4j", "arcadedb"])
def graph(request: pytest.FixtureRequest, db: Connection) -> Graph:
    if request.param != "postgresql":
        return request.getfixturevalue(f"in_{request.param}")
    fill(db, MADE)
    return open_graph(None, codes())


def comparable(edges: Sequence[Edge]) -> list[Edge]:
    assert all(
        at is None or at.utcoffset() is not None for edge in edges for at in (edge.first_at, edge.last_at)
    )
    return list(edges)


def test_neighbours_are_the_heaviest_first_with_all_that_is_known_of_them(
    graph: Graph, db: Connection
) -> None:
    for view in VIEWS:
        for start in STARTS:
            expected = ORACLE.edges_of(start, view)
            assert comparable(graph.neighbours(db, start, view, limit=1_000)) == expected
            assert graph.neighbours(db, start, view, limit=3) == expected[:3]
            out = [edge for edge in expected if edge.source == start]
            assert graph.neighbours(db, start, view, direction="out", limit=1_000) == out
            into = [edge for edge in expected if edge.target == start]
            assert graph.neighbours(db, start, view, direction="in", limit=1_000) == into
            some = [edge for edge in expected if edge.type in ("SIMILAR", "WATCHED")]
            assert graph.neighbours(db, start, view, types=("SIMILAR", "WATCHED"), limit=1_000) == some


def test_neighbours_by_time_have_those_without_a_time_last(graph: Graph, db: Connection) -> None:
    def latest_first(edge: Edge, start: int) -> tuple[object, ...]:
        at = edge.last_at
        return (
            at is None,
            -at.timestamp() if isinstance(at, datetime) else 0,
            *ORACLE.by_weight(edge, start),
        )

    for start in STARTS:
        expected = sorted(ORACLE.edges_of(start, WITH_GUEST), key=lambda edge: latest_first(edge, start))
        assert graph.neighbours(db, start, WITH_GUEST, order="recent", limit=1_000) == expected


def assert_alike(found: Sequence[Reached | Path], expected: Sequence[Reached | Path]) -> None:
    assert [one._replace(score=0.0) for one in found] == [one._replace(score=0.0) for one in expected]
    assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=1e-9)


def goes_on(number: int, view: View) -> bool:
    return number & 15 != user(0) & 15 or number >> 4 == view.viewer


@pytest.mark.parametrize("hops", [1, 2, 3])
@pytest.mark.parametrize("types", [(), ("SIMILAR", "HAS_GENRE", "WATCHED")])
def test_what_is_around(graph: Graph, db: Connection, hops: int, types: tuple[str, ...]) -> None:
    for view in VIEWS:
        for starts in ([item(1)], [user(ADA)], [user(CEM)], [item(5), item(6), HUB], [item(999_999)]):
            expected = _frontier.expand(
                starts,
                ORACLE.edges_for_walk(starts, view, types),
                ORACLE.degrees_of,
                lambda number: goes_on(number, view),  # noqa: B023
                hops=hops,
                limit=200,
            )
            assert_alike(graph.expand(db, starts, view, hops=hops, types=types, limit=200), expected)


@pytest.mark.parametrize("shortest", [False, True])
@pytest.mark.parametrize("max_length", [1, 2, 4])
def test_paths(graph: Graph, db: Connection, shortest: bool, max_length: int) -> None:
    pairs = [(item(1), item(2)), (user(ADA), item(200)), (user(ADA), user(CEM)), (HUB, item(10_000 + ADA))]
    for view in (VIEW, WITH_GUEST):
        for start, end in [*pairs, (item(3), item(3)), (item(4), item(999_999))]:
            expected = _frontier.paths(
                start,
                end,
                ORACLE.edges_for_walk((start, end), view),
                ORACLE.degrees_of,
                lambda number: goes_on(number, view),  # noqa: B023
                max_length=max_length,
                limit=20,
                shortest=shortest,
            )
            found = graph.paths(db, start, end, view, max_length=max_length, limit=20, shortest=shortest)
            assert_alike(found, expected)
    assert graph.paths(db, item(1), item(2), VIEW, max_length=max_length, limit=20) or max_length == 1


def test_common_ground(graph: Graph, db: Connection) -> None:
    for view in VIEWS:
        for a, b in [
            (item(1), item(2)),
            (user(ADA), user(CEM)),
            (user(ADA), HUB),
            (HUB, node(NodeKind.GENRE, 3)),
        ]:
            expected = ORACLE.common(a, b, view)
            found = graph.common(db, a, b, view, limit=1_000)
            assert [one._replace(score=0.0) for one in found] == [one._replace(score=0.0) for one in expected]
            assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=1e-9)
            assert graph.common(db, a, b, view, limit=2) == found[:2]


def test_edges_among_nodes(graph: Graph, db: Connection) -> None:
    among = [HUB, user(ADA), user(BEN), *(item(n) for n in range(1, 60)), item(1), item(10_000 + ADA)]
    expected = sorted(
        (e for e in MADE.edges if {e.source, e.target} <= set(among) and e.owner_id in (0, ADA)),
        key=lambda e: (-e.weight, e.source, e.target, codes()[e.type], e.owner_id),
    )
    assert graph.edges_among(db, among, VIEW) == expected
    assert graph.edges_among(db, among, VIEW, limit=7) == expected[:7]
    assert graph.edges_among(db, among, VIEW, types=["SIMILAR"]) == [
        e for e in expected if e.type == "SIMILAR"
    ]
    assert graph.edges_among(db, [], VIEW) == []


def test_links_as_arrays(graph: Graph, db: Connection) -> None:
    asked = [item(5), HUB, user(ADA), item(999_999), item(4)]
    expected = [
        (n, edge.other(n), codes()[edge.type], edge.weight)
        for n in sorted(asked)
        for edge in ORACLE.edges_of(n, VIEW)[:30]
    ]
    found = graph.links(db, asked, WITH_GUEST, limit_each=30)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == expected
    assert [column.dtype.kind for column in found] == ["i", "i", "i", "f"]
    assert [len(column) for column in graph.links(db, [], VIEW)] == [0, 0, 0, 0]


def test_nodes_and_size(graph: Graph, db: Connection) -> None:
    asked = [one.number for one in MADE.nodes[::9]]
    assert graph.nodes(db, [*asked, item(999_999)]) == {one.number: one for one in MADE.nodes[::9]}
    assert graph.nodes(db, []) == {}
    assert graph.size(db) == Size(len(MADE.nodes), len(MADE.edges))


@pytest.mark.parametrize("view", [VIEW, None])
def test_edges_page_by_page(graph: Graph, db: Connection, view: View | None) -> None:
    found: list[Edge] = []
    while page := graph.edges_after(db, view, found[-1].key if found else None, 500):
        found += page
    assert found == sorted(
        (edge for edge in MADE.edges if view is None or edge.owner_id in (0, view.viewer)),
        key=lambda edge: (edge.source, edge.target, codes()[edge.type], edge.owner_id),
    )


def test_nothing_of_anybody_else_is_seen(graph: Graph, db: Connection) -> None:
    """Of Ben, who is no guest, nothing at all; of Cem, who is one, nothing in a path's middle."""
    for start in STARTS:
        seen = [*graph.neighbours(db, start, WITH_GUEST, limit=1_000)]
        seen += [one.via for one in graph.expand(db, [start], WITH_GUEST, hops=3, limit=1_000)]
        for end in (item(9), user(CEM), user(BEN)):
            paths = graph.paths(db, start, end, WITH_GUEST, limit=50) if start != end else []
            seen += [edge for path in paths for edge in path.edges]
            for path in paths:
                assert not {user(BEN), user(CEM)} & set(path.nodes[1:-1])
        assert {edge.owner_id for edge in seen} <= {0, ADA, CEM}
        of_cem = [edge for edge in seen if edge.owner_id == CEM]
        assert all(edge.source == user(CEM) for edge in of_cem)
        assert item(10_000 + CEM) not in {edge.target for edge in of_cem}


def test_bounds_are_kept(graph: Graph, db: Connection) -> None:
    with pytest.raises(Invalid, match="hops"):
        graph.expand(db, [HUB], VIEW, hops=5)
    with pytest.raises(Invalid, match="edges"):
        graph.paths(db, HUB, item(1), VIEW, max_length=7)


@pytest.mark.parametrize(
    "url",
    ["bolt://", "neo4j://host/a/b", "bolt://host:port", "bolt://host/db?x=1", "http://host", "bolt+x://host"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Invalid, match="MEDIATHEQUE_GRAPH_URL"):
        open_graph(url, codes())


def test_a_server_that_is_not_there_is_said_so(db: Connection) -> None:
    graph = open_graph(f"bolt://127.0.0.1:{free_port()}", codes())
    with pytest.raises(Unavailable, match="Is Neo4j running"):
        graph.neighbours(db, HUB, VIEW)
    graph.close()


def test_a_wrong_password_is_said_so(db: Connection, neo4j_server: BoltServer) -> None:
    graph = open_graph(f"bolt://neo4j:wrong@127.0.0.1:{neo4j_server.port}", codes())
    with pytest.raises(Unavailable, match="user and password") as caught:
        graph.neighbours(db, HUB, VIEW)
    assert "wrong" not in str(caught.value)
    graph.close()


def test_questions_in_cypher_read_and_do_nothing_else(in_neo4j: Neo4jGraph) -> None:
    answer = in_neo4j.ask(
        "MATCH (n:Item) WHERE n.id < $most RETURN n.id AS id ORDER BY id", {"most": 9}, limit=3
    )
    assert answer == (("id",), [(1,), (2,), (3,)], True)
    for refused in (
        "CREATE (n:Thing {key: 1})",
        "MATCH (n) DETACH DELETE n",
        "LOAD CSV FROM 'file:///etc/passwd' AS line RETURN line",
        "CALL dbms.listConfig() YIELD name RETURN name",
        "DROP CONSTRAINT mediatheque_key",
        "MATCH (n RETURN n",
        "RETURN 1; MATCH (n) DETACH DELETE n",
    ):
        with pytest.raises(Invalid):
            in_neo4j.ask(refused)
    with pytest.raises(Unavailable, match="cannot answer"):
        in_neo4j.ask("UNWIND range(1, 1000000000) AS n RETURN max(n)", seconds=0.5)
    assert in_neo4j.size(None) == Size(len(MADE.nodes), len(MADE.edges))


def test_a_server_that_would_let_a_reader_write_is_asked_nothing(in_arcadedb: Neo4jGraph) -> None:
    with pytest.raises(Invalid, match="changes nothing"):
        in_arcadedb.ask("CREATE (n:Thing {key: 1})")
    assert in_arcadedb.size(None) == Size(len(MADE.nodes), len(MADE.edges))


def test_the_made_graph_has_what_makes_walks_hard() -> None:
    assert isinstance(MADE, MadeGraph)
    assert next(one.degree for one in MADE.nodes if one.number == HUB) == 300
    assert len({edge.weight for edge in MADE.edges}) == 6
    assert {edge.owner_id for edge in MADE.edges} == {0, ADA, BEN, CEM}
