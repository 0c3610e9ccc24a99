"""What every recommender on the shelf promises, and what each answers where the answer is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

import small_world as world
from mediatheque.graph.queries.projection import follow
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.users import User, add_user
from mediatheque.recommend.algorithms import Search, algorithm, mixed, names, ready
from mediatheque.recommend.crowd import current_crowd
from mediatheque.recommend.listing import pool_of
from mediatheque.recommend.pool import Pool
from mediatheque.recommend.queries.eligible import Eligible, bounds
from mediatheque.recommend.queries.known import known_titles
from mediatheque.recommend.request import USUAL_KINDS
from mediatheque.recommend.taste import Taste, learn, with_model, with_vectors
from mediatheque.stores.vectors import store
from mediatheque.vocabulary import EventKind, Kind, Work


def taste_of(db: Connection, user: User) -> Taste:
    now = datetime.now(UTC)
    follow(db)  # as a commit would
    taste = with_model(learn(known_titles(db, user.id), now), world.a_model(db), now)
    taste = ready(db, names(), replace(taste, person=user.id))
    return with_vectors(taste, store().vectors_of(db, world.model(db), [s.item_id for s in taste.seeds]))


def search_for(db: Connection, user: User, n: int = 10, exclude: tuple[int, ...] = ()) -> Search:
    known = bounds(db, user.id).known
    return Search(
        Eligible(viewer=user.id, kinds=USUAL_KINDS, never=known.union(exclude)),
        n,
        world.model(db),
        current_crowd(db),
    )


@pytest.fixture
def films(db: Connection, ada: User, ben: User) -> dict[str, int]:
    """Ada loves two films about space and one romance, and dislikes a thriller; Ben has seen crime."""
    ids = world.add_films(db)
    world.tell(db, ada, ids["Arrival"], EventKind.RATED, 5.0)
    world.tell(db, ada, ids["Contact"], EventKind.RATED, 4.5)
    world.tell(db, ada, ids["Emma"], EventKind.LIKED)
    world.tell(db, ada, ids["Vertigo"], EventKind.DISLIKED)
    world.tell(db, ada, ids["Jaws"], EventKind.HIDDEN)
    world.tell(db, ben, [ids["Heat"], ids["Drive"]], EventKind.WATCHED)
    _add_company(db, ids)
    return ids


def _add_company(db: Connection, ids: dict[str, int]) -> None:
    """Four people who rate as Ada does, and lately all turned to the same six films."""
    for name in ("Dan", "Eve", "Fay", "Gus"):
        user = add_user(db, name)
        for title, stars in (("Arrival", 5.0), ("Contact", 4.5), ("Vertigo", 1.0), ("Emma", 4.5)):
            world.tell(db, user, ids[title], EventKind.WATCHED, days_ago=100)
            world.tell(db, user, ids[title], EventKind.RATED, stars, days_ago=100)
        for title in ("Solaris", "Alien", "Persuasion", "Casablanca", "Amour", "Das Boot"):
            world.tell(db, user, ids[title], EventKind.WATCHED)
            world.tell(db, user, ids[title], EventKind.RATED, 4.0)


@pytest.fixture
def pool(db: Connection, ada: User, films: dict[str, int]) -> Pool:
    """All that may be recommended to Ada."""
    return pool_of(db, taste_of(db, ada), search_for(db, ada), list(films.values()))


@pytest.mark.parametrize("name", names())
def test_finds_only_what_may_be_recommended(
    db: Connection, ada: User, films: dict[str, int], name: str
) -> None:
    search = search_for(db, ada, exclude=(films["Moon"],))
    found = algorithm(name).find(db, taste_of(db, ada), search)
    known = {films[t] for t in ("Arrival", "Contact", "Emma", "Vertigo", "Jaws", "Moon")}
    assert len(found) >= 5
    assert set(found) <= set(films.values()) - known


@pytest.mark.parametrize("name", names())
def test_scores_every_title_and_explains_each_score_as_a_sum(
    db: Connection, ada: User, pool: Pool, name: str
) -> None:
    taste = taste_of(db, ada)
    scores = algorithm(name).score(taste, pool)
    explained = algorithm(name).explain(taste, pool, range(len(pool)))
    assert scores.values.shape == scores.lanes.shape == (len(pool),)
    assert np.isfinite(scores.values).all()
    assert scores.values.max() <= 1 + 1e-6
    assert [sum(t.amount for t in terms) for terms in explained] == pytest.approx(list(scores.values))
    assert sum(scores.lane_shares) == pytest.approx(1)
    assert set(scores.lanes) <= {-1, *range(len(scores.lane_shares))}


@pytest.mark.parametrize("name", names())
def test_names_only_the_person_s_own_titles_in_an_explanation(
    db: Connection, ada: User, pool: Pool, name: str
) -> None:
    taste = taste_of(db, ada)
    own = {seed.item_id for seed in taste.seeds}
    explained = algorithm(name).explain(taste, pool, range(len(pool)))
    assert {t.item_id for terms in explained for t in terms if t.item_id is not None} <= own


@pytest.mark.parametrize("name", names())
def test_copes_with_knowing_nothing(db: Connection, ben: User, films: dict[str, int], name: str) -> None:
    it, nobody = algorithm(name), Taste()
    search = search_for(db, ben)
    everything = pool_of(db, nobody, search, list(films.values()))
    nothing = pool_of(db, nobody, search, [])
    assert it.why_not(nobody, current_crowd(db)) is None or it.find(db, nobody, search) == []
    assert it.score(nobody, everything).values.shape == (len(everything),)
    assert it.score(nobody, nothing).values.shape == (0,)
    assert it.explain(nobody, nothing, []) == []


@pytest.mark.parametrize("name", names())
def test_gives_no_opinion_on_what_is_not_embedded_but_serves_it_nevertheless(
    db: Connection, ada: User, films: dict[str, int], name: str
) -> None:
    bare = world.add(db, Work(kind=Kind.BOOK, title="Untold"))
    taste = taste_of(db, ada)
    pool = pool_of(db, taste, search_for(db, ada), [bare, films["Solaris"]])
    scores = algorithm(name).score(taste, pool)
    explained = algorithm(name).explain(taste, pool, [pool.item_ids.index(bare)])
    assert not any(term.item_id for term in explained[0])
    assert scores.values[pool.item_ids.index(bare)] <= scores.values[pool.item_ids.index(films["Solaris"])]


def test_an_unknown_algorithm_names_those_there_are() -> None:
    with pytest.raises(Invalid, match=r"because-you-liked, collaborative, connected, content.*popular"):
        algorithm("oracle")


def test_the_mixture_is_of_those_that_say_they_take_part() -> None:
    assert mixed() == ("because-you-liked", "collaborative", "connected", "content", "popular")


def titles(db: Connection, user: User, method: str, n: int) -> list[str]:
    found = world.recommended(db, user.id, n=n, method=method, model_id=world.model(db))
    assert [r.fallback for r in found] == [None] * n
    return [r.item.title for r in found]


def test_content_serves_both_interests_and_keeps_away_from_what_was_disliked(
    db: Connection, ada: User, films: dict[str, int]
) -> None:
    world.tell(db, ada, [films["Persuasion"], films["Moon"]], EventKind.LIKED)
    served = titles(db, ada, "content", 4)
    assert set(served[:2]) == {"Alien", "Amour"}
    assert set(served) == {"Alien", "Amour", "Solaris", "Casablanca"}
    taste = taste_of(db, ada)
    assert {frozenset(i.item_ids) for i in taste.interests} == {
        frozenset(films[t] for t in ("Arrival", "Contact", "Moon")),
        frozenset(films[t] for t in ("Emma", "Persuasion")),
    }


def test_content_pushes_down_what_is_like_a_disliked_title(db: Connection, films: dict[str, int]) -> None:
    cleo = add_user(db, "Cleo")
    world.tell(db, cleo, films["Emma"], EventKind.RATED, 5.0)
    assert titles(db, cleo, "content", 3) == ["Amour", "Persuasion", "Casablanca"]
    world.tell(db, cleo, films["Vertigo"], EventKind.DISLIKED)
    pushed = world.recommended(db, cleo.id, n=3, method="content", model_id=world.model(db))
    by_title = {r.item.title: {c.label: c.amount for c in r.contributions} for r in pushed}
    push = {title: terms.get("unlike Vertigo", 0.0) for title, terms in by_title.items()}
    assert push["Casablanca"] < 2 * push["Persuasion"] < 0
    assert [r.item.title for r in pushed][-1] == "Casablanca"


def test_because_you_liked_names_the_title(db: Connection, ada: User, films: dict[str, int]) -> None:
    found = world.recommended(db, ada.id, n=8, method="because-you-liked", model_id=world.model(db))
    because = {r.item.title: r.because for r in found}
    assert because["Amour"] == "Because you liked Emma: also romance."
    assert because["Moon"] == "Because you rated Arrival 5: also science fiction."
    assert all(r.method == "because-you-liked" for r in found)


def test_popular_goes_by_what_people_did_lately(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ben, [ids["Jaws"], ids["Heat"]], EventKind.WATCHED, days_ago=1)
    world.tell(db, ben, ids["Emma"], EventKind.WATCHED, days_ago=400)
    world.tell(db, ada, ids["Heat"], EventKind.WATCHED)
    served = world.recommended(db, ada.id, n=2, method="popular", model_id=world.model(db))
    assert [r.item.title for r in served] == ["Jaws", "Emma"]
    assert served[0].because == "1 person here has watched it."


def test_popular_believes_an_average_by_how_many_gave_it(db: Connection, ada: User) -> None:
    for title, average, count in (
        ("Once", 5.0, 1),
        ("Often", 4.4, 4000),
        ("Seldom", 4.5, 3),
        ("Bad", 1.5, 900),
    ):
        world.add(db, world.film(title, average_rating=average, rating_count=count))
    world.add(db, world.film("Unrated"))
    served = world.recommended(db, ada.id, n=5, method="popular")
    assert [r.item.title for r in served] == ["Often", "Seldom", "Once", "Unrated", "Bad"]
    assert served[0].because == "Rated 4.4 out of 5 by 4,000 people."
    assert served[3].because == "A science fiction film that you have not come across yet."
    assert current_crowd(db).item_ids.size == 4


def test_popular_orders_a_catalogue_without_figures_by_renown_and_never_by_chance(
    db: Connection, ada: User
) -> None:
    for title in ("A", "B", "C", "D"):
        world.add(db, world.film(title))
    famous = world.film("Famous", external_ids={"imdb": "tt1", "tmdb": "7"})
    world.add(db, famous)
    first = [r.item.title for r in world.recommended(db, ada.id, n=5, method="popular")]
    assert first[0] == "Famous"
    assert [r.item.title for r in world.recommended(db, ada.id, n=5, method="popular")] == first
