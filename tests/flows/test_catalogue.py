"""The catalogue and people's own items: claims make entries, entries find histories, answers repair and undo."""

from __future__ import annotations

from pathlib import Path

from mediatheque.enrich.sources import SourceSettings, SyncPlan
from mediatheque.flows.catalogue import add_to_catalogue, sync
from mediatheque.flows.import_history import import_file
from mediatheque.flows.rebuilding import rebuild_items
from mediatheque.flows.reviewing import answer, take_back
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries import history, items, mentions
from mediatheque.library.queries.history import HistoryEntry
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Claim, Credit, Item, Kind, Role, Work


def film(title: str, year: int, director: str, key: str | None = None) -> Claim:
    work = Work(kind=Kind.FILM, title=title, year=year, credits=(Credit(director, Role.DIRECTOR),))
    return Claim("starter", key or f"film:{title}-{year}", work)


def show(title: str, year: int) -> Claim:
    return Claim("starter", f"show:{title}-{year}", Work(kind=Kind.SHOW, title=title, year=year))


def netflix(path: Path, *titles: str) -> Path:
    rows = "".join(f'"{title}","3/{n + 14}/21"\n' for n, title in enumerate(titles))
    path.write_text("Title,Date\n" + rows, encoding="utf-8")
    return path


def item_of(entry: HistoryEntry) -> Item:
    assert entry.item is not None
    return entry.item


def seen(db: Connection, user: User) -> list[Item]:
    return [item_of(entry) for entry in history.history(db, user.id)]


def test_a_history_finds_the_catalogue(database: Database, ada: User, tmp_path: Path) -> None:
    with database.transaction() as db:
        add_to_catalogue(db, [film("The Seventh Seal", 1957, "Ingmar Bergman"), show("Dark", 2017)])
    import_file(database, ada.id, netflix(tmp_path / "a.csv", "The Seventh Seal", "Dark: Season 1: Secrets"))
    with database.transaction() as db:
        episode, seventh_seal = seen(db, ada)
        assert seventh_seal.is_listed
        assert seventh_seal.work.year == 1957
        assert (episode.kind, episode.is_listed) == (Kind.EPISODE, False)
        assert items.item_with_id(db, episode.parent_id or 0, ada.id).work.year == 2017


def test_an_entry_that_turns_up_later_finds_the_history(
    database: Database, ada: User, tmp_path: Path
) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv", "The Seventh Seal", "Dark: Season 1: Lies"))
    with database.transaction() as db:
        own = seen(db, ada)[1]
        assert not own.is_listed
        added = add_to_catalogue(db, [film("The Seventh Seal", 1957, "Ingmar Bergman"), show("Dark", 2017)])
        assert (added.new_items, added.matched) == (2, 2)
        episode, seventh_seal = seen(db, ada)
        assert seventh_seal.is_listed
        assert items.item_with_id(db, own.id, ada.id) == seventh_seal
        parent = items.item_with_id(db, episode.parent_id or 0, ada.id)
        assert parent.is_listed
        assert history.standings(db, ada.id, [parent.id])[parent.id].episodes_seen == 1


def ambiguous(database: Database, ada: User, tmp_path: Path) -> list[int]:
    """Two remakes in the catalogue, and a history that names no year; the entries' ids."""
    with database.transaction() as db:
        add_to_catalogue(
            db, [film("Suspiria", 1977, "Dario Argento"), film("Suspiria", 2018, "Luca Guadagnino")]
        )
        ids = [item.id for item in items.list_items(db, ada.id, items.ItemFilter())]
    import_file(database, ada.id, netflix(tmp_path / "a.csv", "Suspiria", "Roma", "Suspiria"))
    return ids


def test_one_answer_repairs_all_rows_is_remembered_and_can_be_undone(
    database: Database, ada: User, tmp_path: Path
) -> None:
    entries = ambiguous(database, ada, tmp_path)
    with database.transaction() as db:
        (question,) = mentions.questions(db, ada.id)
        assert {m.item_id for m in question.candidates} == set(entries)
        assert question.records == 2
        answer(db, ada.id, question.mention.id, entries[1])
        assert mentions.questions(db, ada.id) == []
        assert [item.id == entries[1] for item in seen(db, ada)] == [True, False, True]
    later = import_file(database, ada.id, netflix(tmp_path / "b.csv", "Alien", "Alien", "Alien", "Suspiria"))
    assert later.review == 0
    with database.transaction() as db:
        assert seen(db, ada)[0].id == entries[1]
        take_back(db, ada.id, question.mention.id)
        assert [q.mention.id for q in mentions.questions(db, ada.id)] == [question.mention.id]
        assert not any(item.id in entries for item in seen(db, ada))
        assert history.standings(db, ada.id, entries) == {}


def test_none_of_these_closes_the_question(database: Database, ada: User, tmp_path: Path) -> None:
    ambiguous(database, ada, tmp_path)
    with database.transaction() as db:
        (question,) = mentions.questions(db, ada.id)
        answer(db, ada.id, question.mention.id, None)
        assert mentions.questions(db, ada.id) == []
        take_back(db, ada.id, question.mention.id)
        assert len(mentions.questions(db, ada.id)) == 1


def test_the_starter_catalogue_syncs_once(database: Database, ada: User) -> None:
    plan = SyncPlan(limit=60)
    first = sync(database, "starter", SourceSettings(), plan)
    again = sync(database, "starter", SourceSettings(), plan)
    assert first.new_items == first.seen > 0
    assert (again.seen, again.new_claims, again.new_items) == (first.seen, 0, 0)
    with database.transaction() as db:
        assert sum(items.count_items(db).values()) == first.new_items


def test_what_comes_back_to_a_service_is_there_again(database: Database, ada: User) -> None:
    def told(*services: str) -> tuple[int, tuple[str, ...]]:
        with database.transaction() as db:
            work = Work(kind=Kind.FILM, title="Ponyo", year=2008, services=services, minimum_age=0)
            added = add_to_catalogue(db, [Claim("tmdb", "film:12429", work)])
            (item,) = items.list_items(db, ada.id, items.ItemFilter())
            return added.new_claims, item.work.services

    assert told("netflix") == (1, ("netflix",))
    assert told("netflix") == (0, ("netflix",))
    assert told() == (1, ())
    assert told("netflix") == (1, ("netflix",))
    with database.transaction() as db:
        which = items.ItemFilter(services=("netflix",), max_age=0, may_see_unrated=False)
        before = items.list_items(db, ada.id, which)
    rebuild_items(database)
    with database.transaction() as db:
        assert items.list_items(db, ada.id, which) == before != []


def test_what_is_made_from_ones_records_is_ones_own(
    database: Database, ada: User, ben: User, tmp_path: Path
) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv", "A Private Title"))
    with database.transaction() as db:
        (own,) = seen(db, ada)
        assert items.items_with_ids(db, [own.id], ben.id) == {}
        assert items.list_items(db, ben.id, items.ItemFilter()) == []
