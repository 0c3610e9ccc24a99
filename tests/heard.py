"""A recording of somebody's as the graph knows one: shown as an item, tagged, with a named voice and a title it speaks of."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from mediatheque.archive.queries.passages import NewPassage, save_passages
from mediatheque.flows.archive_items import refresh_item
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque
from recordings import add_worked_on, end_job, mention


def add_heard(
    opened: Mediatheque, client: TestClient, user: User, folder: Path, *, title: str, speaks_of: int
) -> int:
    """The number of a recording; `title` is also in its tag, its speaker's name, and what is said."""
    media_id = add_worked_on(opened, user.id, folder, title=title, content=title.encode())
    with opened.database.transaction() as db:
        end_job(db, media_id)
        assert refresh_item(db, media_id) is not None
        save_passages(db, media_id, [NewPassage(0, 9_000, 0, f"{title} is what we talk about.")])
        mention(db, media_id, speaks_of)
    change = {"tags": [f"{title} tag"], "speakers": [{"number": 0, "name": f"{title} voice"}]}
    answer = client.patch(f"/api/media/{media_id}", json=change)
    assert answer.status_code == 200, answer.text
    return media_id
