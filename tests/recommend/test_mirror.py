"""The catalogue's vectors in this process: the same neighbours as the database finds, and no older than it says."""

from __future__ import annotations

import numpy as np
import pytest

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User
from mediatheque.recommend.mirror import Mirror, Mirrors, read_mirror
from mediatheque.recommend.neighbours import near_each, vectors_of
from mediatheque.recommend.queries.eligible import Eligible
from mediatheque.recommend.request import USUAL_KINDS, Means, Request, Rules
from mediatheque.recommend.serve import recommend
from mediatheque.vocabulary import EventKind, Kind, Work


def mirror_of(db: Connection, most: int = 100) -> Mirror:
    made = read_mirror(db, world.model(db), most)
    assert made is not None
    return made


def test_it_finds_what_the_database_finds(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    show = world.add(db, Work(kind=Kind.SHOW, title="Dark"), {"space": 1})
    episode = world.add(
        db, Work(kind=Kind.EPISODE, title="Secrets", series_title="Dark"), {"space": 1}, parent_id=show
    )
    world.add(db, Work(kind=Kind.FILM, title="Of Ben's"), {"space": 1}, owner_id=ada.id)
    made, model = mirror_of(db), world.model(db)
    assert made.item_ids.tolist() == sorted([*ids.values(), show, episode])
    asked = [world.vector({"space": 1.0, "sea": 0.1}), world.vector({"romance": 1.0, "sea": 0.2})]
    cases = (
        Eligible(viewer=ada.id, kinds=USUAL_KINDS),
        Eligible(viewer=ada.id, kinds=(Kind.FILM,), never=frozenset([ids["Moon"], ids["Emma"], 99_999])),
        Eligible(viewer=ada.id, kinds=(Kind.EPISODE,)),
        Eligible(viewer=ada.id, kinds=(Kind.EPISODE,), closed=frozenset([show])),
        Eligible(viewer=ada.id, kinds=(Kind.BOOK,)),
    )
    for which in cases:
        found = near_each(db, model, asked, [4, 3], which, made)
        assert set(found) == set(near_each(db, model, asked, [4, 3], which, None))
        assert len(found) == len(set(found))


def test_vectors_are_those_that_are_kept_and_what_is_not_mirrored_is_asked_for(
    db: Connection, ada: User
) -> None:
    ids = world.add_films(db)
    made, model = mirror_of(db), world.model(db)
    own = world.add(db, world.film("Own"), {"sea": 1.0}, owner_id=ada.id)
    bare = world.add(db, world.film("Bare"))
    wanted = [ids["Jaws"], own, bare, ids["Jaws"], 99_999]
    found, kept = vectors_of(db, model, made, wanted), vectors_of(db, model, None, wanted)
    assert set(found) == set(kept) == {ids["Jaws"], own}
    for item_id, vector in kept.items():
        np.testing.assert_allclose(found[item_id], vector, atol=1e-3)
    assert vectors_of(db, None, None, wanted) == {}


def test_too_large_a_catalogue_is_searched_where_it_is_kept(db: Connection) -> None:
    world.add_films(db)
    assert read_mirror(db, world.model(db), 13) is None
    assert Mirrors(most=13).current(db, world.model(db)) is None


def test_a_new_title_is_seen_at_the_next_look(db: Connection) -> None:
    world.add_films(db)
    mirrors, model = Mirrors(look_every_s=0), world.model(db)
    before = mirrors.current(db, model)
    assert before is not None
    assert mirrors.current(db, model) is not None
    # What this transaction wrote is not counted yet, so the looks themselves bring the copy up to date.
    later = world.add(db, world.film("Later"), {"space": 1.0})
    for _ in range(16):
        now = mirrors.current(db, model)
    assert now is not None
    assert later in now.item_ids.tolist()


@pytest.mark.parametrize("rules", [Rules(), Rules(languages=("en",)), Rules(kinds=(Kind.FILM,))])
def test_a_list_is_the_same_with_and_without(db: Connection, ada: User, rules: Rules) -> None:
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Contact"]], EventKind.LIKED)
    world.tell(db, ada, ids["Jaws"], EventKind.DISLIKED)
    request, model = Request(n=8, rules=rules), world.model(db)
    without = recommend(db, ada.id, request, Means(model_id=model))
    found = recommend(db, ada.id, request, Means(model_id=model, mirrors=Mirrors()))
    assert [r.item.id for r in found] == [r.item.id for r in without]
    assert [r.score for r in found] == pytest.approx([r.score for r in without], abs=1e-3)
