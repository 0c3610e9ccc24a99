"""What a worker can do: each task is given its attempt and the job's arguments, and says what came of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mediatheque.flows.attempts import Attempt, Doing
from mediatheque.flows.jobs import defer_embedding, defer_enrichment, defer_graph
from mediatheque.jobs.states import Lane
from mediatheque.kit.errors import Cancelled, Conflict, Invalid, MediathequeError

if TYPE_CHECKING:
    from mediatheque.library.queries.batches import Batch

#: Another process is asked so often whether it is done.
_ASKED_EVERY_S = 2.0


def import_batch(attempt: Attempt, *, user_id: int, batch_id: int, path: str, rows: int | None = None) -> str:
    """Read an uploaded file into its batch, then see to what it brought; `rows`: how many there are, if known."""
    app, file = attempt.app, Path(path)
    try:
        batch = _read_to_its_end(attempt, user_id, batch_id, file, rows)
    except Cancelled:
        _end_batch(attempt, batch_id, "it was cancelled; what was read stays until: mediatheque undo")
        file.unlink(missing_ok=True)
        raise
    except MediathequeError as error:
        if isinstance(error, Invalid):
            file.unlink(missing_ok=True)
        raise
    file.unlink(missing_ok=True)
    with app.database.transaction() as db:
        defer_embedding(app, db)
        defer_enrichment(app, db, user_id)
        defer_graph(app, db)
    if batch.state == "failed":
        raise Invalid(f"The import ended: {batch.error}")
    return f"{batch.new:,} new, {batch.known:,} known, {batch.rejected:,} rejected"


def _read_to_its_end(attempt: Attempt, user_id: int, batch_id: int, file: Path, rows: int | None) -> Batch:
    from mediatheque.flows.import_history import finish_import
    from mediatheque.library.queries.batches import batch_with_id

    database, on_progress = attempt.app.database, _counting(attempt, rows)
    while True:
        with database.transaction() as db:
            batch = batch_with_id(db, batch_id, user_id)
        if batch.state != "reading":
            return batch
        try:
            finish_import(database, batch, file, on_progress=on_progress)
        except Conflict:
            # Another process reads it. It may die before the end, and then the rest is this job's.
            wait(attempt)
        except MediathequeError:
            raise
        except Exception as error:
            if _is_unforeseen(error):
                _end_batch(
                    attempt, batch_id, "something unforeseen went wrong; the log of the worker says what"
                )
            raise


def _counting(attempt: Attempt, rows: int | None) -> Callable[[int], None]:
    """Tells how many rows are behind us, and of how many, where somebody counted them."""
    if not rows:
        return attempt.counting("rows")

    def told(done: int) -> None:
        # Counted before the upload, maybe with other options: it says how far it is, never that it is done.
        attempt.report(min(done / rows, 0.99), f"{done:,} of {max(done, rows):,} rows")

    return told


def _is_unforeseen(error: Exception) -> bool:
    from procrastinate.exceptions import JobAborted

    from mediatheque.kit.database import is_lost_connection

    return not isinstance(error, JobAborted) and not is_lost_connection(error)


def _end_batch(attempt: Attempt, batch_id: int, why: str) -> None:
    from mediatheque.library.queries.batches import fail_batch

    with attempt.app.database.transaction() as db:
        fail_batch(db, batch_id, why)


def process_media(attempt: Attempt, *, media_id: int, home: str) -> Lane | None:
    """Work on a recording as far as this lane goes."""
    from mediatheque.flows.processing import process

    return process(
        attempt.app,
        media_id,
        attempt.job_id,
        attempt.number,
        attempt,
        lane=attempt.lane,
        home=Lane(home),
    )


def embed_missing(attempt: Attempt) -> str:
    """Embed what has no embedding yet."""
    from mediatheque.flows import embedding

    app = attempt.app
    if app.embedder is None:
        return "there is no embedder"
    embedding.embed_missing(app.database, app.embedder, on_progress=attempt.counting("items"))
    with app.database.transaction() as db:
        defer_graph(app, db)
    return ""


def refresh_graph(attempt: Attempt, timestamp: int | None = None) -> str:
    """Work out which titles are alike, and who rates like whom, where that has changed; first all else, if it never was."""
    from mediatheque.flows import refreshing_graph
    from mediatheque.flows.rebuilding import rebuild_graph
    from mediatheque.graph.queries.projection import is_built

    del timestamp
    app = attempt.app
    with app.database.transaction() as db:
        is_there = is_built(db)
    if not is_there:
        rebuild_graph(app.database, on_progress=attempt.counting("titles and people"))
    model = app.embedder.name if app.embedder is not None else None
    done = refreshing_graph.refresh_graph(
        app.database, model, on_progress=attempt.counting("titles and people")
    )
    return f"{done.edges:,} connections changed"


def sync_source(attempt: Attempt, *, source: str, limit: int) -> str:
    """Bring a source's works in."""
    from mediatheque.enrich.sources import SyncPlan
    from mediatheque.flows.catalogue import sync

    app = attempt.app
    try:
        sync(
            app.database,
            source,
            app.source_settings(source),
            SyncPlan(limit=limit),
            on_progress=attempt.counting("works"),
        )
    finally:
        # What came before it failed is to be found, too.
        with app.database.transaction() as db:
            defer_embedding(app, db)
    return ""


def enrich_own(attempt: Attempt, *, user_id: int) -> str:
    """Ask the sources about a user's own items."""
    from mediatheque.flows.enriching import enrich_own_items

    app = attempt.app
    enriched = enrich_own_items(
        app.database, user_id, app.source_settings, on_progress=attempt.counting("titles")
    )
    if enriched.claims:
        with app.database.transaction() as db:
            defer_embedding(app, db)
    return f"{enriched.claims:,} answers"


def train_models(attempt: Attempt, timestamp: int | None = None) -> str:
    """Train in a process of its own: neither its libraries nor its memory are to stay with who serves."""
    app = attempt.app
    program = [sys.executable, "-c", "from mediatheque.cli import main; main()"]
    where = {
        "MEDIATHEQUE_DATA_DIR": str(app.data_dir),
        "MEDIATHEQUE_DATABASE_URL": app.database.url,
        "MEDIATHEQUE_REGISTRY_URL": app.settings.registry_setting or "",
    }
    with subprocess.Popen(  # noqa: S603
        [*program, "train", "--only-if-new", "--json"],
        env=os.environ | where,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as training:
        try:
            said, complaint = _heard_out(training, attempt.check)
        except BaseException:
            # A version is kept whole or not at all, so it may end anywhere.
            training.kill()
            raise
    if not training.returncode:
        return ""
    why = _reason(said) or complaint.strip()[-2000:] or f"Training ended with {training.returncode}."
    if timestamp is None:
        raise Invalid(why)
    # Nobody asked for it: that there is nothing to learn from yet is no failure of a night.
    return why


def _reason(said: str) -> str | None:
    """The error that a program printed as JSON."""
    for line in reversed(said.strip().splitlines()):
        try:
            printed: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(printed, dict) and isinstance(reason := cast("Any", printed).get("error"), str):
            return reason
    return None


def forget_lists(attempt: Attempt, timestamp: int | None = None) -> str:
    """Forget the lists of recommendations that are older than the settings keep them."""
    from mediatheque.flows.forgetting import forget_old_lists

    del timestamp  # when it was due
    app = attempt.app
    gone = forget_old_lists(app.database, app.settings.keep_lists_days, on_progress=attempt.counting("lists"))
    return f"{gone:,} lists are forgotten"


def tidy_archive(attempt: Attempt, timestamp: int | None = None) -> str:
    """Empty the trash of what was in it long enough, and remove the files that belong to nothing."""
    from mediatheque.archive.scratch import sweep_scratch
    from mediatheque.flows.archiving import purge_trash, sweep_blobs
    from mediatheque.flows.uploads import sweep_uploads

    del timestamp
    sweep_scratch(attempt.app.data_dir / "scratch")
    sweep_uploads(attempt.app)
    gone = purge_trash(attempt.app, on_progress=attempt.counting("recordings"))
    swept = sweep_blobs(attempt.app)
    return f"{gone:,} recordings of the trash and {swept.blobs:,} files of nobody's are gone"


def _heard_out(training: subprocess.Popen[str], check: Callable[[], None]) -> tuple[str, str]:
    """What it printed until its end, asking in between whether to go on."""
    while True:
        try:
            return training.communicate(timeout=_ASKED_EVERY_S / 4)
        except subprocess.TimeoutExpired:
            check()


def wait(attempt: Attempt, seconds: float = _ASKED_EVERY_S) -> None:
    """Wait for something elsewhere, hearing meanwhile whether to go on."""
    ends_at = time.monotonic() + seconds
    while (left := ends_at - time.monotonic()) > 0:
        attempt.check()
        time.sleep(min(left, 0.2))


#: By their names in the queue.
DOING: Mapping[str, Doing] = {
    doing.__name__: doing
    for doing in (
        import_batch,
        process_media,
        embed_missing,
        sync_source,
        enrich_own,
        refresh_graph,
        forget_lists,
        tidy_archive,
        train_models,
    )
}
