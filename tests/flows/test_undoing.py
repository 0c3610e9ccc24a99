"""Undo: exactly what a batch brought goes, whatever else was imported before, after or beside it."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from histories import a_catalogue, assert_sound, conclusions, everything, exported, netflix, oldest_rows, told
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.import_history import import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.library.queries import history, mentions
from mediatheque.library.queries.users import User, add_user
from mediatheque.vocabulary import Claim, Kind, Work


def rows(path: Path, *titles: str, month: int = 3) -> Path:
    lines = "".join(f'"{title}","{month}/{n + 14}/21"\n' for n, title in enumerate(titles))
    path.write_text("Title,Date\n" + lines, encoding="utf-8")
    return path


def test_others_keep_what_they_share(database: Database, ada: User, ben: User, tmp_path: Path) -> None:
    a_catalogue(database)
    path = netflix(tmp_path / "a.csv", 300)
    import_file(database, ben.id, path)
    bens = everything(database, ben.id)
    batch = import_file(database, ada.id, path)
    undo_batch(database, ada.id, batch.id)
    assert everything(database, ben.id) == bens
    with database.transaction() as db:
        assert not any(conclusions(db, ada.id).values())


def test_batches_that_share_works_but_no_rows_can_be_undone_in_any_order(
    database: Database, other_database: Database, ada: User, tmp_path: Path
) -> None:
    """What is left is what a library would hold that had never seen the undone batch."""
    a_catalogue(database)
    a_catalogue(other_database)
    titles = (
        "Dark: Season 1: Lies",
        "The River Keeper",
        "The Night Keeper",
        "Own Film",
        "Dark: Season 1: Secrets",
    )
    first = rows(tmp_path / "first.csv", *titles)
    second = rows(tmp_path / "second.csv", *titles[::-1], "Dark: Season 2: Ghosts", month=5)
    batch = import_file(database, ada.id, first)
    import_file(database, ada.id, second)
    undo_batch(database, ada.id, batch.id)
    with other_database.transaction() as db:
        user = add_user(db, "Ada")
    import_file(other_database, user.id, second)
    assert told(database, ada.id) == told(other_database, user.id)
    with database.transaction() as db, other_database.transaction() as other_db:
        left, expected = conclusions(db, ada.id), conclusions(other_db, user.id)
    for name in left:
        assert sorted(map(repr, left[name])) == sorted(map(repr, expected[name])), name


def test_rows_that_a_later_batch_knew_already_go_with_the_first_and_come_back_with_either_file(
    database: Database, ada: User, tmp_path: Path
) -> None:
    """A row belongs to the batch that brought it: a later file that holds it too has only met it."""
    a_catalogue(database)
    longer = netflix(tmp_path / "longer.csv", 300)
    shorter = oldest_rows(tmp_path / "shorter.csv", 200, of=longer)
    first = import_file(database, ada.id, shorter)
    second = import_file(database, ada.id, longer)
    assert second.known == first.new
    with database.transaction() as db:
        whole = history.history(db, ada.id, limit=1000)
        before = {repr((e.event, e.item.work if e.item else None)) for e in whole}
    undo_batch(database, ada.id, first.id)
    with database.transaction() as db:
        assert len(history.history(db, ada.id, limit=1000)) == second.new
    again = import_file(database, ada.id, longer)
    assert (again.new, again.known) == (first.new, second.new)
    with database.transaction() as db:
        restored = history.history(db, ada.id, limit=1000)
        assert len(restored) == len(whole)
        assert {repr((e.event, e.item.work if e.item else None)) for e in restored} == before


def test_a_saved_show_is_saved_no_more_though_its_episodes_stay(
    database: Database, ada: User, tmp_path: Path
) -> None:
    import_file(database, ada.id, rows(tmp_path / "a.csv", "Dark: Season 1: Lies"))
    with database.transaction() as db:
        before = conclusions(db, ada.id)
    path = tmp_path / "netflix.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "MyList.csv",
            "Profile Name,Title Name,Country,Utc Title Add Date\nAda,Dark: Season 1: Lies,DE,2022-05-01\n",
        )
        archive.writestr(
            "ViewingActivity.csv",
            "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,"
            "Latest Bookmark,Country\n"
            "Ada,2022-05-02 20:00:00,00:50:00,,Dark: Season 1: Secrets (Episode 1),,TV,00:50:00,00:50:00,DE\n",
        )
        archive.writestr(
            "Ratings.csv",
            "Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Device Model,Event Utc Ts,Region View Date\n"
            "Ada,Dark,thumb,,2,TV,2022-05-03 10:00:00,2022-05-03\n",
        )
    batch = import_file(database, ada.id, path)
    assert batch.new == 3
    undo_batch(database, ada.id, batch.id)
    with database.transaction() as db:
        assert conclusions(db, ada.id) == before


def test_a_question_forgets_candidates_that_are_gone(database: Database, ada: User, tmp_path: Path) -> None:
    path = tmp_path / "watched.csv"
    path.write_text(
        "Date,Name,Year,Letterboxd URI\n2020-01-01,Suspiria,1977,https://boxd.it/1\n"
        "2020-01-02,Suspiria,2018,https://boxd.it/2\n"
    )
    first = import_file(database, ada.id, path)
    import_file(database, ada.id, rows(tmp_path / "a.csv", "Suspiria"))
    with database.transaction() as db:
        (question,) = mentions.questions(db, ada.id)
        assert len(question.candidates) == 2
    undo_batch(database, ada.id, first.id)
    with database.transaction() as db:
        assert mentions.questions(db, ada.id) == []
        assert_sound(db)


def test_undo_after_the_catalogue_found_the_own_items(database: Database, ada: User, tmp_path: Path) -> None:
    batch = import_file(database, ada.id, rows(tmp_path / "a.csv", "Arrival", "Dark: Season 1: Lies"))
    works = Work(kind=Kind.FILM, title="Arrival", year=2016), Work(kind=Kind.SHOW, title="Dark", year=2017)
    with database.transaction() as db:
        assert add_to_catalogue(db, [Claim("starter", w.title, w) for w in works]).matched == 2
    undo_batch(database, ada.id, batch.id)
    with database.transaction() as db:
        assert not any(conclusions(db, ada.id).values())
        assert_sound(db)


SHOWS = ("Dark", "The Bear", "Lupin")
FILMS = (
    "Arrival",
    "Roma",
    "Suspiria",
    "The River Keeper",
    "The Night Keeper",
    "Dune",
    "Dune: Part Two",
    "Heat",
)


def some_netflix(dice: random.Random, path: Path) -> Path:
    titles = [
        f"{dice.choice(SHOWS)}: Season {dice.randrange(1, 3)}: Chapter {dice.choice('ABC')}"
        if dice.random() < 0.5
        else dice.choice(FILMS)
        for _ in range(dice.randrange(1, 12))
    ]
    lines = "".join(f'"{title}","{dice.randrange(1, 4)}/{dice.randrange(1, 5)}/21"\n' for title in titles)
    path.write_text('Title,Date\n"Heat","12/31/20"\n' + lines)
    return path


def some_letterboxd(dice: random.Random, path: Path) -> Path:
    lines = "".join(
        f"2021-02-{dice.randrange(10, 28)},{title},{dice.choice((1977, 2018, 2021))},"
        f"https://boxd.it/{dice.randrange(9)},{dice.randrange(1, 11) / 2:g}\n"
        for title in dice.sample(FILMS, dice.randrange(1, 6))
    )
    path.write_text("Date,Name,Year,Letterboxd URI,Rating\n" + lines)
    return path


def some_trakt(dice: random.Random, path: Path) -> Path:
    entries: list[dict[str, object]] = []
    for n in dice.sample(range(50), dice.randrange(1, 7)):
        show, episode = dice.randrange(3), dice.randrange(3)
        entries.append(
            {
                "id": n,
                "watched_at": f"2021-04-{dice.randrange(1, 29):02}T20:00:00.000Z",
                "action": "watch",
                "type": "episode",
                "episode": {
                    "season": 1,
                    "number": episode + 1,
                    "title": f"Chapter {'ABC'[episode]}",
                    "runtime": dice.randrange(30, 60),
                    "ids": {"trakt": show * 10 + episode},
                },
                "show": {"title": SHOWS[show], "year": 2020, "ids": {"trakt": show + 1}},
            }
        )
    path.write_text(json.dumps(entries))
    return path


KINDS: tuple[tuple[str, Callable[[random.Random, Path], Path]], ...] = (
    ("netflix.csv", some_netflix),
    ("ratings.csv", some_letterboxd),
    ("history.json", some_trakt),
)


@pytest.mark.parametrize("seed", range(6))
def test_undoing_the_latest_batches_passes_through_every_state_before(
    database: Database, ada: User, tmp_path: Path, seed: int
) -> None:
    a_catalogue(database)
    dice = random.Random(seed)
    states: list[tuple[int, bytes, object]] = []

    def state() -> tuple[bytes, object]:
        with database.transaction() as db:
            assert_sound(db)
            return exported(database, ada.id), conclusions(db, ada.id)

    for n in range(6):
        before = state()
        name, write = dice.choice(KINDS)
        (tmp_path / str(n)).mkdir()
        batch = import_file(database, ada.id, write(dice, tmp_path / str(n) / name), chunk=4)
        states.append((batch.id, *before))
    for batch_id, export, worked_out in reversed(states):
        undo_batch(database, ada.id, batch_id)
        assert state() == (export, worked_out)


@pytest.mark.parametrize("seed", range(4))
def test_undoing_everything_in_any_order_leaves_nothing(
    database: Database, ada: User, tmp_path: Path, seed: int
) -> None:
    a_catalogue(database)
    dice = random.Random(100 + seed)
    before = exported(database, ada.id)
    undone: list[int] = []
    for n in range(6):
        name, write = dice.choice(KINDS)
        (tmp_path / str(n)).mkdir()
        undone.append(import_file(database, ada.id, write(dice, tmp_path / str(n) / name), chunk=4).id)
    dice.shuffle(undone)
    for batch_id in undone:
        undo_batch(database, ada.id, batch_id)
        with database.transaction() as db:
            assert_sound(db)
    with database.transaction() as db:
        assert not any(conclusions(db, ada.id).values())
    assert exported(database, ada.id) == before
