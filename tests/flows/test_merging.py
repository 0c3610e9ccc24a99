"""Items that turn out to be one: chains of merges, answers taken back in any order, and what is told meanwhile."""

from __future__ import annotations

import threading
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from histories import assert_sound, conclusions, exported
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.import_history import import_file
from mediatheque.flows.reviewing import answer, take_back
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries import history, items, mentions
from mediatheque.library.queries.items import NewItem
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Claim, Decision, Event, EventKind, Kind, Match, Verdict, Work

ARRIVAL = Work(kind=Kind.FILM, title="Arrival", year=2016)


def asked(
    db: Connection, user: User, title: str, kind: Kind = Kind.FILM, *candidates: int
) -> tuple[int, int]:
    """A mention with an item of its own, an event on it, and an open question: the mention's id and the item's."""
    work = Work(kind=kind, title=title)
    [own] = items.add_items(db, [NewItem(work=work, title_keys=title_keys(work), owner_id=user.id)])
    [mention] = mentions.add_mentions(
        db, user.id, [(mentions.fingerprint(work), work, None)], {mentions.fingerprint(work): own}
    ).values()
    near = tuple(Match(c, 0.6) for c in candidates)
    question = Decision(Verdict.ASK, near[0] if near else None, near)
    mentions.add_judgements(db, {mention.id: (question, own)}, by="resolver")
    history.add_events(db, user.id, [(own, Event(kind=EventKind.WATCHED), None)])
    return mention.id, own


def state(db: Connection, user: User) -> dict[str, Any]:
    questions = mentions.questions(db, user.id)
    return {
        **conclusions(db, user.id),
        "asked": [(q.mention.id, q.mention.item_id, q.candidates) for q in questions],
        "events": [(e.event, e.item.id if e.item else None) for e in history.history(db, user.id)],
    }


def listed(db: Connection, work: Work = ARRIVAL) -> int:
    [item] = items.add_items(db, [NewItem(work=work, title_keys=title_keys(work))])
    return item


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_answers_that_lead_to_each_other_are_taken_back_in_any_order(
    database: Database, ada: User, order: tuple[int, ...]
) -> None:
    """One own item is said to be another one, that one a third, and that one an entry."""
    with database.transaction() as db:
        entry = listed(db)
        third, third_item = asked(db, ada, "Arrival (film)", Kind.FILM, entry)
        second, second_item = asked(db, ada, "The Arrival", Kind.FILM, third_item)
        first, _ = asked(db, ada, "Arrival again", Kind.FILM, second_item)
        before = state(db, ada)
        answer(db, ada.id, first, second_item)
        answer(db, ada.id, second, third_item)
        answer(db, ada.id, third, entry)
        assert history.standings(db, ada.id, [entry])[entry].seen_count == 1
        assert {e.item.id for e in history.history(db, ada.id) if e.item} == {entry}
        for n in order:
            take_back(db, ada.id, (first, second, third)[n])
            assert_sound(db)
        assert state(db, ada) == before


def test_an_answer_can_be_taken_back_after_the_catalogue_took_what_it_named(
    database: Database, ada: User
) -> None:
    with database.transaction() as db:
        named = Work(kind=Kind.FILM, title="Arrival", year=2016)
        [own] = items.add_items(db, [NewItem(work=named, title_keys=title_keys(named), owner_id=ada.id)])
        spoken = mentions.add_mentions(
            db, ada.id, [(mentions.fingerprint(named), named, None)], {mentions.fingerprint(named): own}
        )
        [mention] = spoken.values()
        mentions.add_judgements(db, {mention.id: (Decision(Verdict.NEW), own)}, by="resolver")
        question, _ = asked(db, ada, "The Arrival", Kind.FILM, own)
        answer(db, ada.id, question, own)
        assert add_to_catalogue(db, [Claim("starter", "a", ARRIVAL)]).matched == 1
        asked_again = take_back(db, ada.id, question)
        assert asked_again.item_id != own
        assert [q.mention.id for q in mentions.questions(db, ada.id)] == [question]
        assert_sound(db)


def test_what_a_person_said_outlives_the_catalogue(database: Database, ada: User, ben: User) -> None:
    """Ada says that her film is none of what is there; then an entry for it comes, which Ben has seen too."""
    with database.transaction() as db:
        adas, own = asked(db, ada, "Arrival", Kind.FILM, listed(db, Work(kind=Kind.FILM, title="Arrivals")))
        db.execute(text("UPDATE mentions SET work = work || '{\"year\": 2016}' WHERE id = :id"), {"id": adas})
        items.save_works(db, {own: (ARRIVAL, title_keys(ARRIVAL))})
        answer(db, ada.id, adas, None)
        bens, bens_own = asked(db, ben, "Die Ankunft")
        add_to_catalogue(db, [Claim("starter", "a", ARRIVAL)])
        entry = items.item_with_id(db, own, ada.id).id
        assert entry != own
        answer(db, ben.id, bens, entry)
        before = state(db, ben)
        take_back(db, ada.id, adas)
        assert state(db, ben) == before
        assert [q.mention.item_id for q in mentions.questions(db, ada.id)] == [own]
        take_back(db, ben.id, bens)
        assert [q.mention.item_id for q in mentions.questions(db, ben.id)] == [bens_own]
        assert_sound(db)


def test_where_anothers_item_went_is_not_told(database: Database, ada: User, ben: User) -> None:
    with database.transaction() as db:
        question, own = asked(db, ada, "The Arrival")
        entry = listed(db)
        answer(db, ada.id, question, entry)
        assert items.item_with_id(db, own, ada.id).id == entry
        with pytest.raises(NotFound):
            items.item_with_id(db, own, ben.id)


def test_what_is_told_while_the_catalogue_takes_the_item_is_told_of_the_entry(
    database: Database, ada: User
) -> None:
    with database.transaction() as db:
        [own] = items.add_items(db, [NewItem(work=ARRIVAL, title_keys=title_keys(ARRIVAL), owner_id=ada.id)])
        history.add_events(db, ada.id, [(own, Event(kind=EventKind.WATCHED), None)])

    def tell() -> None:
        with database.transaction() as db:
            history.add_events(db, ada.id, [(own, Event(kind=EventKind.RATED, value=4.5), None)])

    telling = threading.Thread(target=tell)
    with database.transaction() as db:
        add_to_catalogue(db, [Claim("starter", "a", ARRIVAL)])
        telling.start()
        telling.join(0.3)  # it waits for its turn
        assert telling.is_alive()
    telling.join(10)
    with database.transaction() as db:
        entry = items.item_with_id(db, own, ada.id).id
        assert entry != own
        assert history.standings(db, ada.id, [entry])[entry].rating == 4.5
        assert_sound(db)


def test_what_is_told_of_an_item_that_was_taken_back_meanwhile_is_refused(
    database: Database, ada: User
) -> None:
    with database.transaction() as db, pytest.raises(NotFound):
        history.add_events(db, ada.id, [(987654, Event(kind=EventKind.WATCHED), None)])


def test_an_answer_about_a_show_is_taken_back_with_its_episodes_through_a_chain(
    database: Database, ada: User, tmp_path: Path
) -> None:
    path = tmp_path / "NetflixViewingHistory.csv"
    path.write_text(
        "Title,Date\n"
        + "".join(
            f'"{show}: Season 1: {name}","1/{n + 13}/21"\n'
            for n, (show, name) in enumerate(
                (show, name) for show in ("Dark", "Dark Again") for name in ("Secrets", "Lies", "Dusk")
            )
        )
    )
    batch = import_file(database, ada.id, path)
    with database.transaction() as db:
        shows = {
            row.title: row
            for row in db.execute(
                text("""
                    SELECT i.title, i.id, m.id AS mention FROM items i JOIN mentions m ON m.item_id = i.id
                    WHERE i.kind = 'show'
                """)
            )
        }
        first, second = shows["Dark Again"], shows["Dark"]
        for show in (first, second):
            question = Decision(Verdict.ASK, None, ())
            mentions.add_judgements(db, {show.mention: (question, show.id)}, by="resolver")
        before = state(db, ada)
    export = exported(database, ada.id)
    with database.transaction() as db:
        entry = listed(db, Work(kind=Kind.SHOW, title="Dark", year=2017))
        episode = Work(kind=Kind.EPISODE, title="Lies", series_title="Dark", season=1)
        items.add_items(db, [NewItem(work=episode, title_keys=(), parent_id=entry)])
        answer(db, ada.id, first.mention, second.id)
        answer(db, ada.id, second.mention, entry)
        assert history.standings(db, ada.id, [entry])[entry].episodes_seen == 3
        take_back(db, ada.id, first.mention)
        assert history.standings(db, ada.id, [first.id, entry])[first.id].episodes_seen == 3
        assert history.standings(db, ada.id, [first.id, entry])[entry].episodes_seen == 3
        take_back(db, ada.id, second.mention)
        assert_sound(db)
        after = state(db, ada)
        for known in (before, after):  # that episodes are placed again is a judgement of its own
            known["judgements"] = [j for j in known["judgements"] if j.work["kind"] == "show"]
        assert after == before
    assert exported(database, ada.id) == export
    undo_batch(database, ada.id, batch.id)
    with database.transaction() as db:
        assert not any(conclusions(db, ada.id).values())
