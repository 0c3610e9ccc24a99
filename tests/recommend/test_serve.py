"""The list for one person: what may be on it, in which order, from where, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small_world as world
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.users import User
from mediatheque.recommend.listing import methods
from mediatheque.recommend.request import USUAL_KINDS
from mediatheque.vocabulary import EventKind, Kind, Recommendation, Work


def titles(found: Sequence[Recommendation]) -> list[str]:
    return [r.item.title for r in found]


def test_a_new_person_gets_what_is_popular_and_is_told_why(db: Connection, ada: User) -> None:
    world.add_films(db)
    found = world.recommended(db, ada.id, n=4, model_id=world.model(db))
    assert len(found) == 4
    assert {r.method for r in found} == {"popular"}
    assert {r.fallback for r in found} == {
        "nothing is known about your taste yet, so this is what is popular"
    }


def test_without_embeddings_a_known_person_gets_what_is_popular_and_is_told_why(
    db: Connection, ada: User
) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Emma"], EventKind.RATED, 5.0)
    (first,) = world.recommended(db, ada.id, n=1, method="content")
    assert first.fallback == "there are no embeddings to compare titles by, so this is what is popular"
    assert world.recommended(db, ada.id, n=1, method="popular")[0].fallback is None


def test_asking_for_more_than_there_are_gives_all_of_them_once(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Emma"], EventKind.RATED, 5.0)
    for method in methods():
        found = world.recommended(db, ada.id, n=500, method=method, model_id=world.model(db))
        assert sorted(titles(found)) == sorted(set(ids) - {"Emma"})
    assert world.recommended(db, ada.id, n=0) == []


def test_what_a_method_cannot_fill_is_filled_with_what_is_popular_below_it(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    for n in range(5):
        world.add(db, world.film(f"Bare {n}"))
    world.tell(db, ada, ids["Emma"], EventKind.RATED, 5.0)
    found = world.recommended(db, ada.id, n=18, method="content", model_id=world.model(db))
    assert [r.method for r in found] == ["content"] * 13 + ["popular"] * 5
    assert found[-1].fallback == "content found no more than 13, so the rest is what is popular"
    scores = [r.score for r in found]
    assert scores == sorted(scores, reverse=True)


def test_episodes_and_videos_come_only_when_asked_for(db: Connection, ada: User) -> None:
    show = world.add(db, Work(kind=Kind.SHOW, title="Dark"), {"space": 1})
    world.add(db, Work(kind=Kind.EPISODE, title="Secrets", series_title="Dark"), {"space": 1}, parent_id=show)
    world.add(db, Work(kind=Kind.VIDEO, title="Clip"), {"space": 1})
    assert titles(world.recommended(db, ada.id)) == ["Dark"]
    assert titles(world.recommended(db, ada.id, kinds=[Kind.EPISODE])) == ["Secrets"]
    assert titles(world.recommended(db, ada.id, kinds=[Kind.VIDEO])) == ["Clip"]


def test_a_show_with_a_seen_episode_is_known_its_other_episodes_are_not(db: Connection, ada: User) -> None:
    show = world.add(db, Work(kind=Kind.SHOW, title="Dark"))
    episodes = [
        world.add(db, Work(kind=Kind.EPISODE, title=f"E{n}", series_title="Dark"), parent_id=show)
        for n in (1, 2)
    ]
    world.tell(db, ada, episodes[0], EventKind.WATCHED)
    assert world.recommended(db, ada.id) == []
    assert titles(world.recommended(db, ada.id, kinds=[Kind.EPISODE])) == ["E2"]
    world.tell(db, ada, show, EventKind.HIDDEN)
    assert world.recommended(db, ada.id, kinds=[Kind.EPISODE]) == []


@pytest.mark.parametrize(
    "kind", [EventKind.WATCHED, EventKind.RATED, EventKind.DISLIKED, EventKind.HIDDEN, EventKind.STARTED]
)
def test_what_is_known_is_not_recommended(db: Connection, ada: User, kind: EventKind) -> None:
    film = world.add(db, world.film("Moon"))
    world.tell(db, ada, film, kind, 4.0 if kind is EventKind.RATED else None)
    assert world.recommended(db, ada.id) == []


def test_what_is_on_the_list_stays_eligible_and_says_so(db: Connection, ada: User) -> None:
    world.tell(db, ada, world.add(db, world.film("Moon")), EventKind.SAVED)
    (only,) = world.recommended(db, ada.id)
    assert only.because.endswith(" It is on your list.")


def test_another_person_s_own_items_stay_theirs(db: Connection, ada: User, ben: User) -> None:
    world.add(db, world.film("Ben's home video"), {"space": 1}, owner_id=ben.id)
    own = world.add(db, world.film("Ada's home video"), {"space": 1}, owner_id=ada.id)
    assert world.recommended(db, ada.id, model_id=world.model(db)) == []
    world.tell(db, ada, own, EventKind.SAVED)
    assert titles(world.recommended(db, ada.id, model_id=world.model(db))) == ["Ada's home video"]


def test_an_unknown_method_names_those_there_are(db: Connection, ada: User) -> None:
    with pytest.raises(Invalid, match="because-you-liked"):
        world.recommended(db, ada.id, method="oracle")


def test_a_taste_shows_at_once_and_a_new_rating_changes_the_next_list(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Contact"]], EventKind.LIKED)
    model = world.model(db)
    assert set(titles(world.recommended(db, ada.id, n=3, model_id=model))) == {"Moon", "Solaris", "Alien"}
    world.tell(db, ada, [ids["Emma"], ids["Amour"]], EventKind.RATED, 5.0)
    assert {"Casablanca", "Persuasion"} & set(titles(world.recommended(db, ada.id, n=4, model_id=model)))


@dataclass(frozen=True)
class Small:
    """A library that is there once for all examples of a property."""

    database: Database
    ada: User
    ben: User
    items: tuple[int, ...]
    private: int
    children: dict[int, int]


@pytest.fixture
def small(database: Database, ada: User, ben: User) -> Small:
    with database.transaction() as db:
        ids = list(world.add_films(db).values())
        show = world.add(db, Work(kind=Kind.SHOW, title="Dark"), {"space": 1, "crime": 1})
        episodes = [
            world.add(db, Work(kind=Kind.EPISODE, title=f"E{n}"), {"space": 1}, parent_id=show)
            for n in range(3)
        ]
        bare = world.add(db, Work(kind=Kind.BOOK, title="Bare"))
        ids += [
            world.add(
                db,
                world.film(f"{language} {n}", language=language, minimum_age=age, services=on),
                {"crime": 1},
            )
            for n, (language, age, on) in enumerate(
                (
                    ("sv", 0, ("netflix",)),
                    ("sv", 16, ()),
                    ("ja", 7, ("mubi", "netflix")),
                    ("ja", 18, ("mubi",)),
                )
            )
        ]
        private = world.add(db, world.film("Ben's"), {"sea": 1}, owner_id=ben.id)
        world.tell(db, ben, ids[5:9], EventKind.WATCHED)
    children = dict.fromkeys(episodes, show)
    return Small(database, ada, ben, (*ids, show, *episodes, bare), private, children)


SEEN = (EventKind.WATCHED, EventKind.READ, EventKind.RATED, EventKind.LIKED, EventKind.DISLIKED)


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_seen_hidden_and_excluded_titles_are_never_returned(small: Small, data: st.DataObject) -> None:
    kinds_told = (*SEEN, EventKind.HIDDEN, EventKind.SAVED, EventKind.CLICKED)
    told = data.draw(
        st.lists(st.tuples(st.sampled_from(small.items), st.sampled_from(kinds_told)), max_size=15)
    )
    exclude = data.draw(st.lists(st.sampled_from(small.items), max_size=4))
    kinds = data.draw(st.lists(st.sampled_from(Kind), max_size=3, unique=True))
    method = data.draw(st.sampled_from(methods()))
    n = data.draw(st.integers(1, 25))
    per_series = data.draw(st.none() | st.integers(1, 3))
    variety = data.draw(st.sampled_from((0.0, 1.0, 3.0)))
    languages = data.draw(st.sampled_from(((), ("sv",), ("sv", "ja"))))
    services = data.draw(st.sampled_from((None, (), ("netflix",))))
    max_age = data.draw(st.sampled_from((None, 12)))
    with small.database.engine.connect() as db:
        for item, kind in told:
            value = data.draw(st.sampled_from((0.5, 3.0, 5.0))) if kind is EventKind.RATED else None
            world.tell(db, small.ada, item, kind, value)
        model = data.draw(st.sampled_from((world.model(db), None)))
        found = world.recommended(
            db,
            small.ada.id,
            kinds=kinds,
            n=n,
            exclude=exclude,
            method=method,
            model_id=model,
            per_series=per_series,
            variety=variety,
            languages=languages,
            services=services,
            max_age=max_age,
        )
        db.rollback()
    never = {item for item, kind in told if kind in SEEN or kind is EventKind.HIDDEN}
    never |= {small.children[item] for item, kind in told if item in small.children and kind in SEEN[:2]}
    never |= {small.private, *exclude}
    ids = [r.item.id for r in found]
    assert not set(ids) & never
    assert len(set(ids)) == len(ids) <= n
    assert {r.item.kind for r in found} <= set(kinds or USUAL_KINDS)
    works = [r.item.work for r in found]
    assert not languages or {work.language for work in works} <= set(languages)
    assert not max_age or all((work.minimum_age or 0) <= max_age for work in works)
    assert not services or all(set(work.services) & set(services) for work in works if work.kind is Kind.FILM)
    of_shows = [small.children[i] for i in ids if i in small.children]
    assert not per_series or len(of_shows) <= per_series
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)
    for r in found:
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)
        assert r.because.endswith(".")
