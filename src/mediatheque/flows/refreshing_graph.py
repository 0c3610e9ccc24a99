"""Working out which titles are alike and who rates like whom: what has changed, or everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mediatheque.graph import like_minded, similar
from mediatheque.graph.queries import computed
from mediatheque.graph.queries.computed import Stale
from mediatheque.kit.database import Connection, Database
from mediatheque.stores.vectors import VectorStore, store

Ids = npt.NDArray[np.int64]
#: Called with the number of titles and people behind us.
OnProgress = Callable[[int], None]

#: How these edges are worked out: another way, another number, and they are all worked out anew.
_WAY = 1
_NO_IDS = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How many titles and people were looked at again, and how many edges came, went or changed for it."""

    things: int = 0
    edges: int = 0


@dataclass(frozen=True, slots=True)
class _Space:
    """The catalogue's items that are compared by what they mean, by id, and their unit vectors."""

    ids: Ids
    vectors: npt.NDArray[np.float32]


def refresh_graph(
    database: Database,
    model: str | None,
    *,
    vectors: VectorStore | None = None,
    everything: bool = False,
    on_progress: OnProgress | None = None,
) -> Refreshed:
    """Work out the SIMILAR and LIKE_MINDED edges of whatever waits for it, or all of them; the edges are the same.

    `model`: the embedder's name; None: titles are alike by who has been through them alone. After a change of the
    model everything is worked out. One process at a time does this. What changes meanwhile waits for the next time.
    """
    with database.transaction() as turn:
        computed.wait_for_turn(turn)
        wanted = f"{_WAY} {model or ''}"
        with database.transaction() as db:
            everything = everything or computed.way(db) != wanted
            if not everything and not computed.anything_stale(db):
                return Refreshed()
            waiting = computed.stale(db)
        work = _Work(database, vectors or store(), model, waiting, everything, on_progress)
        work.see_to_people()
        work.see_to_items()
        with database.transaction() as db:
            computed.unmark(db, waiting.marks)
            computed.set_way(db, wanted)
    return Refreshed(work.things, work.edges)


class _Work:
    """One round: each step reads in one transaction, works in none, and writes in another."""

    def __init__(
        self,
        database: Database,
        vectors: VectorStore,
        model: str | None,
        waiting: Stale,
        everything: bool,
        on_progress: OnProgress | None,
    ) -> None:
        self._database, self._vectors, self._model = database, vectors, model
        self._waiting, self._everything, self._on_progress = waiting, everything, on_progress
        self.things = self.edges = 0

    def see_to_people(self) -> None:
        """Who rates like whom."""
        if not self._everything and not len(self._waiting.users):
            return
        with self._database.transaction() as db:
            computed.begin_reading(db)
            people, items, stars = computed.ratings_of_sharing(db)
            old = computed.like_minded_links(db)
        ids, who = np.unique(people, return_inverse=True)
        titles, what = np.unique(items, return_inverse=True)
        tastes = like_minded.Tastes(who, what, stars, (len(ids), len(titles)))
        changed = None if self._everything else self._waiting.users
        new = like_minded.follow_links(old, ids, tastes, changed)
        gone, come = like_minded.link_changes(old, new)
        if len(gone) or len(come):
            with self._database.transaction() as db:
                computed.write_like_minded(db, gone, come)
        self._tell(len(ids) if changed is None else len(changed), len(gone), len(come))

    def see_to_items(self) -> None:
        """Which titles are alike: the catalogue's, then everybody's own."""
        waiting = self._waiting
        if not self._everything and not len(waiting.items) and not len(waiting.company):
            return
        with self._database.transaction() as db:
            computed.begin_reading(db)
            model_id = self._vectors.model_id(db, self._model) if self._model else None
            space = self._space(db, model_id, 0)
            common = computed.listed(db, waiting.items)
            is_stale = self._everything or len(common) or len(waiting.company)
            old = computed.similar_edges(db, 0, _NO_IDS) if is_stale else None
            people, titles = computed.companies(db) if is_stale else (_NO_IDS, _NO_IDS)
            owners = self._owners(db, model_id, common)
        if old is not None:
            meaning = similar.Side(
                space.ids, similar.Meanings(space.vectors), None if self._everything else common
            )
            of_company = np.union1d(common, waiting.company)
            company = similar.company_of(titles, people, None if self._everything else of_company)
            self._write(0, old, similar.follow_edges(old, meaning, company))
            self._tell(len(space.ids) if self._everything else len(of_company))
        for owner in owners:
            self._see_to_own(owner, model_id, space)

    def _see_to_own(self, owner: int, model_id: int | None, space: _Space) -> None:
        with self._database.transaction() as db:
            computed.begin_reading(db)
            own = self._space(db, model_id, owner)
            old = computed.similar_edges(db, owner, self._waiting.items)
        ids = np.concatenate([space.ids, own.ids])
        is_row = np.arange(len(ids)) >= len(space.ids)
        near = similar.Meanings(np.concatenate([space.vectors, own.vectors]))
        changed = None if self._everything else self._waiting.items
        self._write(owner, old, similar.follow_edges(old, similar.Side(ids, near, changed, is_row)))
        self._tell(len(own.ids) if changed is None else len(np.intersect1d(own.ids, changed)))

    def _owners(self, db: Connection, model_id: int | None, common: Ids) -> list[int]:
        """Whose own titles may have other neighbours now."""
        if not self._everything and not len(self._waiting.items):
            return []
        of_everybody = self._everything or bool(len(common))
        return computed.owners(db, model_id or 0, None if of_everybody else self._waiting.items)

    def _space(self, db: Connection, model_id: int | None, owner: int) -> _Space:
        found = None
        if model_id is not None:
            most = computed.embedded_count(db, model_id)
            found = self._vectors.all_vectors(db, model_id, most, computed.embedded_of(owner))
        return _Space(*found) if found is not None else _Space(_NO_IDS, np.zeros((0, 1), np.float32))

    def _write(self, owner: int, old: similar.Edges, new: similar.Edges) -> None:
        gone, come = similar.changes(old, new)
        if len(gone) or len(come):
            with self._database.transaction() as db:
                computed.write_similar(db, owner, gone, come)
        self._tell(0, len(gone), len(come))

    def _tell(self, things: int, gone: int = 0, come: int = 0) -> None:
        self.things, self.edges = self.things + things, self.edges + max(gone, come)
        if self._on_progress:
            self._on_progress(self.things)
