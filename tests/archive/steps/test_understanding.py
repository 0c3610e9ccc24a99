"""From a transcript to what is searched: enriched, cut into passages, embedded; again and again without a trace."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from mediatheque.archive.queries import enrichment, passages, tags
from mediatheque.archive.queries.media import NewMedia, add_media, media_with_id, update_media
from mediatheque.archive.queries.transcript import Line, save_transcript
from mediatheque.archive.steps import Tools, embed, enrich
from mediatheque.archive.steps import passages as cutting
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Cancelled
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.resolve.normalise import title_keys
from mediatheque.stores.vectors import store
from mediatheque.tools.embedder import Embedder
from mediatheque.vocabulary import Credit, Kind, Role, Work
from spoken_text import BAKING, BRIDGES, lines_from


@dataclass
class Going:
    """Somebody who listens to progress, and may have had enough."""

    has_enough: bool = False
    lines: list[str] = field(default_factory=list[str])

    def report(self, fraction: float, line: str) -> None:
        assert 0.0 <= fraction <= 1.0
        self.lines.append(line)
        self.check()

    def check(self) -> None:
        if self.has_enough:
            raise Cancelled("enough")

    def is_cancelled(self) -> bool:
        return self.has_enough


@dataclass
class Bench:
    """The tools that these steps work with."""

    embedder: Embedder | None = None
    llm: Any = None
    data_dir: Path = Path()

    def as_tools(self) -> Tools:
        return cast("Tools", self)


def recording(db: Connection, user: User, text: str, **rest: Any) -> int:
    media_id, _ = add_media(db, NewMedia(user_id=user.id, origin="file", given="REC_0042.wav", **rest))
    speak(db, media_id, lines_from(text))
    return media_id


def speak(db: Connection, media_id: int, lines: list[Line]) -> None:
    save_transcript(db, media_id, lines, origin="speech", model="tests", language="en")
    update_media(db, media_id, duration_ms=lines[-1].end_ms if lines else 0)


def do(db: Connection, step: Any, media_id: int, bench: Bench, going: Going | None = None) -> None:
    given = step.read(db, media_id)
    if given is not None:
        assert step.write(db, media_id, step.run(given, bench.as_tools(), going or Going())) is None


def do_all(db: Connection, media_id: int, bench: Bench) -> None:
    for step in (enrich, cutting, embed):
        do(db, step, media_id, bench)


def embedded(db: Connection, embedder: Embedder, passage_ids: list[int]) -> int:
    model = store().model_id(db, embedder.name)
    return len(store().passage_vectors(db, model, passage_ids)) if model is not None else 0


@pytest.mark.parametrize("has_embedder", [True, False])
def test_a_transcript_becomes_searchable(
    db: Connection, ada: User, embedder: Embedder, has_embedder: bool
) -> None:
    media_id = recording(db, ada, BRIDGES)
    do_all(db, media_id, Bench(embedder if has_embedder else None))
    made = enrichment.enrichment_of(db, ada.id, media_id)
    assert made is not None
    assert made.made_by == "extractive"
    assert "bridge" in made.summary
    assert any("bridge" in tag.name.lower() for tag in tags.tags_of(db, ada.id, media_id))
    # The name that a recorder gave it counts for nothing.
    assert "REC_0042" not in media_with_id(db, media_id, ada.id).title
    cut = passages.passages_of(db, ada.id, media_id)
    assert " ".join(p.text for p in cut).split() == BRIDGES.split()
    assert embedded(db, embedder, [p.id for p in cut]) == (len(cut) if has_embedder else 0)


def test_done_again_there_is_nothing_twice(db: Connection, ada: User, embedder: Embedder) -> None:
    media_id = recording(db, ada, BRIDGES)
    bench = Bench(embedder)
    do_all(db, media_id, bench)
    tags.set_persons_tags(db, ada.id, media_id, add=["To show Ben"], remove=["towers"])
    before = [(p.position, p.text) for p in passages.passages_of(db, ada.id, media_id)]
    do_all(db, media_id, bench)
    again = passages.passages_of(db, ada.id, media_id)
    assert [(p.position, p.text) for p in again] == before
    assert embedded(db, embedder, [p.id for p in again]) == len(again)
    names = [tag.name for tag in tags.tags_of(db, ada.id, media_id)]
    assert names[0] == "To show Ben"
    assert "towers" not in names


def test_another_transcript_takes_the_place_of_what_was_made(
    db: Connection, ada: User, embedder: Embedder
) -> None:
    media_id = recording(db, ada, BRIDGES)
    bench = Bench(embedder)
    do_all(db, media_id, bench)
    speak(db, media_id, lines_from(BAKING))
    do_all(db, media_id, bench)
    made = enrichment.enrichment_of(db, ada.id, media_id)
    assert made is not None
    assert "bridge" not in made.summary.lower()
    assert "bridge" not in " ".join(p.text for p in passages.passages_of(db, ada.id, media_id))
    speak(db, media_id, [])
    do_all(db, media_id, bench)
    assert passages.passages_of(db, ada.id, media_id) == []
    assert [tag for tag in tags.tags_of(db, ada.id, media_id) if tag.by == "machine"] == []
    silent = enrichment.enrichment_of(db, ada.id, media_id)
    assert silent is not None
    assert silent.summary == ""


def test_works_that_are_named_are_linked_to_the_catalogue(db: Connection, ada: User, ben: User) -> None:
    alien = Work(kind=Kind.FILM, title="Alien", year=1979, credits=(Credit("Ridley Scott", Role.DIRECTOR),))
    bens = Work(kind=Kind.FILM, title="The Anchors", year=2020)
    (film,) = add_items(db, [NewItem(work=alien, title_keys=title_keys(alien))])
    add_items(db, [NewItem(work=bens, title_keys=title_keys(bens), owner_id=ben.id)])
    media_id = recording(
        db, ada, f"{BRIDGES} Later we watched the film Alien. Then we saw the film The Anchors."
    )
    do(db, enrich, media_id, Bench())
    (mention,) = enrichment.work_mentions_of(db, ada.id, media_id)
    assert (mention.item.id, mention.said) == (film, "Alien")
    (where,) = enrichment.mentions_of_item(db, ada.id, film)
    assert where.media_id == media_id


def test_tags_keep_to_those_of_other_recordings(db: Connection, ada: User, embedder: Embedder) -> None:
    first = recording(db, ada, BAKING)
    tags.set_persons_tags(db, ada.id, first, add=["Suspension Bridges"])
    second = recording(db, ada, BRIDGES)
    do(db, enrich, second, Bench(embedder))
    names = [tag.name for tag in tags.tags_of(db, ada.id, second)]
    assert "Suspension Bridges" in names
    assert "suspension bridge" not in names


def test_who_has_had_enough_leaves_nothing_half_done(
    database: Database, ada: User, embedder: Embedder
) -> None:
    with database.transaction() as db:
        media_id = recording(db, ada, BRIDGES)
        do(db, cutting, media_id, Bench())
        given = embed.read(db, media_id)
    assert given is not None
    with pytest.raises(Cancelled):
        embed.run(given, Bench(embedder).as_tools(), Going(has_enough=True))
    with database.transaction() as db:
        assert embedded(db, embedder, [text.passage_id for text in given]) == 0


def test_a_recording_that_is_gone_has_nothing_to_do(db: Connection) -> None:
    assert enrich.read(db, 1) is None
    assert cutting.read(db, 1) is None
    assert embed.read(db, 1) is None
