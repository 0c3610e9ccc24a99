"""The shelf of edge types: each module says from which facts its edges come, in SQL, and how they are told.

The file's name is the type's name (`has_genre.py` is HAS_GENRE). A module has a constant `EDGE` and a function `words`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal, Protocol, cast

from mediatheque.kit import shelf
from mediatheque.stores.graph import Edge
from mediatheque.vocabulary import NODE_CODES, EventKind, NodeKind, Role


class Facts(StrEnum):
    """What an edge is worked out from: whenever that changes, its edges are worked out again."""

    #: An item, and the recordings that it is or is mentioned in. SQL: of the items `ANY(given_items)`.
    ITEM = "item"
    #: Where a person stands with an item. SQL: of the rows of `given (user_id, item_id)`.
    STANDING = "standing"
    #: More than one thing at a time, by a job.
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """One SELECT of edges. `columns` gives the columns of graph_edges, `source` and `target` the ids of their things.

    One of the two ends is the item whose facts they come from: its anchor. The rows are joined in the order in which they
    are written, along indexes: what is given comes first.
    """

    anchor: Literal["source", "target"]
    source: tuple[NodeKind, str]
    target: tuple[NodeKind, str]
    columns: Mapping[str, str]
    rows: str  # FROM … WHERE … GROUP BY …


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """Edges between items and the people who are credited in these roles; `weight` may use `c.position`, from 0."""

    roles: tuple[Role, ...]
    weight: str
    from_item: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An edge from each person to each item of which their events of this kind tell, where `only` holds.

    In SQL `i` is the item, `ui` the row of user_items, `ra` of ratings (or NULL), `told.n` how many events there are. A show
    has its episodes' events.
    """

    kind: EventKind
    weight: str
    only: str = "true"
    count: str = "told.n"
    detail: str = "NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeType:
    """A type of edge: its code, which is stored (never change one, never use one again), and where its edges come from."""

    code: int
    facts: Facts
    selects: Sequence[Select] = ()
    credited: Credited | None = None
    standing: Standing | None = None
    #: SELECT of further item ids whose edges of this type depend on `ANY(given_items)`.
    widens: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """An end of an edge as a reader knows it."""

    kind: NodeKind
    name: str  # "Arrival (2016)"; of the reader, "you"
    is_reader: bool = False
    what: str = ""  # of an item, its kind: "film"; of a passage, its recording


class Words(Protocol):
    """How an edge is told, walked from its source (`forward`) or from its target."""

    def __call__(self, edge: Edge, source: End, target: End, *, forward: bool) -> str:
        """What follows the end that the walk comes from: "was directed by Denis Villeneuve", "directed Arrival (2016)"."""
        ...


class Module(Protocol):
    """What every module on this shelf offers."""

    EDGE: EdgeType
    words: Words


#: What is true of a live item `i` among those that are asked for.
LIVE = "i.id = ANY(given_items) AND i.merged_into IS NULL"
#: Whose edge an edge of item `i` is.
OWNER = "coalesce(i.owner_id, 0)"


def number(kind: NodeKind, expression: str) -> str:
    """SQL for the number of a node."""
    return f"(({expression})::bigint << 4 | {NODE_CODES[kind]})"


@cache
def edge_types() -> Mapping[str, EdgeType]:
    """Every type by its name, by rising code."""
    found = {_public(name): cast("Module", shelf.take(_SHELF, name)).EDGE for name in shelf.names_on(_SHELF)}
    return dict(sorted(found.items(), key=lambda pair: pair[1].code))


@cache
def codes() -> Mapping[str, int]:
    """The code of every type by its name."""
    return {name: edge.code for name, edge in edge_types().items()}


def words_of(type_: str) -> Words:
    """How edges of that type are told."""
    module = shelf.take(_SHELF, type_.lower().replace("_", "-"))
    return cast("Callable[..., str]", module.words)  # pyright: ignore[reportReturnType]


def _public(name: str) -> str:
    return name.replace("-", "_").upper()


_SHELF = sys.modules[__name__]
