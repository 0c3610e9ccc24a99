"""Lists as of a day in the past, for guests, and under rules of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries.users import User
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.request import Means, Request, Rules
from mediatheque.recommend.serve import recommend_from
from mediatheque.vocabulary import EventKind, Kind, Recommendation, Work


def titles(found: list[Recommendation]) -> list[str]:
    return [r.item.title for r in found]


def test_a_past_list_knows_nothing_that_came_later(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    model, day = world.model(db), world.NOW - timedelta(days=100)
    world.tell(db, ada, [ids["Arrival"], ids["Contact"]], EventKind.LIKED, days_ago=200)
    then = world.recommended(db, ada.id, n=6, model_id=model, as_of=day)
    world.tell(db, ada, [ids["Emma"], ids["Amour"]], EventKind.RATED, 5.0, days_ago=50)
    world.tell(db, ada, ids["Moon"], EventKind.WATCHED, days_ago=20)
    world.tell(db, ben, [ids["Jaws"], ids["Heat"]], EventKind.RATED, 5.0, days_ago=10)
    again = world.recommended(db, ada.id, n=6, model_id=model, as_of=day)
    assert [(r.item.id, r.score) for r in again] == [(r.item.id, pytest.approx(r.score)) for r in then]
    assert "Moon" in titles(again)
    assert {"Arrival", "Contact"}.isdisjoint(titles(again))
    assert "Moon" not in titles(world.recommended(db, ada.id, n=20, model_id=model))


def test_a_past_list_holds_what_was_out_and_never_what_is_hidden_now(db: Connection, ada: User) -> None:
    day = world.NOW - timedelta(days=400)
    for title, year in (("Old", 1990), ("Of that year", day.year), ("Later", day.year + 1)):
        world.add(db, world.film(title, year=year))
    hidden = world.add(db, world.film("Hidden since", year=1980))
    world.tell(db, ada, hidden, EventKind.HIDDEN)
    assert set(titles(world.recommended(db, ada.id, as_of=day))) == {"Old", "Of that year"}


def test_the_past_is_the_present_when_nothing_happened_since(db: Connection, ada: User, ben: User) -> None:
    ids = world.add_films(db)
    show = world.add(db, Work(kind=Kind.SHOW, title="Dark"), {"crime": 1})
    episode = world.add(db, Work(kind=Kind.EPISODE, title="E1", series_title="Dark"), parent_id=show)
    world.tell(db, ada, [ids["Arrival"], ids["Emma"]], EventKind.RATED, 4.5, days_ago=30)
    world.tell(db, ada, [ids["Heat"], episode], EventKind.WATCHED, days_ago=20)
    world.tell(db, ada, ids["Jaws"], EventKind.SAVED, days_ago=10)
    world.tell(db, ben, [ids["Moon"], ids["Drive"]], EventKind.LIKED, days_ago=10)
    model = world.model(db)
    now = world.recommended(db, ada.id, n=20, model_id=model, method="content")
    then = world.recommended(db, ada.id, n=20, model_id=model, method="content", as_of=datetime.now(UTC))
    assert {r.item.title: r.score for r in then} == pytest.approx(
        {r.item.title: r.score for r in now}, abs=1e-3
    )
    assert "Dark" not in titles(then)


def test_a_model_that_learned_from_what_came_later_has_no_say_in_the_past(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Arrival"], EventKind.LIKED, days_ago=200)
    day = world.NOW - timedelta(days=100)
    for last, has_say in ((world.NOW, False), (day - timedelta(days=1), True)):
        card = {"data": {"last_at": last.isoformat()}}
        on_duty = OnDuty(replace(world.a_model(db), card=MappingProxyType(card)))
        found = world.recommended(db, ada.id, method="collaborative", on_duty=on_duty, as_of=day)
        assert ({r.method for r in found} == {"collaborative"}) is has_say
        if not has_say:
            assert found[0].fallback is not None
            assert found[0].fallback.startswith("version 1 also learned from what came later")


def test_a_guest_s_titles_are_all_that_counts(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Emma"], ids["Amour"]], EventKind.RATED, 5.0)
    world.tell(db, ada, ids["Moon"], EventKind.WATCHED)
    means = Means(model_id=world.model(db))
    found = list(recommend_from(db, ada.id, [ids["Arrival"], ids["Contact"]], Request(n=3), means))
    assert set(titles(found)) == {"Moon", "Solaris", "Alien"}
    for r in found:
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)


def test_a_guest_cannot_ask_about_what_the_asker_may_not_see(db: Connection, ada: User, ben: User) -> None:
    private = world.add(db, world.film("Ben's"), owner_id=ben.id)
    with pytest.raises(NotFound, match=str(private)):
        recommend_from(db, ada.id, [private])


def test_so_many_of_a_series_at_most_though_others_must_fill_the_list(db: Connection, ada: User) -> None:
    for n in range(6):
        world.add(db, Work(kind=Kind.BOOK, title=f"Saga {n}", series_title="Saga"), {"sea": 1})
    for n in range(3):
        world.add(db, Work(kind=Kind.BOOK, title=f"Other {n}"))
    world.tell(db, ada, world.add(db, Work(kind=Kind.BOOK, title="Moby"), {"sea": 1}), EventKind.LIKED)
    model = world.model(db)
    every = world.recommended(db, ada.id, n=9, method="content", model_id=model)
    assert len(every) == 9
    few = titles(world.recommended(db, ada.id, n=9, method="content", model_id=model, per_series=2))
    assert sorted(t for t in few if t.startswith("Other")) == ["Other 0", "Other 1", "Other 2"]
    assert len([t for t in few if t.startswith("Saga")]) == 2


def test_without_variety_the_scores_alone_decide(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Emma"]], EventKind.LIKED)
    model = world.model(db)
    plain = world.recommended(db, ada.id, n=10, model_id=model, method="content", variety=0)
    assert all(c.name != "variety" for r in plain for c in r.contributions)
    varied = world.recommended(db, ada.id, n=10, model_id=model, method="content", variety=3)
    assert any(c.name == "variety" and c.amount < 0 for r in varied for c in r.contributions)


def test_rules_that_leave_nothing_are_refused() -> None:
    with pytest.raises(Invalid, match="1 or more"):
        Rules(per_series=0)
    with pytest.raises(Invalid, match="Variety"):
        Rules(variety=9)


def test_an_age_limit_holds_whatever_is_asked_for(db: Connection, ada: User) -> None:
    world.add(db, world.film("For all", minimum_age=0))
    world.add(db, world.film("For adults", minimum_age=18))
    assert set(titles(world.recommended(db, ada.id))) == {"For all", "For adults"}
    assert titles(world.recommended(db, ada.id, max_age=12)) == ["For all"]
