"""Is everything well? Every part is looked at, and what fails comes with how to mend it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mediatheque.flows.checking_archive import archive_checks
from mediatheque.flows.checking_graph import check_graph
from mediatheque.flows.checks import Check, State
from mediatheque.kit.errors import MediathequeError
from mediatheque.kit.settings import Settings

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.tools.embedder import Embedder
    from mediatheque.wiring import Mediatheque

_OLDEST_POSTGRES = 150_000
_OLDEST_VECTOR = (0, 7)
_EXTENSIONS = ("vector", "pg_trgm", "unaccent")
_LEAST_FREE = 500 << 20


def check_everything(settings: Settings, open_library: Callable[[], Mediatheque]) -> Iterator[Check]:
    """Look at every part, one after another; a part that fails never hides the others."""
    yield from _folder(settings)
    app: Mediatheque | None = None
    try:
        app = open_library()
    except MediathequeError as error:
        mend = (
            "look at MEDIATHEQUE_DATABASE_URL and at the server behind it"
            if settings.database_url
            else f"look at the logs in {settings.data_dir / 'postgres'}"
        )
        yield Check("database", State.FAILS, str(error), mend)
    try:
        yield from _opened(app, settings)
    finally:
        if app is not None:
            app.close()


def check_open(app: Mediatheque) -> Iterator[Check]:
    """The same of a library that is open, and stays so."""
    yield from _folder(app.settings)
    yield from _opened(app, app.settings)


def _folder(settings: Settings) -> Iterator[Check]:
    yield from _safely("data folder", lambda: _data_folder(settings))
    yield from _safely("free disk", lambda: _free_disk(settings.data_dir))
    yield from _safely("sign-in key", lambda: _sign_in_key(settings))


def _opened(app: Mediatheque | None, settings: Settings) -> Iterator[Check]:
    if app is not None:
        yield from _library(app)
    yield from _safely("embedder", lambda: _embedder(app, settings))
    yield from _safely("sources", lambda: _sources(settings))
    if app is not None:
        for part, look in archive_checks(app):
            yield from _safely(part, look)


def is_well(checks: Sequence[Check]) -> bool:
    """Whether nothing fails."""
    return all(check.state is not State.FAILS for check in checks)


def _safely(part: str, look: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    try:
        yield from list(look())
    except MediathequeError as error:
        yield Check(part, State.FAILS, str(error))
    except OSError as error:
        yield Check(
            part, State.FAILS, f"{error.strerror or error} ({error.filename})", "look at its permissions"
        )


def _library(app: Mediatheque) -> Iterator[Check]:
    looks: tuple[tuple[str, Callable[[Connection], Iterator[Check]]], ...] = (
        ("database", _server),
        ("extensions", _extensions),
        ("schema", _schema),
        ("catalogue", _catalogue),
        ("users", _users),
        ("background work", _queue),
        ("imports", _imports),
        ("graph", check_graph),
        ("shown lists", lambda db: _shown_lists(db, app.settings)),
    )
    for part, look in looks:
        yield from _safely(part, lambda look=look: _asked(app, look))


def _asked(app: Mediatheque, look: Callable[[Connection], Iterator[Check]]) -> Iterator[Check]:
    with app.database.transaction() as db:
        yield from look(db)


def _data_folder(settings: Settings) -> Iterator[Check]:
    folder = settings.data_dir
    if not folder.exists():
        yield Check("data folder", State.NOTE, f"{folder} does not exist yet; it is made when it is needed")
        return
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        mend = f"chown it to yourself: sudo chown -R $(id -un) '{folder}'"
        yield Check("data folder", State.FAILS, f"{folder} cannot be written", mend)
        return
    mode = folder.stat().st_mode & 0o777
    # Root's database server is another user, which may pass through and see nothing.
    if mode & 0o022:
        yield Check(
            "data folder",
            State.FAILS,
            f"{folder} can be written by others ({mode:o})",
            f"chmod 700 '{folder}'",
        )
    else:
        yield Check("data folder", State.FINE, str(folder))


def _free_disk(folder: Path) -> Iterator[Check]:
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free"
    if free < _LEAST_FREE:
        yield Check("free disk", State.FAILS, said, f"make room on the disk of {there}")
    else:
        yield Check("free disk", State.FINE, said)


def _sign_in_key(settings: Settings) -> Iterator[Check]:
    from mediatheque.accounts.tokens import signing_key

    path = settings.data_dir / "token-secret"
    if settings.token_secret is None and not path.exists():
        yield Check("sign-in key", State.NOTE, "none yet; it is made when the API starts")
        return
    signing_key(settings)
    if settings.token_secret is None and path.stat().st_mode & 0o077:
        yield Check("sign-in key", State.FAILS, f"{path} can be read by others", f"chmod 600 '{path}'")
    else:
        place = "MEDIATHEQUE_TOKEN_SECRET" if settings.token_secret else str(path)
        yield Check("sign-in key", State.FINE, place)


def _server(db: Connection) -> Iterator[Check]:
    from mediatheque.library.queries.checks import server_version

    number, version = server_version(db)
    if number < _OLDEST_POSTGRES:
        yield Check("database", State.FAILS, f"PostgreSQL {version} is too old", "use PostgreSQL 15 or newer")
    else:
        yield Check("database", State.FINE, f"PostgreSQL {version} answers")


def _extensions(db: Connection) -> Iterator[Check]:
    from mediatheque.library.queries.checks import extension_versions

    there = extension_versions(db)
    for name in _EXTENSIONS:
        version = there.get(name)
        if version is None:
            mend = f"install it on the server, then in the database: CREATE EXTENSION {name}"
            yield Check(name, State.FAILS, "the database has no such extension", mend)
        elif name == "vector" and tuple(map(int, version.split(".")[:2])) < _OLDEST_VECTOR:
            mend = "install pgvector 0.7 or newer, then: ALTER EXTENSION vector UPDATE"
            yield Check(name, State.FAILS, f"{version} is too old", mend)
        else:
            yield Check(name, State.FINE, version)


def _schema(db: Connection) -> Iterator[Check]:
    from mediatheque.kit.database import is_up_to_date

    if is_up_to_date(db):
        yield Check("schema", State.FINE, "up to date")
    else:
        mend = "start the newest version of mediatheque once; it brings the schema up to date"
        yield Check("schema", State.FAILS, "is not the one of this version", mend)


def _catalogue(db: Connection) -> Iterator[Check]:
    from mediatheque.library.queries.items import count_items

    total = sum(count_items(db).values())
    if total:
        yield Check("catalogue", State.FINE, f"{total:,} titles")
    else:
        yield Check("catalogue", State.NOTE, "is empty", "fill it: mediatheque sync starter")


def _users(db: Connection) -> Iterator[Check]:
    from mediatheque.library.queries.users import all_users

    names = [user.name for user in all_users(db)]
    if names:
        yield Check("users", State.FINE, ", ".join(names[:8]) + (" …" if len(names) > 8 else ""))
    else:
        yield Check("users", State.NOTE, "nobody yet", "add yourself: mediatheque users add NAME")


def _queue(db: Connection) -> Iterator[Check]:
    from mediatheque.library.queries.checks import queue_figures

    queue = queue_figures(db)
    said = f"{_count(queue.workers, 'worker')}, {queue.waiting:,} waiting, {queue.running:,} running"
    if (queue.waiting or queue.running) and not queue.workers:
        mend = "start one: mediatheque up, or mediatheque worker"
        yield Check("background work", State.FAILS, f"{said}: nobody does it", mend)
    elif queue.failed:
        said = f"{said}, {queue.failed:,} failed"
        yield Check("background work", State.NOTE, said, "the worker's log says why; import or sync again")
    else:
        yield Check("background work", State.FINE, said)


def _imports(db: Connection) -> Iterator[Check]:
    from mediatheque.library.queries.checks import count_unfinished_batches, questions_by_user

    unfinished = count_unfinished_batches(db)
    if unfinished:
        said = f"{_count(unfinished, 'import')} did not come to the end"
        yield Check("imports", State.NOTE, said, "import the file again, and it goes on: mediatheque batches")
    else:
        yield Check("imports", State.FINE, "none unfinished")
    asked = questions_by_user(db)
    if asked:
        said = ", ".join(f"{_count(n, 'question')} for {name}" for name, n in asked.items())
        yield Check("questions", State.NOTE, said, "answer them: mediatheque review --user NAME")
    else:
        yield Check("questions", State.FINE, "none open")


def _shown_lists(db: Connection, settings: Settings) -> Iterator[Check]:
    from mediatheque.recommend.queries.shown import count_shown

    kept, oldest = count_shown(db)
    since = f", since {oldest:%Y-%m-%d}" if oldest else ""
    days = settings.keep_lists_days
    for_long = f"for {_count(days, 'day')}" if days else "for ever"
    yield Check(
        "shown lists", State.FINE, f"{_count(kept, 'list')} of recommendations kept{since}; {for_long}"
    )


def _embedder(app: Mediatheque | None, settings: Settings) -> Iterator[Check]:
    from mediatheque.tools.embedder import open_embedder

    key = settings.embedder_key.get_secret_value() if settings.embedder_key else None
    # Opening it verifies the hashes of the model's files.
    embedder = open_embedder(settings.embedder, models_dir=settings.models_dir, key=key)
    if embedder is None:
        mend = "set MEDIATHEQUE_EMBEDDER=minilm"
        yield Check("embedder", State.NOTE, "none: search goes by words alone", mend)
        return
    vector = embedder.embed(["A lighthouse keeper writes letters to the sea."])[0]
    said = f"{embedder.name} answers, {len(vector)} dimensions"
    yield Check("embedder", State.FINE, said)
    if app is not None:
        yield from _embeddings(app, embedder)


def _embeddings(app: Mediatheque, embedder: Embedder) -> Iterator[Check]:
    from mediatheque.library.queries.checks import count_embeddings

    with app.database.transaction() as db:
        embedded, total = count_embeddings(db, embedder.name)
    if embedded < total:
        said = f"{total - embedded:,} of {total:,} titles are not findable by meaning yet"
        yield Check("embeddings", State.NOTE, said, "mediatheque embed")
    else:
        yield Check("embeddings", State.FINE, f"{embedded:,}, none missing")


def _sources(settings: Settings) -> Iterator[Check]:
    from mediatheque.enrich import sources

    token_by_name = {"tmdb": settings.tmdb_token, "google-books": settings.google_books_key}
    for name in sources.names():
        source = sources.source(name)
        if source.needs_key and token_by_name.get(name) is None:
            mend = f"set MEDIATHEQUE_{name.upper().replace('-', '_')}_TOKEN"
            yield Check(name, State.NOTE, f"{source.TITLE} is not asked: it needs a key", mend)
        else:
            with_key = " with a key" if token_by_name.get(name) else ""
            yield Check(name, State.FINE, f"{source.TITLE} may be asked{with_key}")


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
