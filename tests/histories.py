"""Exports made by dice, and everything that an import makes of them, in a form that can be compared."""

from __future__ import annotations

import random
import tempfile
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.exporting import export_library
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries import batches
from mediatheque.vocabulary import Claim, Credit, Kind, Role, Work

_NOUNS = ("River", "Night", "Garden", "Signal", "Winter", "Harbour", "Mirror", "Engine", "Orchard", "Island")
_SYLLABLES = (
    "ba",
    "del",
    "fa",
    "gor",
    "hal",
    "ka",
    "mi",
    "nor",
    "que",
    "ris",
    "sen",
    "ta",
    "ul",
    "vel",
    "wa",
    "zu",
)
_UNKNOWN = [
    " ".join("".join(random.Random(n * 7 + k).choices(_SYLLABLES, k=3)).title() for k in range(2))
    for n in range(600)
]
_BROKEN = ('"","1/2/21"', '"No Date At All",""', '"Thirteenth Month","13/32/21"', '"Title: Trailer","1/2/21"')


def a_catalogue(database: Database) -> None:
    """Some films everybody may see; of each third one there are two, so that a bare title is a question."""
    said: list[Claim] = []
    for n, noun in enumerate(_NOUNS):
        for year in (1977, 2018) if n % 3 == 0 else (1999,):
            maker = (Credit(f"Director {n} {year}", Role.DIRECTOR),)
            work = Work(kind=Kind.FILM, title=f"The {noun} Keeper", year=year, credits=maker)
            said.append(Claim("starter", f"film:{noun}-{year}", work))
    with database.transaction() as db:
        add_to_catalogue(db, said)


def netflix(path: Path, rows: int, seed: int = 1) -> Path:
    """A Netflix history with episodes, films known and unknown, views repeated, and rows that say nothing."""
    dice = random.Random(seed)
    with path.open("w", encoding="utf-8") as out:
        out.write("Title,Date\n")
        for n in range(rows):
            day = date(2025, 11, 30) - timedelta(days=n * 3_000 // rows)
            if dice.random() < 0.02:
                out.write(dice.choice(_BROKEN) + "\n")
            else:
                out.write(f'"{_title(dice)}","{day.month}/{day.day}/{day.year % 100}"\n')
    return path


def oldest_rows(path: Path, rows: int, of: Path) -> Path:
    """The oldest rows of a history, as a shorter export of the same account has them."""
    header, *lines = of.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text(header + "".join(lines[-rows:]), encoding="utf-8")
    return path


def _title(dice: random.Random) -> str:
    which = dice.random()
    if which < 0.6:
        show = dice.randrange(40)
        name = f"{dice.choice(_NOUNS)} {dice.choice(_NOUNS)} {dice.randrange(4)}"
        return f"The {_NOUNS[show % 10]} House {show}: Season {dice.randrange(1, 5)}: {name}"
    if which < 0.8:
        return f"The {dice.choice(_NOUNS)} Keeper"
    return dice.choice(_UNKNOWN)


def exported(database: Database, user_id: int) -> bytes:
    """The user's export, byte for byte."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.zip")
        export_library(database, user_id, path)
        return path.read_bytes()


def told(database: Database, user_id: int) -> dict[str, bytes]:
    """The files of the user's export, without the one that says when."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.zip")
        export_library(database, user_id, path)
        with zipfile.ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist() if name != "mediatheque.json"}


def everything(database: Database, user_id: int) -> dict[str, Any]:
    """All that imports have made of a user's library, without the numbers that depend on how often they died."""
    with database.transaction() as db:
        assert_sound(db)
        kept = batches.list_batches(db, user_id)
        return {
            "export": told(database, user_id),
            "batches": [
                (
                    b.source,
                    b.file_name,
                    b.state,
                    b.rows_read,
                    b.new,
                    b.known,
                    b.rejected,
                    b.skipped,
                    b.review,
                    b.error,
                )
                for b in kept
            ],
            "rejections": [batches.rejections_of(db, b.id) for b in kept],
            **conclusions(db, user_id),
        }


def conclusions(db: Connection, user_id: int) -> dict[str, Any]:
    """Items, mentions, judgements and standings, each named by its work."""
    return {name: db.execute(text(sql), {"user": user_id}).all() for name, sql in _CONCLUSIONS.items()}


_CONCLUSIONS = {
    "items": """
        SELECT i.work, p.work AS parent, m.work AS merged_into,
            ARRAY(SELECT key FROM item_titles t WHERE t.item_id = i.id ORDER BY key) AS keys
        FROM items i LEFT JOIN items p ON p.id = i.parent_id LEFT JOIN items m ON m.id = i.merged_into
        WHERE i.owner_id = :user ORDER BY i.id
    """,
    "mentions": """
        SELECT m.work, p.work AS parent, i.work AS item, i.owner_id IS NULL AS is_listed
        FROM mentions m LEFT JOIN mentions p ON p.id = m.parent_id LEFT JOIN items i ON i.id = m.item_id
        WHERE m.user_id = :user ORDER BY m.id
    """,
    "judgements": """
        SELECT m.work, j.verdict, j.by, j.score, i.work AS item,
            ARRAY(SELECT c.work FROM jsonb_array_elements(j.candidates) AS e
                  LEFT JOIN items c ON c.id = (e ->> 'item_id')::bigint) AS candidates
        FROM judgements j JOIN mentions m ON m.id = j.mention_id LEFT JOIN items i ON i.id = j.item_id
        WHERE m.user_id = :user AND j.retracted_at IS NULL ORDER BY m.id
    """,
    "standings": """
        SELECT i.work, ui.seen_count, ui.episodes_seen, ui.is_saved, ui.is_hidden, ui.liking, ui.first_at,
            ui.last_at, r.value AS rating, r.rated_at
        FROM user_items ui JOIN items i ON i.id = ui.item_id
        LEFT JOIN ratings r ON r.user_id = ui.user_id AND r.item_id = ui.item_id
        WHERE ui.user_id = :user ORDER BY i.id
    """,
}


def assert_sound(db: Connection) -> None:
    """What holds at every moment, for everybody."""
    for wrong, sql in _WRONGS.items():
        assert db.execute(text(f"SELECT count(*) FROM ({sql}) AS wrong")).scalar() == 0, wrong


_WRONGS = {
    "an event is on another item than its record's mention": """
        SELECT FROM events e JOIN records r ON r.id = e.record_id JOIN mentions m ON m.id = r.mention_id
        WHERE e.item_id IS DISTINCT FROM m.item_id
    """,
    "an event is on an item that was merged into another, or is somebody else's": """
        SELECT FROM events e JOIN items i ON i.id = e.item_id
        WHERE i.merged_into IS NOT NULL OR i.owner_id <> e.user_id
    """,
    "a mention has no item or no judgement": """
        SELECT FROM mentions m WHERE m.item_id IS NULL OR NOT EXISTS (
            SELECT FROM judgements j WHERE j.mention_id = m.id AND j.retracted_at IS NULL)
    """,
    "a batch counts other records than it has": """
        SELECT FROM batches b WHERE b.state <> 'undone'
            AND b.new_count <> (SELECT count(*) FROM records r WHERE r.batch_id = b.id)
    """,
    "a standing says something else than the events": """
        SELECT FROM user_items ui JOIN items i ON i.id = ui.item_id
        WHERE i.kind <> 'show' AND ui.seen_count <> (
            SELECT count(DISTINCT coalesce(CAST(e.at AS date)::text, '')) FROM events e
            WHERE e.user_id = ui.user_id AND e.item_id = ui.item_id AND e.kind IN ('watched', 'read', 'listened'))
    """,
    "an own item is left that nothing speaks of": """
        SELECT FROM items i WHERE i.owner_id IS NOT NULL AND i.merged_into IS NULL
            AND NOT EXISTS (SELECT FROM mentions m WHERE m.item_id = i.id)
            AND NOT EXISTS (SELECT FROM events e WHERE e.item_id = i.id)
            AND NOT EXISTS (SELECT FROM items c WHERE c.parent_id = i.id)
    """,
}
