"""Rows that hold more than can be kept are rejected in words, and the rows around them stay."""

from __future__ import annotations

import json
import random
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mediatheque.flows.exporting import export_library
from mediatheque.flows.import_history import import_file, preview_file
from mediatheque.importers import mediatheque as own_format
from mediatheque.kit.database import Database
from mediatheque.library.queries import batches, history
from mediatheque.library.queries.users import User

NOISE = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyzäöüß漢字", k=20_000))


def own_export(path: Path, *lines: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(own_format.MANIFEST_FILE, json.dumps(own_format.manifest("Ada", datetime.now(UTC))))
        archive.writestr(own_format.RECORDS_FILE, "".join(json.dumps(line) + "\n" for line in lines))
    return path


def line(n: int, work: dict[str, Any] | None = None, **event: Any) -> dict[str, Any]:
    return {
        "source": "netflix",
        "where": f"x:{n}",
        "payload": {"n": n},
        "work": {"kind": "film", "title": f"Film {n}"} | (work or {}),
        "events": [{"kind": "watched", "at": "2020-01-01T20:00:00+00:00"} | event],
    }


@pytest.mark.parametrize(
    "spoilt",
    [
        line(1, {"external_ids": {"x" * 50: "1"}}),
        line(1, {"genres": [NOISE]}),
        line(1, {"credits": [{"name": NOISE, "role": "cast"}]}),
        line(1, {"credits": [{"name": f"n{n}", "role": "cast"} for n in range(40_000)]}),
        line(1, {"year": 99_999}),
        line(1, {"season": 10**12}),
        line(1, {"language": "klingonisch"}),
        line(1, {"average_rating": 77}),
        line(1, {"popularity": 1e300}),
        line(1, {"rating_count": 10**15}),
        line(1, {"minimum_age": 22}),
        line(1, {"description": " ".join(f"w{n}" for n in range(300_000))}),
        line(1, {"kind": "episode", "series_title": NOISE}),
        line(1, {"series": NOISE}),
        line(1, {"series": "Dune", "series_position": 1e300}),
        line(1, {"based_on": [{"author": NOISE}]}),
        line(1, {"based_on": [{"author": "A", "title": NOISE}]}),
        line(1, {"based_on": [{"title": "Dune"}]}),
        line(1, value=1e308),
        # Of these the import went well, and whoever asked for the history afterwards got an error for ever.
        line(1, at="0001-01-01T00:00:00+14:00"),
        line(1, at="9999-12-31T23:59:59-14:00"),
        line(1) | {"key": "k" * 100_000},
    ],
    ids=range(22),
)
def test_a_row_beyond_the_bounds_spoils_no_other(
    database: Database, ada: User, tmp_path: Path, spoilt: dict[str, Any]
) -> None:
    path = own_export(tmp_path / "library.zip", line(0), spoilt, line(2))
    assert preview_file(database, ada.id, path).rejected_count == 1
    batch = import_file(database, ada.id, path)
    assert (batch.state, batch.new, batch.rejected) == ("done", 2, 1)
    with database.transaction() as db:
        [(row, _)] = batches.rejections_of(db, batch.id)
        assert row == 1
        assert len(history.history(db, ada.id)) == 2


def test_what_is_unusual_but_possible_is_kept(database: Database, ada: User, tmp_path: Path) -> None:
    path = own_export(
        tmp_path / "library.zip",
        line(0, {"title": "漢" * 1000}),
        line(1, {"title": "ﷺ" * 900}),  # which normalises to eighteen characters each
        line(2, {"title": NOISE[:1000]}),
        line(3, {"credits": [{"name": NOISE[:600], "role": "director"}]}),
        line(4, at="2020-01-01T00:00:00+23:59"),
        line(5, at="1900-01-01T00:00:00-23:59"),
    )
    batch = import_file(database, ada.id, path)
    assert (batch.new, batch.rejected) == (6, 0)
    export_library(database, ada.id, tmp_path / "again.zip")
    assert import_file(database, ada.id, tmp_path / "again.zip").known == 6
