"""A file may speak of a show and of its episodes: both are about one show."""

from __future__ import annotations

import zipfile
from pathlib import Path

from mediatheque.flows.import_history import import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.library.queries import history
from mediatheque.library.queries.users import User

VIEWS = """Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,Latest Bookmark,Country
Mira,2024-02-17 20:01:11,00:48:10,,Dark: Season 1: Secrets (Episode 1),,TV,00:48:10,00:48:10,SE
"""
RATINGS = """Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Device Model,Event Utc Ts,Region View Date
Mira,Dark,thumb,,3,TV,2024-02-18 08:00:00,2024-02-18
"""


def test_a_rating_of_a_show_beside_its_episodes(database: Database, ada: User, tmp_path: Path) -> None:
    path = tmp_path / "account.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("CONTENT_INTERACTION/ViewingActivity.csv", VIEWS)
        archive.writestr("CONTENT_INTERACTION/Ratings.csv", RATINGS)
    batch = import_file(database, ada.id, path)
    assert (batch.new, batch.rejected) == (2, 0)
    with database.transaction() as db:
        liked, watched = (entry.item for entry in history.history(db, ada.id))
        assert liked is not None
        assert watched is not None
        assert watched.parent_id == liked.id
        standing = history.standings(db, ada.id, [liked.id])[liked.id]
        assert (standing.liking, standing.episodes_seen) == (1, 1)
    undo_batch(database, ada.id, batch.id)
    with database.transaction() as db:
        assert history.all_standings(db, ada.id) == []
