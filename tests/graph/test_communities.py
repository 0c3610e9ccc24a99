"""Communities find what was planted, are named by what they share, and are nobody else's business."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from mediatheque.graph.communities import Communities, communities
from mediatheque.graph.edges import codes
from mediatheque.graph.part import Pairs, Sharing
from mediatheque.graph.partition import partition
from mediatheque.graph.ties import ties
from mediatheque.graph.traits import log_odds, named
from mediatheque.graph.walks import view_of
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.stores.graph import View, open_graph
from mediatheque.vocabulary import Credit, EventKind, Kind, Role, Work
from small_world import tell

GRAPH = open_graph(None, codes())


def planted(
    groups: int, size: int, inside: float, outside: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who is in which group, and links between members of one and of two, as likely as that."""
    group = np.repeat(np.arange(groups), size)
    a, b = np.triu_indices(len(group), 1)
    chance = np.where(group[a] == group[b], inside, outside)
    there = np.random.default_rng(7).random(len(a)) < chance
    return group, a[there], b[there]


def test_a_planted_partition_is_found_whatever_its_nodes_are_called() -> None:
    # Girvan and Newman's test: four groups of 32, each node with 12 links inside and 4 to the others.
    group, a, b = planted(4, 32, 12 / 31, 4 / 96)
    found = partition(len(group), a, b, np.ones(len(a)))
    assert found.size.tolist() == [32] * 4
    assert len(set(zip(found.label.tolist(), group.tolist(), strict=True))) == 4
    # As its definition says, counted pair by pair.
    degree = np.bincount(np.concatenate([a, b]))
    expected = sum(
        ((group[a] == g) & (group[b] == g)).sum() / len(a) - (degree[group == g].sum() / (2 * len(a))) ** 2
        for g in range(4)
    )
    assert found.modularity == pytest.approx(expected)
    order = np.random.default_rng(3).permutation(len(group))
    again = partition(len(group), order[a], order[b], np.ones(len(a)))
    assert again.modularity == pytest.approx(expected)


def test_what_is_alone_is_in_no_community() -> None:
    nothing = np.zeros(0, np.int64)
    empty = partition(3, nothing, nothing, np.zeros(0))
    assert (empty.label.tolist(), empty.modularity, empty.size.tolist()) == ([-1, -1, -1], 0, [])
    two = partition(4, np.array([1]), np.array([3]), np.ones(1))
    assert two.label.tolist() == [-1, 0, -1, 0]


def test_what_few_share_ties_more_than_what_all_share() -> None:
    # Things 0: of all five; 1: of titles 0 and 1. Title 4 is tied to 0 directly.
    sharing = Sharing(
        title=np.array([0, 1, 2, 3, 4, 0, 1, 1]),
        thing=np.array([0, 0, 0, 0, 0, 1, 1, 1]),
        type=np.array([7, 7, 7, 7, 7, 9, 9, 11]),
        weight=np.array([1, 1, 1, 1, 1, 1, 1, 0.5]),
    )
    pairs = Pairs(np.array([0]), np.array([4]), np.array([0.5]))
    found = ties(5, sharing, pairs)
    weight = {(int(a), int(b)): w for a, b, w in zip(found.a, found.b, found.weight, strict=True)}
    assert weight[2, 3] == pytest.approx(1 / 5)
    assert weight[0, 1] == pytest.approx(1 / 5 + 1 / 2)  # two links to one thing count once, the heavier
    assert weight[0, 4] == pytest.approx(1 / 5 + 0.5)
    assert (len(weight), found.left_out) == (10, 0)


def test_of_a_title_only_the_strongest_ties_are_kept_and_the_rest_is_counted() -> None:
    titles = np.arange(300)
    all_alike = Sharing(titles, np.zeros(300, np.int64), titles * 0 + 7, np.ones(300))
    nothing = np.zeros(0, np.int64)
    found = ties(300, all_alike, Pairs(nothing, nothing, np.zeros(0)), most=3_000)
    assert len(found.a) <= 3_000
    assert len(found.a) + found.left_out == 300 * 299 // 2


def test_log_odds_heed_both_what_is_exclusive_and_what_most_have() -> None:
    # Of 3 members: all three have trait 0, which nobody else has; two have trait 1, as a tenth of all others.
    counts, size = np.array([[3, 2, 2], [0, 200, 1300]]), np.array([3, 1997])
    ((exclusive, frequent, usual),) = log_odds(counts, size)
    assert exclusive > frequent > 1.96 > usual


def test_names_are_of_two_sorts_and_no_two_are_one() -> None:
    traits = [
        ("science fiction", "genre", 6.0),
        ("horror", "genre", 4.5),
        ("Denis Villeneuve", "person", 3.0),
    ]
    assert named(traits, "Dune", set()) == "Science fiction and Denis Villeneuve"
    assert named(traits, "Dune", {"Science fiction and Denis Villeneuve"}) == (
        "Science fiction, Denis Villeneuve and horror"
    )
    assert named(traits[:1], "Dune", {"Science fiction"}) == "Science fiction, around Dune"
    assert named([], "Dune", set()) == "Around Dune"
    decades = [("the 2010s", "decade", 6.0), ("the 2000s", "decade", 5.5), ("horror", "genre", 4.0)]
    assert named(decades, "Saw", set()) == "Horror and the 2010s"
    assert named(decades[:2], "Saw", set()) == "The 2010s"


def add(db: Connection, title: str, director: str, genre: str, **fields: object) -> int:
    work = Work(
        kind=Kind.FILM,
        title=title,
        genres=(genre, "Drama"),
        credits=(Credit(director, Role.DIRECTOR),),
        **fields,
    )  # pyright: ignore[reportArgumentType]
    return add_items(db, [NewItem(work=work, title_keys=(title.lower(),))])[0]


@pytest.fixture
def library(database: Database, ada: User) -> list[int]:
    """Ada's: six of one director's science fiction, an hour each; four westerns, two hours each; one film of neither."""
    with database.transaction() as db:
        ids = [
            add(db, f"Planet {n}", "Ina Orbit", "Science Fiction", year=2011 + n, runtime_minutes=60)
            for n in range(6)
        ]
        ids += [
            add(db, f"Ranch {n}", f"Rider {n % 2}", "Western", year=1950 + n, runtime_minutes=120)
            for n in range(4)
        ]
        alone = Work(kind=Kind.FILM, title="Elsewhere", runtime_minutes=60)
        ids += add_items(db, [NewItem(work=alone, title_keys=("elsewhere",))])
        tell(db, ada, ids, EventKind.WATCHED)
    return ids


def found(database: Database, user: User, **wanted: float) -> Communities:
    with database.transaction() as db:
        return communities(GRAPH, db, View(user.id), **wanted)  # pyright: ignore[reportArgumentType]


def test_a_library_falls_into_what_hangs_together_named_by_what_it_shares(
    database: Database, ada: User, library: list[int]
) -> None:
    answer = found(database, ada, top=3)
    space, west = answer.communities
    assert space.name in ("Science fiction and Ina Orbit", "Ina Orbit and science fiction")
    assert west.name.startswith("Western and ")
    assert [(c.number, c.size, len(c.members)) for c in answer.communities] == [(0, 6, 3), (1, 4, 3)]
    assert {m.name[:6] for m in space.members} == {"Planet"}
    assert {(t.name, t.what, t.members) for t in space.traits} >= {
        ("Ina Orbit", "person", 6),
        ("science fiction", "genre", 6),
        ("the 2010s", "decade", 6),
    }
    assert "drama" not in {t.name for c in answer.communities for t in c.traits}
    # 6 + 8 + 1 hours
    assert space.share == pytest.approx(6 / 15)
    assert west.share == pytest.approx(8 / 15)
    assert [o.name for o in answer.others] == ["Elsewhere"]
    assert (answer.others_size, answer.others_share) == (1, pytest.approx(1 / 15))
    assert answer.modularity > 0.3
    assert (answer.items, answer.items_left_out, answer.links_left_out) == (11, 0, 0)


def test_the_answer_is_always_the_same_and_nobody_else_changes_it(
    database: Database, ada: User, ben: User, library: list[int]
) -> None:
    before = found(database, ada)
    assert found(database, ada) == before
    with database.transaction() as db:
        tell(db, ben, library[3:8], EventKind.RATED, 5)
        own = Work(
            kind=Kind.FILM,
            title="Ben's own",
            genres=("Western",),
            credits=(Credit("Ina Orbit", Role.DIRECTOR),),
        )
        add_items(db, [NewItem(work=own, title_keys=("ben's own",), owner_id=ben.id)])
        db.execute(text("UPDATE users SET shares_taste = true"))
    with database.transaction() as db:
        view = view_of(db, ada.id)
        assert view.guests == (ben.id,)
        assert repr(communities(GRAPH, db, view)) == repr(before)
    assert found(database, ben).items == 5


def test_a_higher_resolution_makes_smaller_communities(
    database: Database, ada: User, library: list[int]
) -> None:
    usual, fine = found(database, ada), found(database, ada, resolution=3)
    assert fine.communities[0].size < usual.communities[0].size
    assert len(found(database, ada, resolution=0.05).communities) == 1
    for wrong in (0, 101, float("nan")):
        with pytest.raises(Invalid, match="resolution"):
            found(database, ada, resolution=wrong)
    with pytest.raises(Invalid, match="At least one"):
        found(database, ada, top=0)


def test_an_episode_is_told_by_its_show(database: Database, ada: User) -> None:
    with database.transaction() as db:
        (show,) = add_items(
            db, [NewItem(work=Work(kind=Kind.SHOW, title="Severed"), title_keys=("severed",))]
        )
        episodes = [
            NewItem(
                work=Work(kind=Kind.EPISODE, title=f"E{n}", series_title="Severed", season=1, episode=n),
                title_keys=(f"e{n}",),
                parent_id=show,
            )
            for n in (1, 2)
        ]
        tell(db, ada, add_items(db, episodes), EventKind.WATCHED)
    answer = found(database, ada)
    assert [o.name for o in answer.others] == ["Severed"]
    assert answer.items == 1


def test_small_libraries_have_clear_answers(
    database: Database, ada: User, library: list[int], ben: User
) -> None:
    nothing = found(database, ben)
    assert nothing == Communities((), (), 0, 0.0, 0.0, 0, 0, 0)
    with database.transaction() as db:
        tell(db, ben, library[0], EventKind.SAVED)
    one = found(database, ben)
    assert (one.communities, [o.name for o in one.others], one.others_share) == ((), ["Planet 0 (2011)"], 0.0)
    with database.transaction() as db:
        tell(db, ben, library[10], EventKind.WATCHED)
    apart = found(database, ben)
    assert (apart.communities, apart.others_size, apart.modularity) == ((), 2, 0.0)
    assert [o.name for o in apart.others] == ["Elsewhere", "Planet 0 (2011)"]
