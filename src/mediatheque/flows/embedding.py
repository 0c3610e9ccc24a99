"""Embedding the library: every item and passage that has no vector yet, or another one than its text asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mediatheque.archive.queries.passages import unembedded_passages
from mediatheque.kit.database import Connection, Database
from mediatheque.search.queries.items import WorkToEmbed, highest_item_id, hold_range, works_between
from mediatheque.search.texts import text_hash, text_of
from mediatheque.stores.vectors import Embedded, EmbeddedPassage, store
from mediatheque.tools.embedder import Embedder

#: Called with the number of items embedded so far.
OnProgress = Callable[[int], None]

#: How many ids one transaction covers: what is lost when the process is killed, a few seconds of work.
_RANGE = 256


def embed_missing(
    database: Database,
    embedder: Embedder,
    *,
    on_progress: OnProgress | None = None,
    limit: int | None = None,
    batch: int = 64,
) -> int:
    """Embed what needs it, a range of ids a transaction; how many items were embedded.

    Any number of workers may do this at once: each range is held by one of them. What was done stays when
    this is interrupted. Items that were merged away or whose text became empty lose their vectors. Passages of
    recordings come last: new ones have theirs already, those of another embedder's time have not.
    """
    with database.transaction() as db:
        last = highest_item_id(db)
    if last == 0:
        return 0
    dimensions = embedder.dimensions
    with database.transaction() as db:
        model_id = store().ensure_model(db, embedder.name, dimensions)
    done = _embed_items(database, embedder, model_id, last, on_progress, limit, batch)
    if limit is None:
        _embed_passages(
            database, embedder, model_id, batch, lambda: on_progress(done) if on_progress else None
        )
    return done


def _embed_items(
    database: Database,
    embedder: Embedder,
    model_id: int,
    last: int,
    on_progress: OnProgress | None,
    limit: int | None,
    batch: int,
) -> int:
    done = 0
    busy: list[int] = []
    starts = range(0, last + 1, _RANGE)
    for is_waiting, start in _first_free_then_busy(starts, busy):
        with database.transaction() as db:
            if not hold_range(db, model_id, start // _RANGE, is_waiting=is_waiting):
                busy.append(start)
                continue
            works = works_between(db, start, start + _RANGE)
            for count in _embed(
                db, embedder, model_id, works, None if limit is None else limit - done, batch
            ):
                done += count
                if on_progress:
                    on_progress(done)
        if limit is not None and done >= limit:
            break
    return done


def _embed_passages(
    database: Database, embedder: Embedder, model_id: int, batch: int, go_on: Callable[[], None]
) -> None:
    """Embed the passages that have no vector of this model, a batch a transaction."""
    after = 0
    while True:
        with database.transaction() as db:
            wanted = unembedded_passages(db, model_id, after=after, limit=batch)
        if not wanted:
            return
        vectors = embedder.embed([passage.text for passage in wanted])
        with database.transaction() as db:
            rows = [EmbeddedPassage(p.passage_id, v) for p, v in zip(wanted, vectors, strict=True)]
            store().put_passages(db, model_id, rows)
        after = wanted[-1].passage_id
        go_on()


def rebuild(database: Database, embedder: Embedder, *, on_progress: OnProgress | None = None) -> int:
    """Forget every vector of the embedder's model and embed the library again; how many items were embedded."""
    with database.transaction() as db:
        store().forget_model(db, embedder.name)
    return embed_missing(database, embedder, on_progress=on_progress)


def _first_free_then_busy(starts: Sequence[int], busy: list[int]) -> Iterator[tuple[bool, int]]:
    """Every range without waiting, then those that another worker held: it may have been stopped halfway."""
    for start in starts:
        yield False, start
    while busy:
        yield True, busy.pop()


def _embed(
    db: Connection,
    embedder: Embedder,
    model_id: int,
    works: Sequence[WorkToEmbed],
    limit: int | None,
    batch: int,
) -> Iterator[int]:
    """Embed those of `works` that need it; yields how many after each batch."""
    known = store().text_hashes(db, model_id, [work.item_id for work in works])
    texts = {work.item_id: text_of(work.work) if work.work is not None else "" for work in works}
    if emptied := [item_id for item_id in known if not texts[item_id]]:
        store().remove(db, model_id, emptied)
    wanted = [(i, text) for i, text in texts.items() if text and known.get(i) != text_hash(text)][:limit]
    for start in range(0, len(wanted), batch):
        these = wanted[start : start + batch]
        vectors = embedder.embed([text for _, text in these])
        rows = [Embedded(i, text_hash(text), v) for (i, text), v in zip(these, vectors, strict=True)]
        store().put(db, model_id, rows)
        yield len(rows)
