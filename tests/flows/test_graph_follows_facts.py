"""Whatever happens to the facts, in whatever order, the graph is at each commit what it would be if it were built anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from histories import a_catalogue, netflix
from mediatheque.accounts.queries import erase
from mediatheque.archive.queries.enrichment import NewWorkMention, save_work_mentions
from mediatheque.archive.queries.media import (
    NewMedia,
    add_media,
    put_in_trash,
    remove_media,
    take_from_trash,
    update_media,
)
from mediatheque.archive.queries.passages import NewPassage, save_passages
from mediatheque.archive.queries.speakers import FoundSpeaker, name_speaker, set_speakers
from mediatheque.archive.queries.tags import save_machine_tags, set_persons_tags
from mediatheque.flows.archive_items import refresh_item
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.import_history import import_file
from mediatheque.flows.rebuilding import rebuild_graph
from mediatheque.flows.refreshing_graph import refresh_graph
from mediatheque.flows.reviewing import answer, take_back
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import MediathequeError
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.mentions import questions
from mediatheque.library.queries.users import add_user, set_sharing
from mediatheque.vocabulary import Claim, Credit, Event, EventKind, Kind, Original, Role, Work

_GENRES = ("Drama", "Science Fiction", "Crime", "Comedy")
_NAMES = ("Mira Halden", "Jonas Okoye", "Petra Lindqvist", "Director 0 1977")
_AUTHORS = _NAMES[:1]
_KINDS = (
    EventKind.WATCHED, EventKind.WATCHED, EventKind.LIKED, EventKind.DISLIKED, EventKind.SAVED,
    EventKind.UNSAVED, EventKind.HIDDEN, EventKind.READ, EventKind.LISTENED,
)  # fmt: skip


class World:
    """People, what they do, and what becomes of it; every step is one that the program offers."""

    def __init__(self, database: Database, folder: Path, seed: int) -> None:
        self.database, self.folder, self.dice = database, folder, random.Random(seed)
        self.batches: list[tuple[int, int]] = []
        self.answered: list[tuple[int, int]] = []
        self.steps = self.told = 0
        a_catalogue(database)
        with database.transaction() as db:
            self.people = [add_user(db, name).id for name in ("Ada", "Ben", "Cleo", "Dan")]

    def step(self) -> str:
        self.steps += 1
        doing: Callable[[], None] = self.dice.choice(
            [
                self.imports,
                self.imports,
                self.tells,
                self.tells,
                self.tells,
                self.tells,
                self.rates,
                self.rates,
                self.undoes,
                self.answers,
                self.answers,
                self.takes_back,
                self.catalogue,
                self.catalogue,
                self.catalogue,
                self.catalogue,
                self.records,
                self.records,
                self.changes_recording,
                self.changes_recording,
                self.changes_recording,
                self.shares,
                self.leaves,
            ]
        )
        try:
            doing()
        except MediathequeError as refused:
            return f"{doing.__name__}: {refused}"
        return doing.__name__

    def anybody(self) -> int:
        return self.dice.choice(self.people)

    def one_of(self, sql: str, **given: Any) -> int | None:
        with self.database.transaction() as db:
            ids = list(db.execute(text(sql), given).scalars())
        return self.dice.choice(ids) if ids else None

    def imports(self) -> None:
        person = self.anybody()
        path = netflix(
            self.folder / f"NetflixViewingHistory{self.steps}.csv",
            self.dice.randrange(5, 60),
            seed=self.dice.randrange(5),
        )
        self.batches.append((person, import_file(self.database, person, path, chunk=20).id))

    def undoes(self) -> None:
        if self.batches:
            undo_batch(self.database, *self.batches.pop(self.dice.randrange(len(self.batches))))

    def tells(self) -> None:
        self.told += 1
        self._tell(Event(kind=_KINDS[self.told % len(_KINDS)]))

    def rates(self) -> None:
        self._tell(Event(kind=EventKind.RATED, value=self.dice.choice((None, 0.5, 3.0, 4.5, 5.0))))

    def _tell(self, event: Event) -> None:
        person = self.anybody()
        item = self.one_of(
            "SELECT id FROM items WHERE merged_into IS NULL AND (owner_id IS NULL OR owner_id = :user)",
            user=person,
        )
        if item is not None:
            with self.database.transaction() as db:
                add_events(db, person, [(item, event, None)])

    def answers(self) -> None:
        person = self.anybody()
        with self.database.transaction() as db:
            asked = questions(db, person)
            if asked:
                question = self.dice.choice(asked)
                chosen = self.dice.choice([None, *(match.item_id for match in question.candidates)])
                answer(db, person, question.mention.id, chosen)
                self.answered.append((person, question.mention.id))

    def takes_back(self) -> None:
        if self.answered:
            person, mention = self.answered.pop(self.dice.randrange(len(self.answered)))
            with self.database.transaction() as db:
                take_back(db, person, mention)

    def catalogue(self) -> None:
        """A catalogue says something new, or something else; also of titles that people have as their own."""
        dice = self.dice
        own = self.one_of(
            "SELECT id FROM items WHERE owner_id IS NOT NULL AND merged_into IS NULL AND kind = 'film'"
        )
        with self.database.transaction() as db:
            title = "The River Keeper"
            if own is not None and dice.random() < 0.5:
                title = db.execute(text("SELECT title FROM items WHERE id = :id"), {"id": own}).scalar_one()
            kind = dice.choice((Kind.FILM, Kind.FILM, Kind.BOOK))
            maker = Role.AUTHOR if kind is Kind.BOOK else Role.DIRECTOR
            work = Work(
                kind=kind,
                title=title,
                year=dice.choice((1977, 1999, 2018)),
                genres=tuple(dice.sample(_GENRES, dice.randrange(3))),
                credits=(
                    Credit(dice.choice(_AUTHORS), maker),
                    Credit(dice.choice(_NAMES), Role.CAST, "somebody"),
                ),
                based_on=(Original(dice.choice(_NAMES)),)
                if kind is Kind.FILM and dice.random() < 0.5
                else (),
                series=dice.choice((None, "The Keepers")),
                series_position=float(dice.randrange(1, 4)),
            )
            add_to_catalogue(db, [Claim("tmdb", f"{kind}:{dice.randrange(6)}", work)])

    def records(self) -> None:
        """A recording with passages in which titles are named, tags, and people who speak."""
        person, dice = self.anybody(), self.dice
        with self.database.transaction() as db:
            media, _ = add_media(
                db, NewMedia(user_id=person, origin="file", given=f"talk{self.steps}.mp3", link=None)
            )
            update_media(db, media, duration_ms=60_000)
            refresh_item(db, media)
            self._understand(db, media)
            set_speakers(
                db,
                media,
                [FoundSpeaker(number=0, speaking_ms=40_000), FoundSpeaker(number=1, speaking_ms=9_000)],
            )
            name_speaker(db, media, person, 0, dice.choice(_NAMES))

    def _understand(self, db: Connection, media: int) -> None:
        dice = self.dice
        save_passages(
            db, media,
            [NewPassage(start_ms=n * 10_000, end_ms=n * 10_000 + 9_000, speaker=0, text=f"Part {n} of it.") for n in range(4)],
        )  # fmt: skip
        items = list(db.execute(text("SELECT id FROM items ORDER BY id")).scalars())
        named = dice.sample(items, min(len(items), dice.randrange(4)))
        save_work_mentions(
            db,
            media,
            [NewWorkMention(item, dice.randrange(40_000), "so called", dice.random()) for item in named],
        )
        save_machine_tags(db, media, dice.sample(("bees", "lighthouses", "ovens"), 2))

    def changes_recording(self) -> None:
        media = self.one_of("SELECT id FROM media")
        if media is None:
            return
        with self.database.transaction() as db:
            person = db.execute(text("SELECT user_id FROM media WHERE id = :id"), {"id": media}).scalar_one()
            change = self.dice.randrange(6)
            if change == 0:
                put_in_trash(db, media, person)
            elif change == 1:
                take_from_trash(db, media, person)
            elif change == 2:
                remove_media(db, media)
            elif change == 3:
                self._understand(db, media)
            elif change == 4:
                set_persons_tags(db, person, media, add=["mine"], remove=["bees"])
            else:
                name_speaker(db, media, person, 0, self.dice.choice((None, *_NAMES)))

    def shares(self) -> None:
        with self.database.transaction() as db:
            set_sharing(db, self.anybody(), self.dice.random() < 0.7)

    def leaves(self) -> None:
        if len(self.people) > 2 and self.dice.random() < 0.3:
            person = self.anybody()
            with self.database.transaction() as db:
                erase(db, person)
            self.people.remove(person)
            self.batches = [b for b in self.batches if b[0] != person]
            self.answered = [a for a in self.answered if a[0] != person]


def graph(database: Database) -> tuple[list[str], list[str]]:
    """All edges and all nodes."""
    with database.transaction() as db:
        assert db.execute(text("SELECT count(*) FROM graph_dirty")).scalar_one() == 0
        assert db.execute(text("SELECT count(*) FROM graph_bells")).scalar_one() == 0
        edges = db.execute(
            text("SELECT * FROM graph_edges ORDER BY source_id, target_id, type, owner_id")
        ).all()
        nodes = db.execute(text("SELECT * FROM graph_nodes ORDER BY id")).all()
    return [repr(edge) for edge in edges], [repr(node) for node in nodes]


def anew(database: Database) -> None:
    """Build the graph from nothing but the facts."""
    with database.transaction() as db:
        db.execute(text("TRUNCATE graph_edges, graph_nodes"))
    rebuild_graph(database)
    refresh_graph(database, None, everything=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_following_the_facts_is_building_anew(database: Database, tmp_path: Path, seed: int) -> None:
    world = World(database, tmp_path, seed)
    done = [world.step() for _ in range(60)]
    refresh_graph(database, None)
    followed = graph(database)
    with database.transaction() as db:
        types = set(
            db.execute(
                text("SELECT DISTINCT t.name FROM graph_edges e JOIN graph_types t ON t.code = e.type")
            ).scalars()
        )
    assert {"WATCHED", "DIRECTED_BY", "PART_OF"} <= types, done
    rebuild_graph(database)
    assert graph(database) == followed, done
    anew(database)
    assert graph(database) == followed, done


def test_every_way_that_a_graph_changes_is_tried(database: Database, tmp_path: Path) -> None:
    """So that the comparison above compares what it says."""
    world = World(database, tmp_path, 11)
    seen: set[str] = set()
    for _ in range(160):
        world.step()
        with database.transaction() as db:
            seen |= set(
                db.execute(
                    text("SELECT DISTINCT t.name FROM graph_edges e JOIN graph_types t ON t.code = e.type")
                ).scalars()
            )
    assert seen >= {
        "WATCHED", "RATED", "LIKES", "SAVED", "HAS_GENRE", "HAS_TAG", "DIRECTED_BY", "ACTED_IN", "PART_OF",
        "ADAPTED_FROM", "MENTIONED_IN", "SPEAKS_IN",
    }  # fmt: skip
