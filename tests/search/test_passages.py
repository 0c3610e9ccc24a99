"""The minute that somebody remembers is found, in their own recordings alone, by words, by meaning and by filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import text

from mediatheque.archive.queries.media import NewMedia, add_media, put_in_trash, update_media
from mediatheque.archive.queries.passages import NewPassage, save_passages
from mediatheque.archive.queries.speakers import FoundSpeaker, name_speaker, set_speakers
from mediatheque.archive.queries.tags import set_persons_tags
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.items import ItemFilter, NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.search.highlighting import excerpt, highlights
from mediatheque.search.passages import PassageFilter, PassageHit, search_passages, search_recordings
from mediatheque.search.reading import read_wording
from mediatheque.stores.vectors import EmbeddedPassage, store
from mediatheque.vocabulary import Kind, Work

MODEL = "by hand"
TOPICS = ("bread", "boats", "bees", "brass")


def about(**topics: float) -> np.ndarray:
    """The unit vector of a text about these topics."""
    made = np.array([topics.get(topic, 0.0) for topic in TOPICS], np.float32)
    return made / np.linalg.norm(made)


@dataclass(frozen=True)
class Said:
    """What is said in one passage, by whom, and what it is about."""

    text: str
    vector: np.ndarray
    speaker: int | None = 0


BREAD = (
    Said("Feed the sourdough starter with rye flour every morning.", about(bread=1)),
    Said("My café bakes at two hundred and thirty degrees, with steam.", about(bread=1, brass=0.3), 1),
    Said("The crumb opens when the dough has rested overnight.", about(bread=1, boats=0.1)),
)
BOATS = (
    Said("A morning wind from the east carries the ketch out of the harbour.", about(boats=1)),
    Said("Varnish the mast with seven thin coats, and sand between them.", about(boats=1, brass=0.4), 1),
)


def record(
    db: Connection, user: User, name: str, said: Sequence[Said], **fields: object
) -> tuple[int, list[int]]:
    """A recording with these passages, ten seconds each; its number and theirs."""
    new = {"origin": "file", "given": name} | fields
    media, _ = add_media(db, NewMedia(user_id=user.id, **new))  # pyright: ignore[reportArgumentType]
    ids = save_passages(
        db, media, [NewPassage(n * 10_000, n * 10_000 + 9_500, s.speaker, s.text) for n, s in enumerate(said)]
    )
    numbers = sorted({s.speaker for s in said if s.speaker is not None})
    set_speakers(db, media, [FoundSpeaker(number=n, speaking_ms=1_000) for n in numbers])
    model = store().ensure_model(db, MODEL, len(TOPICS))
    rows = [EmbeddedPassage(i, s.vector) for i, s in zip(ids, said, strict=True)]
    store().put_passages(db, model, rows)
    return media, ids


@pytest.fixture
def archive(db: Connection, ada: User, ben: User) -> Mapping[str, int]:
    """Ada's recordings about bread and boats; Ben has one with the same words."""
    return {
        "bread": record(db, ada, "bread.mp3", BREAD)[0],
        "boats": record(
            db,
            ada,
            "https://www.youtube.com/watch?v=aaaaaaaaaaa",
            BOATS,
            origin="link",
            link="https://www.youtube.com/watch?v=aaaaaaaaaaa",
            language="en",
            found={"title": "Under sail", "published_at": "2019-05-04T10:00:00+00:00"},
        )[0],
        "bens": record(db, ben, "ben.mp3", BREAD + BOATS)[0],
    }


@pytest.fixture
def finding(db: Connection, ada: User, archive: Mapping[str, int]) -> Callable[..., list[PassageHit]]:
    def find(query: str, vector: np.ndarray | None = None, **options: object) -> list[PassageHit]:
        return search_passages(db, ada.id, query, embedder_name=MODEL, vector=vector, **options)  # type: ignore[arg-type]

    return find


def texts(hits: Sequence[PassageHit]) -> list[str]:
    return [hit.text for hit in hits]


def test_words_find_the_moment_and_who_said_it(
    finding: Callable[..., list[PassageHit]], archive: Mapping[str, int]
) -> None:
    (hit,) = finding("varnish mast")
    assert (hit.media_id, hit.title, hit.start_ms, hit.end_ms) == (
        archive["boats"],
        "Under sail",
        10_000,
        19_500,
    )
    assert (hit.speaker, hit.speaker_name, hit.matched, hit.similarity) == (1, None, ("text",), None)
    assert [hit.text[a:b] for a, b in hit.highlights] == ["Varnish", "mast"]


def test_accents_phrases_beginnings_and_unwanted_words(finding: Callable[..., list[PassageHit]]) -> None:
    assert texts(finding("cafe")) == [BREAD[1].text]
    assert texts(finding('"thin coats"')) == [BOATS[1].text]
    assert finding('"coats thin"') == []
    assert texts(finding("sourd")) == [BREAD[0].text]
    assert texts(finding("morning")) == [BREAD[0].text, BOATS[0].text]
    assert texts(finding("morning -sourdough")) == [BOATS[0].text]


def test_a_question_finds_what_says_most_of_its_rarer_words(finding: Callable[..., list[PassageHit]]) -> None:
    assert texts(finding("How often do I feed a starter made of rye or wheat?"))[0] == BREAD[0].text


def test_meaning_and_words_are_fused(finding: Callable[..., list[PassageHit]]) -> None:
    meant = finding("when does it rise", about(bread=1, boats=0.1), mode="semantic")
    assert texts(meant)[0] == BREAD[2].text
    assert meant[0].similarity == pytest.approx(1.0, abs=1e-3)
    assert BOATS[0].text not in texts(meant)  # too unlike
    both = finding("steam", about(bread=1))
    assert (texts(both)[0], both[0].matched) == (BREAD[1].text, ("text", "semantic"))
    assert [hit.score for hit in both] == sorted((hit.score for hit in both), reverse=True)
    assert texts(finding("steam", about(bread=1), mode="text")) == [BREAD[1].text]


def test_only_what_is_ones_own_and_not_in_the_trash_is_found(
    db: Connection, ada: User, ben: User, archive: Mapping[str, int]
) -> None:
    def found(user: User) -> set[int]:
        hits = search_passages(db, user.id, "sourdough", embedder_name=MODEL, vector=about(bread=1))
        return {hit.media_id for hit in hits}

    assert (found(ada), found(ben)) == ({archive["bread"]}, {archive["bens"]})
    put_in_trash(db, archive["bread"], ada.id)
    assert (found(ada), found(ben)) == (set(), {archive["bens"]})
    update_media(db, archive["bens"], duplicate_of=archive["bread"])
    assert found(ben) == set()


def test_the_filters(
    db: Connection, ada: User, finding: Callable[..., list[PassageHit]], archive: Mapping[str, int]
) -> None:
    set_persons_tags(db, ada.id, archive["bread"], add=["Baking"])
    name_speaker(db, archive["boats"], ada.id, 1, "Tove")
    update_media(db, archive["boats"], has_video=True)

    def found(**which: object) -> set[int]:
        hits = finding("morning", about(bread=1, boats=1), which=PassageFilter(**which))  # type: ignore[arg-type]
        return {hit.media_id for hit in hits}

    bread, boats = {archive["bread"]}, {archive["boats"]}
    now = datetime.now(UTC)
    assert found() == bread | boats
    assert found(media_ids=(archive["boats"], archive["bens"])) == boats
    assert found(tags=("baking", "else")) == bread
    assert found(speakers=("tove",)) == boats
    assert found(speakers=("nobody",)) == set()
    assert found(speakers=("1",), media_ids=(archive["bread"],)) == bread
    assert found(speakers=("1",)) == set()  # a number alone is nobody
    assert found(origins=("file", "recording")) == bread
    assert found(sources=("youtube",)) == found(sources=("YouTube.com",)) == boats
    assert found(sources=("tube.com",)) == set()
    assert found(languages=("en",)) == boats
    assert found(kinds=(Kind.AUDIO,)) == bread
    assert found(published_since=datetime(2019, 5, 4, tzinfo=UTC)) == boats
    assert found(published_until=datetime(2019, 5, 4, tzinfo=UTC)) == set()
    assert found(added_since=now.replace(year=now.year + 1)) == set()
    assert found(tags=("baking",), sources=("youtube",)) == set()
    (hit,) = finding("varnish", which=PassageFilter(speakers=("Tove",)))
    assert hit.speaker_name == "Tove"


def test_what_is_asked_of_items_is_asked_of_what_a_recording_is_shown_as(
    db: Connection, ada: User, finding: Callable[..., list[PassageHit]], archive: Mapping[str, int]
) -> None:
    (item,) = add_items(
        db,
        [NewItem(work=Work(kind=Kind.VIDEO, title="Under sail", year=2019), title_keys=(), owner_id=ada.id)],
    )
    update_media(db, archive["boats"], item_id=item)
    of_2019 = PassageFilter(item=ItemFilter(year_from=2019, year_to=2019))
    assert {hit.media_id for hit in finding("morning", which=of_2019)} == {archive["boats"]}
    films = PassageFilter(item=ItemFilter(kinds=(Kind.FILM,)))
    assert finding("morning", which=films) == []


def test_passages_come_by_recording(db: Connection, ada: User, archive: Mapping[str, int]) -> None:
    found = search_recordings(
        db, ada.id, "morning", embedder_name=MODEL, vector=about(bread=1), passages_each=2
    )
    assert [hit.media.id for hit in found] == [archive["bread"], archive["boats"]]
    assert [(len(hit.passages), hit.count) for hit in found] == [(2, 3), (1, 1)]
    assert found[0].score == found[0].passages[0].score >= found[1].score
    assert found[1].media.title == "Under sail"


def test_a_word_that_everybody_says_all_the_time_is_bounded(db: Connection, ada: User) -> None:
    media, _ = add_media(db, NewMedia(user_id=ada.id, origin="file", given="long.mp3"))
    save_passages(
        db, media, [NewPassage(n, n + 1, None, f"honestly nothing much number{n}") for n in range(1_200)]
    )

    def found(query: str) -> list[str]:
        return texts(search_passages(db, ada.id, query, embedder_name=None, vector=None, limit=20))

    assert len(found("honestly")) == 20
    assert found("honestly number77")[0] == "honestly nothing much number77"
    assert found("honestly number77.") == ["honestly nothing much number77"]
    assert found("honestly, is it number31 or number32")[:2] == [
        f"honestly nothing much number{n}" for n in (31, 32)
    ]


def test_an_archive_without_vectors_is_searched_by_words(db: Connection, ada: User) -> None:
    record(db, ada, "bread.mp3", BREAD)
    store().forget_model(db, MODEL)
    assert len(search_passages(db, ada.id, "sourdough", embedder_name=MODEL, vector=about(bread=1))) == 1
    assert search_passages(db, ada.id, "?!", embedder_name=None, vector=None) == []
    db.execute(text("DELETE FROM passages"))
    assert search_passages(db, ada.id, "sourdough", embedder_name=MODEL, vector=about(bread=1)) == []


@pytest.mark.parametrize("query", ["", "  ", "\x00"])
def test_nothing_is_no_query(finding: Callable[..., list[PassageHit]], query: str) -> None:
    with pytest.raises(Invalid):
        finding(query)
    with pytest.raises(Invalid, match="limit"):
        finding("bread", limit=0)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("CAFÉ crème", "le [Cafe] [crème], au [café]-crèmerie"),
        ('"au cafe"', "le Cafe crème, [au café]-crèmerie"),
        ("crem", "le Cafe [crème], au café-[crèmerie]"),
        ('"le cafe" cafe "cafe creme"', "[le Cafe crème], au [café]-crèmerie"),
        ("au", "le Cafe crème, [au] café-crèmerie"),
        ("latte", "le Cafe crème, au café-crèmerie"),
    ],
)
def test_what_is_highlighted(query: str, shown: str) -> None:
    plain = "le Cafe crème, au café-crèmerie"
    marked = plain
    for start, end in reversed(highlights(plain, read_wording(query))):
        marked = f"{marked[:start]}[{marked[start:end]}]{marked[end:]}"
    assert marked == shown


@pytest.mark.parametrize("at", [0, 40, 500, 990])
def test_an_excerpt_holds_what_is_highlighted(at: int) -> None:
    words = [f"w{n}" for n in range(1_000)]
    plain = " ".join(words)
    spans = highlights(plain, read_wording(f"w{at}"))
    cut, kept = excerpt(plain, spans, width=120)
    assert [cut[a:b] for a, b in kept] == [f"w{at}"]
    assert len(cut) <= 122
    assert set(cut.strip("…").split()) <= set(words)
    assert cut.startswith("…") == (at > 10)
    assert cut.endswith("…") == (at < 980)
    assert excerpt("short", [(0, 5)]) == ("short", ((0, 5),))
    assert excerpt(plain, [], width=20)[0].startswith("w0 w1")
