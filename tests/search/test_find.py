"""People find what they mean: by title, half a title, a misspelt one, a name, or what it is about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid, Unavailable
from mediatheque.library.queries.items import ItemFilter, item_with_id
from mediatheque.library.queries.users import User
from mediatheque.search.find import Mode, find, query_vector, similar
from mediatheque.tools.embedder import Embedder
from mediatheque.tools.embedder.openai import OpenAI
from mediatheque.vocabulary import Kind

IdOf = Callable[..., int]


def titles(hits: list) -> list[tuple[str, int | None]]:
    return [(hit.item.title, hit.item.work.year) for hit in hits]


@pytest.fixture
def finding(library: IdOf, db: Connection, ada: User, embedder: Embedder) -> Callable[..., list]:
    return lambda query, **options: find(db, embedder, query, options.pop("viewer", ada.id), **options)


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.TEXT])
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Inception", "Inception"),
        ("the godfather", "The Godfather"),
        ("godfather 2", "The Godfather Part II"),
        ("godfathr", "The Godfather"),
        ("incepton", "Inception"),
        ("incep", "Inception"),
        ("amelie", "Amélie"),
        ("パプリカ", "Paprika"),
        ("nolan dicaprio", "Inception"),
        ("frank herb", "Dune"),
        ("waitress paris", "Amélie"),
    ],
)
def test_words_find_their_work(finding: Callable[..., list], mode: str, query: str, first: str) -> None:
    hits = finding(query, mode=mode)
    assert hits[0].item.title == first
    assert "text" in hits[0].matched


@pytest.mark.parametrize("mode", [Mode.HYBRID, Mode.SEMANTIC])
def test_meaning_finds_what_no_word_says(finding: Callable[..., list], mode: str) -> None:
    hits = finding("stealing what sleepers imagine", mode=mode, threshold=0.2)
    assert {hit.item.title for hit in hits[:2]} == {"Inception", "Paprika"}
    assert hits[0].matched == ("semantic",)
    assert finding("stealing what sleepers imagine", mode=Mode.TEXT) == []


def test_exact_titles_come_first_then_those_that_go_on(finding: Callable[..., list]) -> None:
    hits = finding("alien")
    assert titles(hits)[:2] == [("Alien", 1979), ("Alien", 1932)]
    assert [h.item.title for h in hits[2:4]] == ["Alien Shores", "Aliens"]
    episode = next(h for h in hits if h.item.kind is Kind.EPISODE)
    assert episode.score < hits[3].score


def test_a_year_chooses_among_namesakes(finding: Callable[..., list]) -> None:
    assert titles(finding("dune 1984"))[0] == ("Dune", 1984)
    assert titles(finding("Dune (2021)"))[0] == ("Dune", 2021)


def test_scores_descend_within_zero_and_one(finding: Callable[..., list]) -> None:
    for mode in Mode:
        scores = [hit.score for hit in finding("dune desert planet", mode=mode, threshold=0.0)]
        assert scores
        assert scores == sorted(scores, reverse=True)
        assert all(0.0 <= score <= 1.0 for score in scores)


def test_the_threshold_is_of_meaning(finding: Callable[..., list]) -> None:
    near = finding("desert planet", mode=Mode.SEMANTIC, threshold=0.4)
    assert near
    assert all(hit.score >= 0.4 for hit in near)
    assert len(finding("desert planet", mode=Mode.SEMANTIC, threshold=0.0)) > len(near)
    assert finding("desert planet", mode=Mode.SEMANTIC, threshold=1.0) == []
    assert finding("inception", threshold=1.0)[0].item.title == "Inception"


@pytest.mark.parametrize("mode", list(Mode))
def test_filters_hold_in_every_mode(finding: Callable[..., list], mode: str) -> None:
    books = finding("dune desert planet", mode=mode, threshold=0.0, which=ItemFilter(kinds=(Kind.BOOK,)))
    assert titles(books) == [("Dune", 1965)]
    late = finding(
        "dune desert", mode=mode, threshold=0.0, which=ItemFilter(year_from=2000, genres=("crime",))
    )
    assert late == []
    french = finding("amelie waitress", mode=mode, threshold=0.0, which=ItemFilter(language="fr"))
    assert titles(french) == [("Amélie", 2001)]


def test_seen_and_unseen_can_be_told_apart(
    finding: Callable[..., list], library: IdOf, db: Connection, ada: User
) -> None:
    db.execute(
        text("INSERT INTO user_items (user_id, item_id, seen_count) VALUES (:user, :item, 1)"),
        {"user": ada.id, "item": library("Inception")},
    )
    dreams = {"query": "dreams", "threshold": 0.1}
    assert titles(finding(**dreams, which=ItemFilter(is_seen=True))) == [("Inception", 2010)]
    assert ("Inception", 2010) not in titles(finding(**dreams, which=ItemFilter(is_seen=False)))


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("query", ["dream diary of ben", "Ben talks about dreams and machines"])
def test_nobody_finds_what_is_another_persons(
    finding: Callable[..., list], ben: User, mode: str, query: str
) -> None:
    assert "Dream Diary of Ben" not in {h.item.title for h in finding(query, mode=mode, threshold=0.0)}
    assert "Dream Diary of Ben" in {
        h.item.title for h in finding(query, mode=mode, threshold=0.0, viewer=ben.id)
    }


def test_without_an_embedder_words_still_find(library: IdOf, db: Connection, ada: User) -> None:
    assert find(db, None, "inception", ada.id)[0].item.title == "Inception"
    with pytest.raises(Unavailable, match="MEDIATHEQUE_EMBEDDER"):
        find(db, None, "inception", ada.id, mode=Mode.SEMANTIC)


def test_an_embedder_that_does_not_answer_leaves_the_words(library: IdOf, db: Connection, ada: User) -> None:
    silent = OpenAI("http://127.0.0.1:9/v1", "nomic-embed-text", deadline_s=0.1)
    assert find(db, silent, "inception", ada.id)[0].matched == ("text",)
    with pytest.raises(Unavailable, match="cannot be reached"):
        find(db, silent, "inception", ada.id, mode=Mode.SEMANTIC)


def test_a_vector_made_beforehand_gives_the_same(
    finding: Callable[..., list], db: Connection, ada: User, embedder: Embedder
) -> None:
    vector = query_vector(embedder, "desert planet")
    assert vector is not None
    assert finding("desert planet", vector=vector) == finding("desert planet")
    assert query_vector(embedder, "desert planet", mode=Mode.TEXT) is None
    assert all(hit.matched == ("text",) for hit in finding("desert planet", vector=None))
    with pytest.raises(Unavailable):
        finding("desert planet", vector=None, mode=Mode.SEMANTIC)


@pytest.mark.parametrize(
    "options",
    [{"query": "  "}, {"mode": "magic"}, {"limit": 0}, {"limit": 101}, {"threshold": 1.1}, {"threshold": -1}],
)
def test_what_cannot_be_asked_is_explained(finding: Callable[..., list], options: dict) -> None:
    with pytest.raises(Invalid):
        finding(**{"query": "dune", **options})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_whatever_is_typed_is_answered(finding: Callable[..., list], typed: str) -> None:
    if typed.replace("\0", "").strip():
        assert len(finding(typed, limit=3)) <= 3
    else:
        with pytest.raises(Invalid, match="nothing to search for"):
            finding(typed, limit=3)


def test_like_an_item_are_others_of_its_meaning(
    library: IdOf, db: Connection, ada: User, embedder: Embedder
) -> None:
    inception = item_with_id(db, library("Inception"), ada.id)
    hits = similar(db, ada.id, inception, model=embedder.name, limit=3)
    assert hits[0].item.title == "Paprika"
    assert library("Inception") not in {hit.item.id for hit in hits}
    books = similar(db, ada.id, inception, model=embedder.name, which=ItemFilter(kinds=(Kind.BOOK,)))
    assert titles(books) == [("Dune", 1965)]
    assert similar(db, ada.id, inception, model="another") == []


def test_a_show_is_not_like_its_own_episodes(
    library: IdOf, database: Database, ada: User, embedder: Embedder
) -> None:
    show, episode = library("Alien Shores"), library("Alien", kind=Kind.EPISODE)
    with database.transaction() as db:
        db.execute(text("UPDATE items SET parent_id = :show WHERE id = :id"), {"show": show, "id": episode})
        of_show = similar(db, ada.id, item_with_id(db, show, ada.id), model=embedder.name)
        of_episode = similar(db, ada.id, item_with_id(db, episode, ada.id), model=embedder.name)
    assert episode not in {hit.item.id for hit in of_show}
    assert show not in {hit.item.id for hit in of_episode}
