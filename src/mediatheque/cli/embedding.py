"""Making what is new findable by meaning, with a bar: after an import, or by the command `embed`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediatheque.cli import words
from mediatheque.cli.finding import embedder_of
from mediatheque.cli.opening import library
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque


def embed(as_json: AsJson = False) -> None:
    """Make everything findable by meaning that is not yet; goes on where it was interrupted.

    \b
    Examples:
      mediatheque embed
      MEDIATHEQUE_EMBEDDER=none mediatheque import takeout.zip; mediatheque embed
    """
    printer = Printer(as_json)
    with library(printer) as app:
        embedder = embedder_of(app, printer, must=True)
        done = embed_new(app, printer)
    printer.emit({"embedded": done, "model": embedder.name if embedder else None})
    if embedder is None:
        printer.say("MEDIATHEQUE_EMBEDDER is none: nothing is embedded, and search goes by words alone.")
    else:
        printer.say(f"{words.counted(done, 'item')} embedded." if done else "Everything is embedded already.")


def embed_new(app: Mediatheque, printer: Printer) -> int:
    """Embed what has no vector yet; how many items that were."""
    from mediatheque.flows.embedding import embed_missing
    from mediatheque.library.queries.checks import count_embeddings

    embedder = embedder_of(app, printer)
    if embedder is None:
        return 0
    with app.database.transaction() as db:
        embedded, total = count_embeddings(db, embedder.name)
    with printer.progress("Learning what titles mean", max(total - embedded, 0)) as on_progress:
        return embed_missing(app.database, embedder, on_progress=on_progress)
