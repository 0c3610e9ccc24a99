"""Every place of the page, with content of the demo's household in it: for pictures, and for what must hold everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from browser.serving import Served
from mediatheque.kit.database import Connection

#: Who looks at most places.
NORA = "Nora"


@dataclass(frozen=True, slots=True)
class Place:
    """A name for files, an address, and who looks at it; `user` None: nobody is signed in."""

    name: str
    address: str
    user: str | None = NORA


#: In the order that somebody comes across them.
NAMES = (
    "sign-in",
    "welcome",
    "home",
    "library",
    "item",
    "import",
    "review",
    "archive",
    "player",
    "jobs",
    "duplicates",
    "trash",
    "graph",
    "search",
    "ask",
    "thread",
    "statistics",
    "settings",
    "not-found",
)


def places(library: Served) -> dict[str, Place]:
    """All of them by name."""
    with library.app.database.transaction() as db:
        film, recording, thread = _film(db), _recording(db), _thread(db)
    addresses = {
        "home": "/",
        "item": f"/items/{film}",
        "player": f"/archive/{recording}",
        "jobs": "/archive/jobs",
        "duplicates": "/archive/duplicates",
        "trash": "/archive/trash",
        "graph": f"/graph?node=item:{film}",
        "search": "/search?q=patience",
        "thread": f"/ask/{thread}",
        "not-found": "/nowhere",
    }
    return {
        name: Place(name, addresses.get(name, f"/{name}"), None if name == "sign-in" else NORA)
        for name in NAMES
    }


def _film(db: Connection) -> int:
    return db.execute(text("SELECT id FROM items WHERE title = 'Blade Runner 2049'")).scalar_one()


def _recording(db: Connection) -> int:
    return db.execute(
        text("""
            SELECT m.id FROM media m JOIN users u ON u.id = m.user_id
            WHERE u.name = :name AND m.given LIKE 'films-that%'
        """),
        {"name": NORA},
    ).scalar_one()


def _thread(db: Connection) -> int:
    return db.execute(
        text(
            "SELECT t.id FROM threads t JOIN users u ON u.id = t.user_id WHERE u.name = :name ORDER BY t.id LIMIT 1"
        ),
        {"name": NORA},
    ).scalar_one()
