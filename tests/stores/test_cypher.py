"""What is sent to a Neo4j passes Neo4j's own analyser, and holds nothing that anybody typed."""

from __future__ import annotations

from dataclasses import fields

import pytest

from mediatheque.graph.edges import codes
from mediatheque.kit.errors import Invalid
from mediatheque.stores.graph import Edge, _cypher
from mediatheque.vocabulary import NodeKind
from servers import cypher_analyser

LABELS = ["Thing", "Mediatheque", *(_cypher.label(kind) for kind in NodeKind)]
PROPERTIES = [
    *(field.name for field in fields(Edge)),
    *("key", "kind", "id", "name", "degree", "code", "load", "round", "piece"),
    # Keys of the maps that are given as parameters.
    *("node", "owners", "given"),
]


def wrong_in(*texts: str) -> list[list[str]]:
    if why := cypher_analyser.install():
        pytest.skip(why)
    return cypher_analyser.wrong_in(texts, LABELS, list(codes()), PROPERTIES)


def test_every_text_passes_neo4j_s_own_analyser() -> None:
    texts = _cypher.texts(codes())
    assert len(texts) == len(set(texts)) > 70
    assert {text: wrong for text, wrong in zip(texts, wrong_in(*texts), strict=True) if wrong} == {}


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("MATCH (n:Thing RETURN n", "Invalid input 'RETURN'"),
        ("MATCH (n:Thing) RETURN m", "`m` not defined"),
        ("MATCH (n:Thing) RETURN sice(n)", "sice is not present"),
        ("MATCH (n:Thnig) RETURN n", "Thnig is not present"),
        ("MATCH (n:Thing {kye: $key}) RETURN n", "kye is not present"),
        ("MATCH (n:Thing)-[r:HAS_GENER]->() RETURN r", "HAS_GENER is not present"),
        ("MATCH (n:Thing) RETURN abs(n)", "Type mismatch"),
    ],
)
def test_the_analyser_sees_what_is_wrong(broken: str, complaint: str) -> None:
    (found,) = wrong_in(broken)
    assert complaint in " ".join(found)


@pytest.mark.parametrize("name", ["has_genre", "X]->() DETACH DELETE n //", "HAS`GENRE", ""])
def test_a_type_is_a_name_of_the_shelf_and_nothing_else(name: str) -> None:
    for text in (_cypher.add_edges, _cypher.put_edges, _cypher.remove_edges):
        with pytest.raises(Invalid, match="no type of edges"):
            text(name)
