"""The port for the graph: the walks that every backend answers, alike to the last path.

A node is one number (`vocabulary.Node.number`). An edge belongs to everybody (owner 0) or to one person, and a
walk reads the edges of everybody and of its viewer, nothing else. Edges are walked both ways.

How telling a step is: the edge's weight, divided by the square root of the degree of the node that it leaves, so
that a genre of 20,000 films says little of any two of them. It is a random walk's step (Paudel et al. 2017,
"Updatable, accurate, diverse, and scalable recommendations": RP3β with β = ½ on every node passed) and, along a
path, the path degree product (Himmelstein and Baranzini 2015, doi:10.1371/journal.pcbi.1004259).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, cast

from mediatheque.kit import shelf
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mediatheque.kit.database import Connection

#: So many edges of a node are looked at, the heaviest first …
FAN_OUT = 64
#: … and so many nodes are gone on from after each hop, the most telling first.
BEAM = 64
#: Of the ends of a path more is looked at: of a person who has watched a thousand films, the path may begin at any.
END_FAN_OUT = 256
MOST_HOPS = 4
LONGEST_PATH = 6

Direction = Literal["out", "in", "both"]
Order = Literal["weight", "recent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One connection and where it comes from."""

    source: int  # the number of a node
    target: int
    type: str
    owner_id: int = 0  # whose it is; 0: everybody's
    weight: float  # in (0, 1]: how much it says
    confidence: float = 1.0  # in (0, 1]: how sure the facts are
    count: int = 1  # how many facts it comes from
    first_at: datetime | None = None  # it holds since then
    last_at: datetime | None = None
    batch_id: int | None = None  # the newest batch that says so
    said_by: str | None = None  # the sources that say so, "netflix, trakt"; None: worked out here
    at_ms: int | None = None  # where in a recording
    likeness: float | None = None  # cosine of the meanings, −1..1
    together: float | None = None  # cosine of who has been through both, 0..1
    detail: str | None = None  # the character, the words that it was mentioned by

    def other(self, node: int) -> int:
        """The end that is not `node`."""
        return self.target if node == self.source else self.source

    @property
    def key(self) -> EdgeKey:
        return EdgeKey(self.source, self.target, self.type, self.owner_id)


class EdgeKey(NamedTuple):
    """What makes an edge this edge: there is one of each."""

    source: int
    target: int
    type: str
    owner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeColumns:
    """Many edges at once, a column each; None is the default of `Edge`. All arrays are as long as `source`."""

    source: npt.NDArray[np.int64]
    target: npt.NDArray[np.int64]
    type: npt.NDArray[np.int16]  # codes
    owner: npt.NDArray[np.int64] | None = None
    weight: npt.NDArray[np.float64]
    confidence: npt.NDArray[np.float32] | None = None
    count: npt.NDArray[np.int32] | None = None
    first_at: npt.NDArray[np.datetime64] | None = None  # UTC; NaT: none
    last_at: npt.NDArray[np.datetime64] | None = None
    batch_id: npt.NDArray[np.int64] | None = None  # 0: none
    said_by: npt.NDArray[np.int32] | None = None  # which of `sayings`; −1: none
    sayings: Sequence[str] = ()
    at_ms: npt.NDArray[np.int64] | None = None  # below 0: none
    likeness: npt.NDArray[np.float32] | None = None  # NaN: none
    together: npt.NDArray[np.float32] | None = None
    detail: Sequence[str | None] | None = None

    def __len__(self) -> int:
        return len(self.source)


class StoredNode(NamedTuple):
    """A node as the graph keeps it. Its degree counts the edges of its owner: of everybody's node, everybody's."""

    number: int
    owner_id: int
    name: str
    degree: int


@dataclass(frozen=True, slots=True)
class View:
    """Whose eyes a walk has. A guest is somebody who lets the viewer see their taste, and whom the viewer lets see theirs.

    Edges of a guest are read from the guest's own node alone, where a walk begins or ends: never in a path's middle. Of
    these, what leads to somebody else's own things is left out.
    """

    viewer: int
    guests: tuple[int, ...] = ()


class Reached(NamedTuple):
    """A node that a walk came to: after how many hops, how tellingly, and by which edge, from its other end."""

    node: int
    hops: int
    score: float
    via: Edge


class Path(NamedTuple):
    """A way from one node to another: its nodes, one edge between each two, and how telling it is."""

    nodes: tuple[int, ...]
    edges: tuple[Edge, ...]
    score: float


class Shared(NamedTuple):
    """A node that two others are both connected with, by the heaviest edge of each."""

    node: int
    edge_a: Edge
    edge_b: Edge
    score: float


class Links(NamedTuple):
    """Edges of many nodes as arrays of one length, for what is worked out over thousands: which, and how much they say.

    By rising `node`, and of each node as `neighbours` orders them: the heaviest first, then by `other`, then by code.
    """

    node: npt.NDArray[np.int64]  # the node that was asked for
    other: npt.NDArray[np.int64]  # the other end
    type: npt.NDArray[np.int64]  # the type's code
    weight: npt.NDArray[np.float64]


class Size(NamedTuple):
    """How much a graph holds."""

    nodes: int
    edges: int


class Graph(Protocol):
    """What every backend offers. `types` names the edge types to walk, () all of them.

    Ties are broken by the other end's number, the type's code, the owner, and edges that lead away come first, so that all
    backends agree. Every method may raise Unavailable where the backend cannot be reached.
    """

    #: Whether a walk waits for another machine: then it is asked in a thread of its own.
    is_remote: bool

    def neighbours(
        self,
        db: Connection,
        node: int,
        view: View,
        *,
        types: Sequence[str] = (),
        direction: Direction = "both",
        order: Order = "weight",
        limit: int = 50,
    ) -> list[Edge]:
        """The edges of a node: the heaviest first, or the latest (by `last_at`; those without a time last).

        A pair that is connected by several types has an edge of each.
        """
        ...

    def expand(
        self,
        db: Connection,
        starts: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        hops: int = 2,
        limit: int = 100,
    ) -> list[Reached]:
        """What is around some nodes, within `hops` (1 to MOST_HOPS), most telling first; the starts are left out.

        From each node its FAN_OUT heaviest edges are walked, and from each hop the BEAM most telling new nodes go on.
        A node's score is that of the most telling way there; other people are reached, and not gone on from.
        """
        ...

    def paths(
        self,
        db: Connection,
        start: int,
        end: int,
        view: View,
        *,
        types: Sequence[str] = (),
        max_length: int = 4,
        limit: int = 5,
        shortest: bool = False,
    ) -> list[Path]:
        """Ways from one node to another of at most `max_length` edges (1 to LONGEST_PATH), most telling first.

        `shortest`: only those of the least length that there is one of. Found from both ends at once, from each
        as `expand` does, END_FAN_OUT at the ends, and of each node by the most telling way there; no node comes twice. Between
        two nodes the heaviest edge is taken.
        """
        ...

    def common(
        self, db: Connection, a: int, b: int, view: View, *, types: Sequence[str] = (), limit: int = 50
    ) -> list[Shared]:
        """What two nodes are both connected with, most telling first: all of it, however much they are connected with."""
        ...

    def edges_among(
        self,
        db: Connection,
        nodes: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        limit: int = 5_000,
    ) -> list[Edge]:
        """The edges that have both ends among these nodes, the heaviest first."""
        ...

    def links(
        self,
        db: Connection,
        nodes: Sequence[int],
        view: View,
        *,
        types: Sequence[str] = (),
        limit_each: int = FAN_OUT,
    ) -> Links:
        """Of each of these nodes its `limit_each` heaviest edges of these types, in either direction; of a pair, each.

        Edges of guests are not among them. An edge both of whose ends were asked for is there from either end.
        """
        ...

    def nodes(self, db: Connection, numbers: Iterable[int]) -> dict[int, StoredNode]:
        """Those of these nodes that there are. The caller sees to who may know of them."""
        ...

    def edges_after(self, db: Connection, view: View | None, after: EdgeKey | None, limit: int) -> list[Edge]:
        """The edges that a viewer sees (None: all there are) page by page, by source, target, code of the type and owner."""
        ...

    def size(self, db: Connection) -> Size:
        """How much there is."""
        ...

    def close(self) -> None:
        """Give back what it has opened."""
        ...


def check_expand(hops: int, limit: int) -> None:
    """Raise Invalid unless the bounds of `expand` are kept."""
    if not 1 <= hops <= MOST_HOPS:
        raise Invalid(f"A walk has 1 to {MOST_HOPS} hops, not {hops}.")
    if limit < 1:
        raise Invalid(f"At least one node has to be wanted, not {limit}.")


def check_paths(max_length: int, limit: int) -> None:
    """Raise Invalid unless the bounds of `paths` are kept."""
    if not 1 <= max_length <= LONGEST_PATH:
        raise Invalid(f"A path has 1 to {LONGEST_PATH} edges, not {max_length}.")
    if limit < 1:
        raise Invalid(f"At least one path has to be wanted, not {limit}.")


def names() -> tuple[str, ...]:
    """Public names of the backends."""
    return shelf.names_on(sys.modules[__name__])


class Opener(Protocol):
    """What every module on this shelf offers."""

    def open_graph(self, url: str | None, types: Mapping[str, int]) -> Graph:
        """The graph at that address, whose edge types have these names and codes."""
        ...


def open_graph(url: str | None, types: Mapping[str, int]) -> Graph:
    """The graph at `url`: None is the library's own database. Raises Invalid naming what there is."""
    if url is None:
        name = "postgresql"
    else:
        scheme = url.partition(":")[0].lower()
        name = {"neo4j": "neo4j", "bolt": "neo4j"}.get(scheme.partition("+")[0], "")
        if not name:
            raise Invalid(
                f"MEDIATHEQUE_GRAPH_URL begins with '{scheme}:'; it looks like neo4j://user:password@host:7687/database"
                " or bolt://…, or is empty: the library's own database"
            )
    return cast("Opener", shelf.take(sys.modules[__name__], name)).open_graph(url, types)
