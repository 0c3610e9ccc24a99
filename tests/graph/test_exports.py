"""The forms that a graph is written in: whatever somebody puts into a name, the reader gets it back."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediatheque.graph import exports
from mediatheque.graph.exports import cypher
from mediatheque.kit.errors import Invalid
from mediatheque.stores.graph import Edge, StoredNode
from mediatheque.vocabulary import Node, NodeKind

HOSTILE = (
    "plain",
    "",
    " two  spaces ",
    "He said \"no\", and 'yes'",
    "line\nbreak\r\nand\rmore\ttabs",
    "]]></data><data key='n_name'>",
    "<script>&amp;&#10;",
    "a,b;c|d",
    "\\u0022}) DETACH DELETE n //",
    "\\\\u0022 \\U0001F600 \\",
    "'; DROP DATABASE neo4j; //",
    "`backticks` $param {curly} /* comment */",
    "🎬👩‍🚀 ﷽ \u202eright to left",
    "\u2028\u2029\u0085",
    "\x01\x02\x1b[31m\x7f\ufffe",
    "=cmd|'/c calc'!A1",
)
#: What PostgreSQL keeps as text: all but NUL and halves of surrogate pairs.
names = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40)
texts = st.sampled_from(HOSTILE) | names
moments = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
fractions = st.floats(0.001, 1.0)
numbers = st.builds(lambda kind, n: Node(kind, n).number, st.sampled_from(NodeKind), st.integers(1, 1 << 40))
nodes_of = st.lists(
    st.builds(StoredNode, numbers, st.sampled_from([0, 3]), texts, st.integers(0, 9)),
    max_size=6,
    unique_by=lambda node: node.number,
)
edges_of = st.lists(
    st.builds(
        Edge,
        source=numbers,
        target=numbers,
        type=st.sampled_from(["WATCHED", "HAS_GENRE"]),
        owner_id=st.sampled_from([0, 3]),
        weight=fractions,
        confidence=fractions,
        count=st.integers(1, 1 << 31),
        first_at=st.none() | moments,
        last_at=st.none() | moments,
        said_by=st.none() | texts,
        at_ms=st.none() | st.integers(0, 1 << 40),
        likeness=st.none() | st.floats(-1, 1),
        together=st.none() | fractions,
        detail=st.none() | texts,
    ),
    max_size=6,
)
Told = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def as_told(nodes: list[StoredNode], edges: list[Edge]) -> Told:
    """What a reader of any form is to find."""

    def label(number: int) -> str:
        node = Node.from_number(number)
        return f"{node.kind.value}:{node.id}"

    told_nodes = [
        {
            "id": label(n.number),
            "kind": Node.from_number(n.number).kind.value,
            "name": n.name,
            "is_private": n.owner_id != 0,
        }
        for n in nodes
    ]
    told_edges = [
        {
            "source": label(e.source),
            "target": label(e.target),
            "type": e.type,
            "is_private": e.owner_id != 0,
        }
        | {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name in (
                [
                    "weight",
                    "confidence",
                    "count",
                    "first_at",
                    "last_at",
                    "said_by",
                    "at_ms",
                    "likeness",
                    "together",
                    "detail",
                ]
            )
            if (value := getattr(e, name)) is not None
        }
        for e in edges
    ]
    return told_nodes, told_edges


def written(name: str, nodes: list[StoredNode], edges: list[Edge]) -> bytes:
    return b"".join(exports.form(name).write(iter(nodes), iter(edges)))


def in_order(told: Told) -> Told:
    """Forms that gather nodes by kind may change their order."""
    return tuple(sorted(part, key=lambda one: json.dumps(one, sort_keys=True)) for part in told)  # type: ignore[return-value]


@given(nodes_of, edges_of)
def test_json_lines_are_read_back(nodes: list[StoredNode], edges: list[Edge]) -> None:
    lines = written("jsonl", nodes, edges).decode("ascii").splitlines()
    read: Told = ([], [])
    for line in map(json.loads, lines):
        if line["type"] == "node":
            assert line["labels"] == [line["properties"]["kind"].capitalize()]
            read[0].append({"id": line["id"], **line["properties"]})
        else:
            ends = {"source": line["start"]["id"], "target": line["end"]["id"], "type": line["label"]}
            read[1].append({**ends, **line["properties"]})
    assert read == as_told(nodes, edges)


@given(nodes_of, edges_of)
def test_graphml_is_read_back_but_for_what_xml_cannot_say(nodes: list[StoredNode], edges: list[Edge]) -> None:
    sayable = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    expected = tuple(
        [{k: sayable.sub("\ufffd", v) if isinstance(v, str) else v for k, v in one.items()} for one in part]
        for part in as_told(nodes, edges)
    )
    assert _graphml(written("graphml", nodes, edges)) == expected


def _graphml(document: bytes) -> Told:
    """As networkx reads it: values by the types that the keys declare."""
    space = "{http://graphml.graphdrawing.org/xmlns}"
    read_as: dict[str, Any] = {
        "string": str,
        "long": int,
        "double": float,
        "boolean": {"true": True, "false": False}.__getitem__,
    }
    root = ElementTree.fromstring(document)
    keys = {
        key.attrib["id"]: (key.attrib["for"], key.attrib["attr.name"], read_as[key.attrib["attr.type"]])
        for key in root.iter(f"{space}key")
    }
    graph = root.find(f"{space}graph")
    assert graph is not None
    assert graph.attrib["edgedefault"] == "directed"
    read: Told = ([], [])
    for place, what in enumerate(("node", "edge")):
        for element in graph.iter(f"{space}{what}"):
            told: dict[str, Any] = dict(element.attrib)
            for data in element:
                belongs_to, name, value_of = keys[data.attrib["key"]]
                assert belongs_to == what
                told[name] = value_of(data.text or "")
            read[place].append(told)
    return read


@given(nodes_of, edges_of)
def test_tables_for_neo4j_admin_are_read_back(nodes: list[StoredNode], edges: list[Edge]) -> None:
    with zipfile.ZipFile(io.BytesIO(written("neo4j-csv", nodes, edges))) as archive:
        assert archive.testzip() is None
        assert b"neo4j-admin database import" in archive.read("README.txt")
        node_rows = _table(archive.read("nodes.csv"))
        edge_rows = _table(archive.read("relationships.csv"))
    for row in node_rows:
        assert row.pop(":LABEL") == row["kind"].capitalize()
    ends = {"id:ID": "id", ":START_ID": "source", ":END_ID": "target", ":TYPE": "type"}
    read = tuple(
        [{ends.get(name, name): value for name, value in row.items()} for row in rows]
        for rows in (node_rows, edge_rows)
    )
    assert read == as_told(nodes, edges)


def _table(content: bytes) -> list[dict[str, Any]]:
    """As neo4j-admin reads it: typed columns; a field with nothing in it is not set, one of "" is an empty text."""
    sorts: dict[str, Any] = {
        "long": int,
        "double": float,
        "boolean": {"true": True, "false": False}.__getitem__,
    }
    header, *rows = _fields(content.decode())
    read: list[dict[str, Any]] = []
    for row in rows:
        assert len(row) == len(header)
        told: dict[str, Any] = {}
        for column, field in zip(header, row, strict=True):
            name, _, sort = column.partition(":")
            if field is not None:
                is_end = sort in ("ID", "START_ID", "END_ID", "TYPE", "LABEL")
                told[column if is_end else name] = sorts.get(sort, str)(field)
        read.append(told)
    return read


def _fields(content: str) -> list[list[str | None]]:
    """RFC 4180 with line feeds, where what stands without quotation marks and is empty is None."""
    rows: list[list[str | None]] = [[]]
    at = 0
    while at < len(content):
        found = re.compile(r'(?:("(?:[^"]|"")*")|([^",\n]*))([,\n])').match(content, at)
        assert found is not None, content[at : at + 80]
        quoted, plain, then = found.groups()
        rows[-1].append(quoted[1:-1].replace('""', '"') if quoted else plain or None)
        if then == "\n":
            rows.append([])
        at = found.end()
    return rows[:-1]


@given(nodes_of, edges_of)
def test_a_cypher_script_is_read_back(nodes: list[StoredNode], edges: list[Edge]) -> None:
    script = written("cypher", nodes, edges).decode()
    constraint, *statements = _statements(script)
    assert constraint.startswith("CREATE CONSTRAINT")
    read: Told = ([], [])
    for statement in statements:
        found = re.fullmatch(r"UNWIND (\[.*\]) AS row ([^\"]*)", statement, re.DOTALL)
        assert found is not None
        for row in _CypherReader(found[1]).value():
            if isinstance(row, dict):
                assert f"(n:Mediatheque:{row['kind'].capitalize()})" in found[2]
                read[0].append(row)
            else:
                [type_] = re.findall(r"\[e:(\w+)\]", found[2])
                read[1].append({"source": row[0], "target": row[1], "type": type_, **row[2]})
    assert in_order(read) == in_order(as_told(nodes, edges))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_unicode_escape_ends_a_literal_early(name: str) -> None:
    """As parsers that replace such escapes before they look for literals read it."""
    replaced = re.sub(
        r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), cypher.quoted(f"{name}\\u0022")
    )
    inside = replaced[1:-1]
    assert re.fullmatch(r'(?:[^"\\]|\\.)*', inside, re.DOTALL), inside


def _statements(script: str) -> list[str]:
    """As cypher-shell splits them: at semicolons outside of literals."""
    parts = re.findall(r'"(?:[^"\\]|\\.)*"|[^";]+|;', script)
    assert "".join(parts) == script
    statements = [""]
    for part in parts:
        if part == ";":
            statements.append("")
        else:
            statements[-1] += part
    assert not statements[-1].strip()
    return [statement.strip() for statement in statements[:-1]]


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class _CypherReader:
    """Literals of Cypher: lists, maps, strings with escapes, numbers, truth values and datetime("…")."""

    def __init__(self, text: str) -> None:
        self._parts = re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}(),:]|[\w.+-]+', text)
        self._at = 0

    def value(self) -> Any:
        part = self._next()
        if part == "[":
            return list(self._until("]", self.value))
        if part == "{":
            return dict(self._until("}", self._pair))
        if part == "datetime":
            assert self._next() == "("
            moment = self.value()
            assert self._next() == ")"
            return moment
        if part.startswith('"'):
            return re.sub(
                r"\\(u([0-9a-f]{4})|.)",
                lambda found: chr(int(found[2], 16)) if found[2] else _ESCAPES[found[1]],
                part[1:-1],
            )
        if part in ("true", "false"):
            return part == "true"
        return float(part) if re.search(r"[.e]", part) else int(part)

    def _pair(self) -> tuple[str, Any]:
        name = self._next()
        assert self._next() == ":"
        return name, self.value()

    def _until(self, end: str, read: Any) -> Any:
        if self._parts[self._at] == end:
            self._at += 1
            return
        while True:
            yield read()
            if self._next() == end:
                return

    def _next(self) -> str:
        self._at += 1
        return self._parts[self._at - 1]


def test_large_graphs_are_written_in_small_pieces() -> None:
    for name in exports.names():
        nodes = (StoredNode(Node(NodeKind.ITEM, n).number, 0, "x" * 100, 1) for n in range(1, 20_001))
        sizes = [len(piece) for piece in exports.form(name).write(nodes, iter(()))]
        assert 0 < max(sizes) < 1 << 18, name


def test_a_form_that_there_is_not_names_those_that_there_are() -> None:
    assert exports.names() == ("cypher", "graphml", "jsonl", "neo4j-csv")
    with pytest.raises(Invalid, match=r"'gexf' is not among the exports; there is cypher, graphml"):
        exports.form("gexf")


def test_equal_graphs_are_equal_bytes() -> None:
    nodes = [StoredNode(Node(NodeKind.ITEM, 1).number, 0, "Arrival", 1)]
    for name in exports.names():
        assert written(name, nodes, []) == written(name, nodes, []), name
