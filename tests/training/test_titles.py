"""Which titles models are made for: what people like, and the best-known besides, with what the catalogue says."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy", reason="training needs the extra 'train'")
pytest.importorskip("irspack", reason="training needs the extra 'train'")

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User
from mediatheque.recommend.models import content
from mediatheque.recommend.opinions import Opinions
from mediatheque.training import fitting
from mediatheque.training.dataset import read
from mediatheque.training.queries import Part
from mediatheque.training.titles import read_titles
from mediatheque.vocabulary import EventKind, Kind, Work


def test_titles_that_nobody_likes_get_columns_the_best_known_first(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    episode = world.add(db, Work(kind=Kind.EPISODE, title="Pilot"))
    own = world.add(db, Work(kind=Kind.FILM, title="Our holidays"), owner_id=ada.id)
    famous = world.add(db, world.film("Gravity", popularity=9.0, description="Two astronauts adrift."))
    liked = np.array([ids["Heat"]], np.int64)
    titles = read_titles(db, liked, world.MODEL, most=2)
    assert titles.item_ids.tolist() == sorted([ids["Heat"], famous])
    titles = read_titles(db, liked, world.MODEL)
    assert set(titles.item_ids.tolist()) == {*ids.values(), famous}
    assert not {episode, own} & set(titles.item_ids.tolist())
    assert read_titles(db, np.array([own], np.int64), None, most=0).item_ids.tolist() == [own]


def test_people_keep_what_is_among_the_titles(db: Connection, ada: User) -> None:
    ids = world.add_films(db)
    for title in ("Arrival", "Jaws", "Heat"):
        world.tell(db, ada, ids[title], EventKind.LIKED, days_ago=0)
    data = read(db, Part(), Opinions(), world.NOW)
    titles = read_titles(db, np.array([ids["Arrival"], ids["Heat"]], np.int64), world.MODEL, most=2)
    moved = titles.columns_of(data)
    assert moved.item_ids[moved.seen.items].tolist() == sorted([ids["Arrival"], ids["Heat"]])
    assert moved.seen.catalogue is titles.catalogue


@pytest.mark.parametrize("embedder", [world.MODEL, None])
def test_one_person_is_enough_to_tell_what_is_like_what_they_like(
    db: Connection, ada: User, embedder: str | None
) -> None:
    ids = world.add_films(db)
    for title in ("Arrival", "Contact"):
        world.tell(db, ada, ids[title], EventKind.LIKED, days_ago=0)
    data = read(db, Part(), Opinions(), world.NOW)
    moved = read_titles(db, data.item_ids, embedder).columns_of(data)
    config = content.Config(others=5.0, reg=0.5)
    scores = content.score(fitting.fit("content", moved.likes, config), config, moved.likes.histories())[0]
    by_id = dict(zip(moved.item_ids.tolist(), scores.tolist(), strict=True))
    assert by_id[ids["Moon"]] > by_id[ids["Emma"]]
    assert by_id[ids["Alien"]] > by_id[ids["Das Boot"]]
