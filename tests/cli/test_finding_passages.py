"""The minute that was meant, from the command line."""

from __future__ import annotations

import pytest
from tests.cli.conftest import Run

from mediatheque.archive.queries.media import NewMedia, add_media
from mediatheque.archive.queries.passages import NewPassage, save_passages
from mediatheque.archive.queries.speakers import FoundSpeaker, name_speaker, set_speakers
from mediatheque.archive.queries.tags import set_persons_tags
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User

pytestmark = pytest.mark.usefixtures("catalogue")
LONG = "and so on " * 60


@pytest.fixture(autouse=True)
def talk(database: Database, ada: User) -> int:
    """Ada's talk, in which Tove speaks of a film."""
    link = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
    with database.transaction() as db:
        new = NewMedia(
            user_id=ada.id,
            origin="link",
            given=link,
            link=link,
            found={"title": "Films I keep", "by": "Ada's evenings"},
        )
        media, _ = add_media(db, new)
        said = f"{LONG} then we saw Arrival in an empty cinema {LONG}"
        save_passages(db, media, [NewPassage(0, 9_000, 0, "Welcome."), NewPassage(761_400, 790_000, 1, said)])
        set_speakers(db, media, [FoundSpeaker(number=n, speaking_ms=1) for n in (0, 1)])
        name_speaker(db, media, ada.id, 1, "Tove")
        set_persons_tags(db, ada.id, media, add=["film"])
    return media


def test_passages_stand_below_items_with_their_time(run: Run) -> None:
    out = run("search", "arrival").out
    assert out.index("Villeneuve") < out.index("Films I keep") < out.index("12:41")
    assert "Tove: …" in out
    assert "saw Arrival in an empty" in " ".join(out.split())
    assert len(out.splitlines()) < 12  # long passages are cut
    assert "12:41" not in run("search", "arrival", "--in", "items").out
    assert "Villeneuve" not in run("search", "arrival", "--in", "passages").out


def test_a_program_reads_it_all(run: Run, talk: int) -> None:
    first, second = run("search", "arrival", "--json").lines
    assert first["item"]["title"] == "Arrival"
    assert (second["recording"]["id"], second["recording"]["title"]) == (talk, "Films I keep")
    (passage,) = second["passages"]
    ((start, end),) = passage["highlights"]
    assert passage["text"][start:end] == "Arrival"
    assert passage["link"] == "https://www.youtube.com/watch?v=aaaaaaaaaaa&t=761s"


@pytest.mark.parametrize(
    ("options", "is_found"),
    [
        (["--speaker", "tove"], True),
        (["--speaker", "Nobody"], False),
        (["--tag", "film"], True),
        (["--tag", "food"], False),
        (["--source", "youtube"], True),
        (["--source", "recording"], False),
        (["--since", "2020-01-01"], True),
        (["--until", "2020-01-01"], False),
    ],
)
def test_recordings_are_chosen(run: Run, options: list[str], is_found: bool) -> None:
    lines = run("search", "arrival", *options, "--json").lines
    assert [next(iter(line)) for line in lines] == ["recording"] * is_found
    if not is_found:
        assert "Nothing found" in run("search", "arrival", *options).out


def test_a_day_is_a_day(run: Run) -> None:
    run("search", "arrival", "--since", "yesterday", code=2)
