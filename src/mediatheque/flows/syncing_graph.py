"""The graph elsewhere is told what there is, and from then on what changes: a load, then rounds of the outbox.

Killed anywhere, on either side, nothing is lost or there twice. What changes waits in the outbox, in the transaction of
its facts, until word has come that it arrived; what arrived is marked there in the transaction of the changes; and where
the two disagree (a server emptied or restored, or another one), all is loaded anew.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediatheque.graph.edges import codes
from mediatheque.graph.queries import outbox
from mediatheque.kit.errors import Conflict, Unavailable
from mediatheque.stores.graph import EdgeKey, Size
from mediatheque.stores.graph.neo4j import Changes, Mark, Neo4jGraph
from mediatheque.stores.graph.postgresql import PostgresGraph

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection, Database
    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)

#: Called with the number of nodes, edges and changes behind us.
OnProgress = Callable[[int], None]

#: So many nodes or edges are told in one transaction: some megabytes.
PIECE = 5_000
#: So many entries of the outbox are told in one.
ROUND = 2_000
#: What changes is looked for so often, and told at once.
LOOKED_EVERY_S = 0.25
#: Whether the graph elsewhere is still what it was is looked at so often, when nothing changes.
_CHECKED_EVERY_S = 60.0
#: Who does not answer is asked again after ever longer, up to this.
_LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Synced:
    """What was told: all there is (None: it was there), and how many entries of the outbox."""

    loaded: Size | None
    changes: int


def sync_graph(
    app: Mediatheque,
    *,
    anew: bool = False,
    on_progress: OnProgress | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Synced:
    """Bring the graph elsewhere up to date, and note from now on what changes; `anew`: all of it once more.

    Raises Conflict when there is none, or another process is at it; Unavailable. What was told stays told.
    """
    graph = graph_elsewhere(app)
    if graph is None:
        raise Conflict(
            "The graph is in the library's own database, where it is always up to date; for a copy in a Neo4j set MEDIATHEQUE_GRAPH_URL."
        )
    with app.database.holding(outbox.LOCK) as is_ours:
        if not is_ours:
            raise Conflict(
                "Another process brings the graph up to date, probably the worker; leave it to it."
            )
        return _Telling(app.database, graph, on_progress, goes_on).tell(anew=anew)


def keep_in_step(app: Mediatheque, stop: threading.Event) -> None:
    """Tell the graph elsewhere what changes until `stop` is set, whatever becomes of it; several processes may.

    Where there is none (any more), nothing is noted (any more).
    """
    pause, checked_at = 0.0, float("-inf")
    while not stop.wait(pause):
        try:
            if graph_elsewhere(app) is None:
                with app.database.transaction() as db:
                    outbox.end_outbox(db)
                return
            is_due = time.monotonic() - checked_at > _CHECKED_EVERY_S
            if is_due or _is_anything_waiting(app.database):
                sync_graph(app, goes_on=lambda: not stop.is_set())
                checked_at = time.monotonic()
            pause = LOOKED_EVERY_S
        except Conflict:
            # Another worker is at it.
            pause = 2.0
        except Exception as error:  # noqa: BLE001  who gives up leaves the outbox to grow for ever
            pause = min(_LONGEST_PAUSE_S, max(1.0, 2 * pause))
            is_known = isinstance(error, Unavailable)
            _log.warning(
                "The graph elsewhere is not up to date (%s); next try in %.0f s.",
                error,
                pause,
                exc_info=not is_known,
            )


def graph_elsewhere(app: Mediatheque) -> Neo4jGraph | None:
    """The graph that is told what changes; None where the settings name none."""
    graph = app.graph
    return graph if isinstance(graph, Neo4jGraph) else None


class _Telling:
    """One process telling one graph, as it alone may."""

    def __init__(
        self,
        database: Database,
        graph: Neo4jGraph,
        on_progress: OnProgress | None,
        goes_on: Callable[[], bool],
    ) -> None:
        self._database, self._graph = database, graph
        self._on_progress, self._goes_on = on_progress, goes_on
        self._told = 0

    def tell(self, *, anew: bool) -> Synced:
        with self._database.transaction() as db:
            # Whoever is changing the graph is waited for: from here on no change is missed.
            outbox.begin_outbox(db)
        mark = None if anew else self._standing()
        loaded = None
        if mark is None:
            mark, loaded = self._load()
        before = self._told
        while mark is not None and self._goes_on():
            mark = self._round(mark)
        return Synced(loaded, self._told - before)

    def _standing(self) -> Mark | None:
        """What has arrived, as both sides know it; None where they disagree."""
        with self._database.transaction() as db:
            known = outbox.arrived(db)
        there = self._graph.arriving.mark()
        if known is None or there is None:
            return None
        # One round more: we were killed before we heard that it had arrived.
        if there.load != known[0] or there.round - known[1] not in (0, 1):
            _log.warning(
                "The graph at %s is not the one that was told last; all is told anew.", self._graph.address
            )
            return None
        return Mark(*known)

    def _load(self) -> tuple[Mark | None, Size]:
        """Everything; what changes meanwhile waits."""
        load, arriving, source = uuid.uuid4().hex, self._graph.arriving, PostgresGraph(codes())
        with self._database.transaction() as db:
            outbox.forget_arrived(db)
            # What has been committed is read from here on.
            outbox.forget_waiting(db)
        arriving.begin_load(load)
        piece = nodes = edges = last = 0
        after: EdgeKey | None = None
        while self._goes_on():
            with self._database.transaction() as db:
                read = outbox.nodes_after(db, last, PIECE)
            if not read:
                break
            piece, last, nodes = piece + 1, read[-1].number, nodes + len(read)
            arriving.add(load, piece, read, ())
            self._progress(len(read))
        while self._goes_on():
            with self._database.transaction() as db:
                connections = source.edges_after(db, None, after, PIECE)
            if not connections:
                break
            piece, after, edges = piece + 1, connections[-1].key, edges + len(connections)
            arriving.add(load, piece, (), connections)
            self._progress(len(connections))
        if not self._goes_on():
            # Not ended, it does not count.
            return None, Size(nodes, edges)
        arriving.end_load(load)
        with self._database.transaction() as db:
            outbox.note_load(db, load)
        return Mark(load, 0), Size(nodes, edges)

    def _round(self, mark: Mark) -> Mark | None:
        """Tell what has waited longest; None when nothing waits, or all is to be told anew."""
        with self._database.transaction() as db:
            waiting = outbox.waiting(db, ROUND)
            if not waiting.ids:
                return None
            changes = _as_they_are(db, waiting)
        next_mark = Mark(mark.load, mark.round + 1)
        self._graph.arriving.apply(next_mark, changes)
        with self._database.transaction() as db:
            if not outbox.note_round(db, *next_mark):
                return None
            outbox.done(db, waiting.ids)
        self._progress(len(waiting.ids))
        return next_mark

    def _progress(self, told: int) -> None:
        self._told += told
        if self._on_progress:
            self._on_progress(self._told)


def _as_they_are(db: Connection, waiting: outbox.Waiting) -> Changes:
    """What has changed, as it is now; an edge comes with both its nodes, which another entry may speak of."""
    source = PostgresGraph(codes())
    edges = source.edges_with_keys(db, waiting.edges)
    there = {edge.key for edge in edges}
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    nodes = source.nodes(db, sorted({*waiting.nodes, *ends}))
    return Changes(
        nodes=list(nodes.values()),
        edges=edges,
        gone_nodes=[number for number in waiting.nodes if number not in nodes],
        gone_edges=[key for key in waiting.edges if key not in there],
    )


def _is_anything_waiting(database: Database) -> bool:
    with database.transaction() as db:
        return outbox.is_anything_waiting(db)
