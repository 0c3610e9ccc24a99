"""A trained model in a list for one person: known answers, exact reasons, and a say that grows with what it knows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small_world as world
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.users import User
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.fold_in import HALF_BELIEVED, columns_of
from mediatheque.recommend.mix import shares
from mediatheque.recommend.queries.known import known_titles
from mediatheque.recommend.taste import Taste, learn, with_model
from mediatheque.vocabulary import EventKind, Kind, Work

ALL = ("because-you-liked", "collaborative", "content", "popular")


def taste_of(db: Connection, user: User) -> Taste:
    return with_model(learn(known_titles(db, user.id), world.NOW), world.a_model(db), world.NOW)


def test_scores_are_the_history_s_rows_added_up_the_best_new_title_is_one(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Arrival"], EventKind.LIKED, days_ago=0)
    world.tell(db, ada, ids["Emma"], EventKind.WATCHED, days_ago=0)
    world.tell(db, ada, ids["Jaws"], EventKind.DISLIKED, days_ago=0)
    folded = taste_of(db, ada).fold_in
    assert folded is not None
    near = {title: world.vector(topics) for title, topics in world.FILMS.items()}
    raw = {t: float(near["Arrival"] @ v + 0.6 * near["Emma"] @ v) for t, v in near.items()}
    best = max(amount for t, amount in raw.items() if t not in ("Arrival", "Emma", "Jaws"))
    wanted = [0.0 if t in ("Arrival", "Emma", "Jaws") else raw[t] / best for t in ids]
    assert folded.values_of(list(ids.values())) == pytest.approx(wanted, abs=1e-4)
    parts = folded.parts([ids["Contact"]])[ids["Contact"]].parts
    assert dict(zip(folded.item_ids.tolist(), parts.tolist(), strict=True)) == pytest.approx(
        {
            ids["Arrival"]: float(near["Arrival"] @ near["Contact"]) / best,
            ids["Emma"]: 0.6 * float(near["Emma"] @ near["Contact"]) / best,
        },
        abs=1e-4,
    )


def test_what_is_saved_may_come_what_is_known_may_not(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Arrival"], EventKind.LIKED)
    world.tell(db, ada, ids["Contact"], EventKind.SAVED)
    found = world.recommended(db, ada.id, n=5, method="collaborative", on_duty=OnDuty(world.a_model(db)))
    saved = next(r for r in found if r.item.title == "Contact")
    assert (
        saved.because
        == "People here who took to Arrival (you liked it) took to this too. It is on your list."
    )
    assert {r.method for r in found} == {"collaborative"}


def test_ids_the_model_does_not_know_have_no_column(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    later = world.add(db, world.film("Later"))
    model = world.a_model(db)
    assert columns_of(model, [ids["Contact"], later, 0]).tolist() == [1, -1, -1]
    assert columns_of(model, []).tolist() == []


def test_without_a_model_or_a_word_of_it_the_others_do_without(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Jaws"], EventKind.DISLIKED)
    taste = taste_of(db, ada)
    assert (taste.is_model_there, taste.fold_in) == (True, None)
    assert shares(taste, ALL)["collaborative"] == 0
    world.tell(db, ada, ids["Emma"], EventKind.LIKED)
    with_one, without = taste_of(db, ada), learn(known_titles(db, ada.id), world.NOW)
    assert shares(without, ALL)["collaborative"] == 0
    before = shares(without, ("because-you-liked", "content", "popular"))
    given_to = shares(with_one, ALL)
    assert given_to["popular"] == before["popular"]
    assert given_to["collaborative"] == pytest.approx((1 - before["popular"]) * 0.5 / (1 + HALF_BELIEVED))
    assert given_to["content"] / given_to["because-you-liked"] == pytest.approx(0.6 / 0.4)


@pytest.mark.parametrize("methods", [ALL, ALL[1:], ("collaborative", "popular"), ("collaborative",)])
def test_shares_add_up_and_the_say_grows_with_what_is_known(
    db: Connection, ada: User, methods: tuple[str, ...]
) -> None:
    ids = list(world.add_films(db).values())
    last = 0.0
    for known in (1, 3, 9):
        world.tell(db, ada, ids[:known], EventKind.LIKED)
        given_to = shares(taste_of(db, ada), methods)
        assert sum(given_to.values()) == pytest.approx(1)
        assert all(share >= 0 for share in given_to.values())
        assert given_to["collaborative"] > last or methods == ("collaborative",)
        last = given_to["collaborative"]


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_model_ever_brings_back_what_is_known_hidden_or_excluded(
    database: Database, ada: User, data: st.DataObject
) -> None:
    told_kinds = (EventKind.WATCHED, EventKind.RATED, EventKind.LIKED, EventKind.DISLIKED, EventKind.HIDDEN)
    with database.engine.connect() as db:
        ids = [*world.add_films(db).values(), world.add(db, Work(kind=Kind.BOOK, title="Bare"))]
        model = OnDuty(world.a_model(db))
        told = data.draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(told_kinds)), max_size=12))
        exclude = data.draw(st.lists(st.sampled_from(ids), max_size=4))
        for item, kind in told:
            value = data.draw(st.sampled_from((0.5, 3.0, 5.0))) if kind is EventKind.RATED else None
            world.tell(db, ada, item, kind, value)
        method = data.draw(st.sampled_from(("mixed", "collaborative")))
        vectors = data.draw(st.sampled_from((world.model(db), None)))
        n = data.draw(st.integers(1, 20))
        found = world.recommended(
            db, ada.id, n=n, exclude=exclude, method=method, model_id=vectors, on_duty=model
        )
        db.rollback()
    known = {item for item, _ in told} | set(exclude)
    assert not {r.item.id for r in found} & known
    assert len(found) == min(n, len(set(ids) - known))
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)
    for r in found:
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score, abs=1e-6)
        assert np.isfinite(r.score)
