"""People who rate as one does: the same numbers in SQL as in numpy, and nothing that tells who they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from sqlalchemy import text

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User, add_user
from mediatheque.recommend.models import Histories, History, user_knn
from mediatheque.recommend.queries.peers import LEAST_PEOPLE, peers_of
from mediatheque.training import fitting
from mediatheque.training.interactions import Interactions
from mediatheque.vocabulary import EventKind

N_USERS, N_ITEMS = 60, 40


def rated_at_random(db: Connection, seed: int) -> tuple[list[int], list[int], npt.NDArray[np.float64]]:
    """Ids of users and items, and who rated what how; 0 is not at all. Some rate everything alike, one nothing."""
    chance = np.random.default_rng(seed)
    tastes = chance.normal(size=(N_USERS, 3)) @ chance.normal(size=(3, N_ITEMS))
    stars = np.clip(np.round(2 * (3 + tastes + chance.normal(size=tastes.shape))) / 2, 0.5, 5)
    stars *= chance.random(stars.shape) < chance.uniform(0.1, 0.8, (N_USERS, 1))
    stars[3] = np.where(stars[3] > 0, 4.0, 0.0)
    stars[4] = 0
    users = [add_user(db, f"Person {n}").id for n in range(N_USERS)]
    items = [world.add(db, world.film(f"Film {n}")) for n in range(N_ITEMS)]
    rows, columns = np.nonzero(stars)
    db.execute(
        text(
            "INSERT INTO ratings (user_id, item_id, value)"
            " SELECT * FROM unnest(CAST(:u AS bigint[]), CAST(:i AS bigint[]), CAST(:v AS real[]))"
        ),
        {
            "u": [users[row] for row in rows],
            "i": [items[column] for column in columns],
            "v": stars[rows, columns].tolist(),
        },
    )
    return users, items, stars


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_and_numpy_find_the_same_people_and_scores(db: Connection, seed: int) -> None:
    users, items, stars = rated_at_random(db, seed)
    rows, columns = np.nonzero(stars)
    config = user_knn.Config(neighbours=12, likeness="pearson", shrink=20.0, says="deviation")
    for asker in (0, 1, 2, 3, 4, 59):
        others = rows != asker
        seen = Interactions.of(
            rows[others], columns[others], N_USERS, N_ITEMS, weights=stars[rows, columns][others]
        )
        arrays = fitting.fit("user-knn", seen, config)
        own = np.flatnonzero(stars[asker])
        history = History(own.astype(np.int32), stars[asker][own].astype(np.float32))
        people, alike = user_knn.neighbours(arrays, config, history)
        told = db.execute(
            text("SELECT user_id, similarity FROM neighbours_by_pearson(:user, 12, 20) ORDER BY user_id"),
            {"user": users[asker]},
        ).all()
        assert [row.user_id for row in told] == [users[person] for person in people]
        np.testing.assert_allclose([row.similarity for row in told], alike, rtol=1e-6)
        scores = user_knn.score(arrays, config, Histories.of([history]))[0]
        found = db.execute(
            text("SELECT item_id, score FROM recommended_by_pearson(:user, 12, 20, 1)"),
            {"user": users[asker]},
        ).all()
        numbers = [items.index(row.item_id) for row in found]
        assert not set(numbers) & set(own.tolist())
        np.testing.assert_allclose([row.score for row in found], scores[numbers], rtol=1e-6, atol=1e-6)
        left = sorted({*range(N_ITEMS)} - {*numbers, *own.tolist()})
        assert not scores[left].any()


@pytest.fixture
def company(db: Connection, ada: User) -> tuple[dict[str, int], list[User]]:
    """Ada, and five who rate as she does: four of them saw Heat, two saw Drive, all five saw Vertigo."""
    ids = world.add_films(db)
    people = [add_user(db, name) for name in ("Cleo", "Dan", "Eve", "Fay", "Gus")]
    for user in (ada, *people):
        for title, stars in (("Arrival", 5.0), ("Contact", 4.5), ("Emma", 1.0), ("Jaws", 3.0)):
            world.tell(db, user, ids[title], EventKind.RATED, stars)
    for user, stars in zip(people, (5.0, 4.5, 4.0, 4.5), strict=False):
        world.tell(db, user, ids["Heat"], EventKind.RATED, stars)
    for user in people[:2]:
        world.tell(db, user, ids["Drive"], EventKind.RATED, 5.0)
    for user, stars in zip(people, (4.5, 4.5, 4.5, 2.5, 4.5), strict=True):
        world.tell(db, user, ids["Vertigo"], EventKind.RATED, stars)
    return ids, people


def test_they_are_counted_and_never_named(
    db: Connection, ada: User, company: tuple[dict[str, int], list[User]]
) -> None:
    ids, people = company
    first, second, *rest = world.recommended(db, ada.id, n=5, method="like-minded")
    assert (first.item.id, first.method) == (ids["Heat"], "like-minded")
    assert first.because == "4 people who rate like you gave it 4.5 on average."
    # One of five liked Vertigo less: to say so of one would tell what one thinks.
    assert second.item.id == ids["Vertigo"]
    assert [c.label for c in second.contributions] == ["people who rate like you"]
    # Two rated Drive, which is too few to be told.
    assert ids["Drive"] not in peers_of(db, ada.id).item_ids  # pyright: ignore[reportOptionalMemberAccess]
    assert {r.method for r in rest} == {"popular"}
    for r in (first, second, *rest):
        told = " ".join((r.because, r.fallback or "", *(c.label for c in r.contributions)))
        assert not [user.name for user in people if user.name in told]
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score)


def test_those_for_and_those_against_are_told_where_both_are_several(
    db: Connection, ada: User, company: tuple[dict[str, int], list[User]]
) -> None:
    ids, people = company
    for user, stars in zip([*people, add_user(db, "Hal")], (5.0, 5.0, 5.0, 2.5, 2.5, 2.5), strict=True):
        if user.name == "Hal":
            for title, own in (("Arrival", 5.0), ("Contact", 4.5), ("Emma", 1.0), ("Jaws", 3.0)):
                world.tell(db, user, ids[title], EventKind.RATED, own)
        world.tell(db, user, ids["Moon"], EventKind.RATED, stars)
    by_title = {r.item.title: r for r in world.recommended(db, ada.id, n=5, method="like-minded")}
    amounts = {c.name: c.amount for c in by_title["Moon"].contributions}
    assert amounts["people who rate like you"] > 0 > amounts["those of them who liked it less than most"]
    assert sum(amounts.values()) == pytest.approx(by_title["Moon"].score)


def test_own_items_of_others_are_never_among_them(
    db: Connection, ada: User, company: tuple[dict[str, int], list[User]]
) -> None:
    _, people = company
    own = world.add(db, world.film("A video"), owner_id=people[0].id)
    for user in people:
        world.tell(db, user, own, EventKind.RATED, 5.0)
    peers = peers_of(db, ada.id)
    assert peers is not None
    assert own not in peers.item_ids
    assert (peers.people >= LEAST_PEOPLE).all()


def test_who_cannot_be_served_is_told_why(
    db: Connection, ada: User, ben: User, company: tuple[dict[str, int], list[User]]
) -> None:
    def why(user: User) -> str | None:
        return world.recommended(db, user.id, n=1, method="like-minded")[0].fallback

    assert why(ben) == "you have not rated anything yet, so this is what is popular"
    world.tell(db, ben, company[0]["Solaris"], EventKind.RATED, 4.0)
    assert why(ben) == "fewer than 3 people here rate like you, so this is what is popular"
    then = world.recommended(db, ada.id, n=1, method="like-minded", as_of=world.NOW)
    assert "only somebody's own ratings of today" in str(then[0].fallback)
