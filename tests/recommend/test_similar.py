"""What is like a title: found by text, people, genres and a trained model, seen or not, with a true reason."""

from __future__ import annotations

from typing import Any

import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries.users import User
from mediatheque.recommend.champion import OnDuty
from mediatheque.recommend.request import Means, Recommended, Request, Rules
from mediatheque.recommend.similar import similar
from mediatheque.vocabulary import EventKind, Kind, Work


def like(
    db: Connection,
    user: User,
    item_id: int,
    *,
    n: int = 3,
    on_duty: OnDuty | None = None,
    embedded: bool = True,
    only_unseen: bool = False,
    **rules: Any,
) -> Recommended:
    means = Means(model_id=world.model(db) if embedded else None, on_duty=on_duty or OnDuty())
    request = Request(n=n, method="similar", rules=Rules(**rules))
    return similar(db, user.id, item_id, request, means, only_unseen=only_unseen)


def titles(found: Recommended) -> list[str]:
    return [r.item.title for r in found]


def test_what_is_near_comes_first_and_says_what_they_have_in_common(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    found = like(db, ada, ids["Emma"])
    assert set(titles(found)) == {"Persuasion", "Amour", "Casablanca"}
    assert {r.because for r in found} == {"Like Emma: also romance."}
    assert {(r.method, r.fallback) for r in found} == {("content", None)}
    assert found.recommendations[0].contributions[0].label == "like Emma"


def test_what_was_seen_stays_unless_only_unseen_is_asked_for_and_hidden_never_does(
    db: Connection, ada: User
) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, ids["Persuasion"], EventKind.WATCHED)
    world.tell(db, ada, ids["Amour"], EventKind.HIDDEN)
    assert set(titles(like(db, ada, ids["Emma"], n=2))) == {"Persuasion", "Casablanca"}
    assert "Persuasion" not in titles(like(db, ada, ids["Emma"], n=50, only_unseen=True))
    assert not {"Amour", "Emma"} & set(titles(like(db, ada, ids["Emma"], n=50)))


def test_without_embeddings_people_and_genres_decide_and_this_is_told(db: Connection, ada: User) -> None:
    heat = world.add(db, world.film("Heat", credits=world.by("Michael Mann")))
    thief = world.add(db, world.film("Thief", genres=("Crime",), credits=world.by("Michael Mann")))
    world.add(db, world.film("Drive"))
    world.add(db, world.film("Emma"))
    found = like(db, ada, heat, n=9, embedded=False)
    assert titles(found) == ["Thief", "Drive"]
    assert found.recommendations[0].item.id == thief
    assert found.recommendations[0].because == "Like Heat: also by Michael Mann, also crime."
    assert found.fallback == "no text of it has been embedded, so this goes by people and genres"


def test_a_trained_model_has_its_share_and_is_named(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    found = like(db, ada, ids["Heat"], on_duty=OnDuty(world.a_model(db)))
    assert (found.model, found.version) == ("wedlae", 1)
    assert titles(found)[0] == "Drive"
    named = {(c.method, c.label) for c in found.recommendations[0].contributions}
    assert {("content", "like Heat"), ("collaborative", "liked with Heat")} <= named
    assert found.recommendations[0].because == "Like Heat: also crime; people here took to both."


def test_rules_hold(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    dark = world.add(db, Work(kind=Kind.SHOW, title="Dark"), {"crime": 1})
    world.add(db, Work(kind=Kind.EPISODE, title="Secrets"), {"crime": 1}, parent_id=dark)
    assert titles(like(db, ada, ids["Heat"], kinds=(Kind.SHOW,))) == ["Dark"]
    assert titles(like(db, ada, ids["Heat"], kinds=(Kind.EPISODE,))) == ["Secrets"]
    # Nobody who asks about a show needs to be told of its episodes.
    assert titles(like(db, ada, dark, kinds=(Kind.EPISODE,))) == []
    assert "Drive" not in titles(like(db, ada, ids["Heat"], n=50, exclude=frozenset((ids["Drive"],))))


def test_a_video_is_like_other_videos_too(db: Connection, ada: User) -> None:
    first, _ = (world.add(db, Work(kind=Kind.VIDEO, title=f"Clip {n}"), {"sea": 1}) for n in range(2))
    assert titles(like(db, ada, first)) == ["Clip 1"]


def test_what_is_somebody_else_s_own_does_not_exist(db: Connection, ada: User, ben: User) -> None:
    own = world.add(db, world.film("Ben's"), {"sea": 1}, owner_id=ben.id)
    jaws = world.add(db, world.film("Jaws"), {"sea": 1})
    with pytest.raises(NotFound):
        like(db, ada, own)
    assert titles(like(db, ada, jaws)) == []
