"""Import a history: a file is read row by row, stored in chunks, and can be interrupted at any moment."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from mediatheque import importers
from mediatheque.flows.placing import Placed, place
from mediatheque.importers import Options
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Conflict, MediathequeError, Unavailable
from mediatheque.kit.files import Upload
from mediatheque.library.queries import batches, history, mentions, records
from mediatheque.library.queries.batches import Batch, Progress
from mediatheque.library.queries.records import StoredRecord
from mediatheque.library.queries.turns import take_turn
from mediatheque.vocabulary import EventKind, Kind, Record, Rejected, Row, Skipped, Work

#: Rows a transaction: large enough for bulk statements, small enough to lose little and lock briefly.
CHUNK = 4000

#: Called after each chunk with the rows behind us.
OnProgress = Callable[[int], None]


@dataclass(slots=True)
class Preview:
    """What an import would bring, without bringing it."""

    source: str
    rows: int = 0
    accepted: int = 0
    known: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter[Kind])
    events: Counter[EventKind] = field(default_factory=Counter[EventKind])
    first_at: datetime | None = None
    last_at: datetime | None = None
    skipped: Counter[str] = field(default_factory=Counter[str])
    rejected: list[Rejected] = field(default_factory=list[Rejected])  # the first hundred
    rejected_count: int = 0
    examples: list[Record] = field(default_factory=list[Record])  # the first ten

    @property
    def new(self) -> int:
        return self.accepted - self.known


def import_file(
    database: Database,
    user_id: int,
    path: Path,
    *,
    name: str | None = None,
    source: str | None = None,
    options: Options | None = None,
    on_progress: OnProgress | None = None,
    chunk: int = CHUNK,
) -> Batch:
    """Import an export for a user: a new batch, or the rest of one that was interrupted.

    `name` is what the file is called when `path` is a temporary copy. Raises Invalid when the file is
    no export we know, NeedsAnswer when only the user can tell how to read it; then nothing is stored.
    """
    with database.transaction() as db:
        batch = begin_import(db, user_id, path, name=name, source=source, options=options)
    return finish_import(database, batch, path, on_progress=on_progress, chunk=chunk)


def begin_import(
    db: Connection,
    user_id: int,
    path: Path,
    *,
    name: str | None = None,
    source: str | None = None,
    options: Options | None = None,
) -> Batch:
    """Recognise an export and open its batch, for `finish_import`. Raises as `import_file`."""
    options = options or Options()
    with Upload.open(path, name) as upload:
        source = importers.check_source(upload, source) if source else importers.recognise(upload)
        # A question comes before the first row: it is asked before there is a batch.
        for _ in islice(importers.read(source, upload, options), 1):
            break
        return batches.open_batch(db, user_id, source, upload.name, sha256_of(path), asdict(options))


def finish_import(
    database: Database,
    batch: Batch,
    path: Path,
    *,
    on_progress: OnProgress | None = None,
    chunk: int = CHUNK,
) -> Batch:
    """Read the file of an open batch from its checkpoint to its end."""
    done = batch.rows_read
    try:
        for part in _parts(batch, path, chunk):
            with database.transaction() as db:
                _store_part(db, batch, done, part)
            done += len(part)
            if on_progress:
                on_progress(done)
    except (Conflict, Unavailable):
        raise  # another process reads this batch, or it can go on when the database is back
    except MediathequeError as error:
        _end(database, batch, done, "failed", str(error))
        raise
    return _end(database, batch, done, "done")


def preview_file(
    database: Database,
    user_id: int,
    path: Path,
    *,
    name: str | None = None,
    source: str | None = None,
    options: Options | None = None,
    on_progress: OnProgress | None = None,
) -> Preview:
    """What importing this file would bring; nothing is stored. Raises as `import_file`."""
    with Upload.open(path, name) as upload:
        source = importers.check_source(upload, source) if source else importers.recognise(upload)
        preview = Preview(source)
        rows = importers.read(source, upload, options or Options())
        while part := list(islice(rows, CHUNK)):
            accepted = [row for row in part if isinstance(row, Record)]
            with database.transaction() as db:
                fresh = _only_new(db, user_id, accepted)
            preview.rows += len(part)
            preview.accepted += len(accepted)
            preview.known += len(accepted) - len(fresh)
            for row in part:
                _describe(preview, row)
            if on_progress:
                on_progress(preview.rows)
    return preview


def sha256_of(path: Path) -> bytes:
    """The file's SHA-256, 32 bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _parts(batch: Batch, path: Path, size: int) -> Iterator[list[Row]]:
    """What is behind the batch's checkpoint, in parts that are stored wholly or not at all."""
    with Upload.open(path, batch.file_name) as upload:
        rows = importers.read(batch.source, upload, Options(**batch.options))
        for _ in islice(rows, batch.rows_read):
            pass
        while part := list(islice(rows, size)):
            yield part


def _end(database: Database, batch: Batch, done: int, state: str, error: str | None = None) -> Batch:
    with database.transaction() as db:
        batches.hold_batch(db, batch.id, done)
        batches.close_batch(db, batch.id, state, error=error)
        return batches.batch_with_id(db, batch.id, batch.user_id)


def _store_part(db: Connection, batch: Batch, done: int, part: list[Row]) -> None:
    take_turn(db, batch.user_id)
    batches.hold_batch(db, batch.id, done)
    accepted = [row for row in part if isinstance(row, Record)]
    fresh = _only_new(db, batch.user_id, accepted)
    prints = {h: mentions.fingerprint(r.work) for h, r in fresh.items() if r.work is not None}
    works: dict[bytes, Work] = {}
    for h, p in prints.items():
        if (work := fresh[h].work) is not None:
            works.setdefault(p, work)
    placed = place(db, batch.user_id, works)
    _append(db, batch, fresh, {h: placed[p] for h, p in prints.items()})
    rejections = [(done + n, row) for n, row in enumerate(part) if isinstance(row, Rejected)]
    progress = Progress(
        rows_read=len(part),
        new=len(fresh),
        known=len(accepted) - len(fresh),
        rejected=len(rejections),
    )
    skipped = Counter(row.why for row in part if isinstance(row, Skipped))
    batches.checkpoint(db, batch.id, progress, skipped, rejections)


def _append(db: Connection, batch: Batch, fresh: dict[bytes, Record], placed: dict[bytes, Placed]) -> None:
    """Store new records, by content hash, with the events they tell."""
    stored = [
        StoredRecord(record, h, placed[h].mention_id if h in placed else None) for h, record in fresh.items()
    ]
    ids = records.add_records(db, batch.user_id, batch.id, stored)
    events = [
        (record_id, placed[h].item_id if h in placed else None, event)
        for record_id, (h, record) in zip(ids, fresh.items(), strict=True)
        for event in record.events
    ]
    records.add_record_events(db, batch.user_id, events)
    touched = {item_id for _, item_id, _ in events if item_id is not None}
    history.refresh_standings(db, batch.user_id, sorted(touched))


def _only_new(db: Connection, user_id: int, accepted: list[Record]) -> dict[bytes, Record]:
    """The records the library does not have yet, by content hash, each once."""
    by_hash: dict[bytes, Record] = {}
    for record in accepted:
        by_hash.setdefault(record.content_hash(), record)
    for known in records.known_hashes(db, user_id, list(by_hash)):
        del by_hash[known]
    told = {h: r.key.removeprefix("event:") for h, r in by_hash.items() if r.source == "mediatheque"}
    for h in history.told_keys(db, user_id, told):
        del by_hash[h]
    return by_hash


def _describe(preview: Preview, row: Row) -> None:
    if isinstance(row, Skipped):
        preview.skipped[row.why] += 1
    elif isinstance(row, Rejected):
        preview.rejected_count += 1
        if len(preview.rejected) < 100:
            preview.rejected.append(row)
    else:
        if row.work is not None:
            preview.kinds[row.work.kind] += 1
        preview.events.update(event.kind for event in row.events)
        for at in (event.at for event in row.events if event.at is not None):
            preview.first_at = min(preview.first_at or at, at)
            preview.last_at = max(preview.last_at or at, at)
        if len(preview.examples) < 10:
            preview.examples.append(row)
