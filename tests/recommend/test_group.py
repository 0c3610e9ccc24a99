"""One list for several: who is counted, what nobody may be shown, whom each strategy pleases, and what is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

import small_world as world
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries.users import (
    User,
    add_user,
    delete_user,
    set_age_limit,
    set_sharing,
)
from mediatheque.recommend.group import METHOD, Strategy, recommend_to_group
from mediatheque.recommend.queries.shown import add_shown
from mediatheque.recommend.request import Means, Recommended, Request, Rules
from mediatheque.vocabulary import EventKind


@pytest.fixture
def cleo(db: Connection, ada: User) -> User:
    return add_user(db, "Cleo")


@pytest.fixture
def films(db: Connection, ada: User, ben: User, cleo: User) -> dict[str, int]:
    """Ada is for space, Ben for romance, Cleo has said nothing; both others share their taste."""
    ids = world.add_films(db)
    world.tell(db, ada, [ids["Arrival"], ids["Contact"]], EventKind.RATED, 5.0)
    # Ben is harsh: 2.5 is what he likes best.
    world.tell(db, ben, ids["Emma"], EventKind.LIKED)
    world.tell(db, ben, ids["Jaws"], EventKind.RATED, 0.5)
    for user in (ben, cleo):
        set_sharing(db, user.id, True)
    return ids


def together(
    db: Connection, asker: User, names: Sequence[str], *, n: int = 4, rules: Rules | None = None, **asked: Any
) -> Recommended:
    request = Request(n=n, method=METHOD, rules=rules or Rules())
    return recommend_to_group(db, asker.id, names, request, Means(model_id=world.model(db)), **asked)


def titles(found: Recommended) -> list[str]:
    return [r.item.title for r in found]


def test_a_fair_list_has_something_for_everybody_and_says_for_whom(
    db: Connection, ada: User, films: dict[str, int]
) -> None:
    found = together(db, ada, ["Ben"], strategy=Strategy.FAIR)
    served = set(titles(found))
    assert served & {"Solaris", "Moon", "Alien"}
    assert served & {"Persuasion", "Amour", "Casablanca"}
    for r in found:
        assert r.method == "fair"
        you, ben = r.because.removesuffix(".").split(", ")
        assert you.startswith("You would ")
        assert ben.startswith("Ben would ")
        assert {c.name for c in r.contributions} <= {"you", "Ben", "variety"}
        assert not any(c.item_id or c.title for c in r.contributions)


def test_what_anybody_knows_or_has_hidden_is_left_out(
    db: Connection, ada: User, ben: User, films: dict[str, int]
) -> None:
    world.tell(db, ben, films["Moon"], EventKind.WATCHED)
    world.tell(db, ben, films["Alien"], EventKind.HIDDEN)
    for strategy in Strategy:
        found = set(titles(together(db, ada, ["Ben"], n=50, strategy=strategy)))
        assert found == set(films) - {"Arrival", "Contact", "Emma", "Jaws", "Moon", "Alien"}
        found = set(titles(together(db, ada, ["Ben"], n=50, strategy=strategy, seen_by_some=True)))
        assert found == set(films) - {"Alien"}
    world.tell(db, ben, films["Arrival"], EventKind.WATCHED)
    assert "Arrival" not in titles(together(db, ada, ["Ben"], n=50, seen_by_some=True))


def test_who_does_not_share_is_as_unknown_as_nobody_whoever_asks(
    db: Connection, ada: User, ben: User, films: dict[str, int]
) -> None:
    set_sharing(db, ben.id, False)
    assert ada.is_admin
    for name in ("Ben", "Nobody"):
        with pytest.raises(NotFound, match=f"Nobody called '{name}' shares their taste"):
            together(db, ada, [name])
    # Who asks need not share to be counted in their own list.
    set_sharing(db, ada.id, False)
    assert len(together(db, ada, ["cleo"]))


def test_a_group_is_of_several(db: Connection, ada: User, films: dict[str, int]) -> None:
    for names in ([], ["ada", "Ada"]):
        with pytest.raises(Invalid, match="2 to 12 people"):
            together(db, ada, names)


def test_the_strictest_age_limit_of_all_holds(
    db: Connection, ada: User, ben: User, films: dict[str, int]
) -> None:
    grown = world.add(db, world.film("Grown", minimum_age=16), {"space": 1})
    child = world.add(db, world.film("Child", minimum_age=6), {"space": 1})
    both = Rules(exclude=frozenset(films.values()))
    assert set(titles(together(db, ada, ["Ben"], rules=both))) == {"Grown", "Child"}
    set_age_limit(db, ben.id, 12, may_see_unrated=False)
    assert [r.item.id for r in together(db, ada, ["Ben"], n=50)] == [child]
    # Also where the one under the limit asks, and when a request says otherwise.
    set_sharing(db, ada.id, True)
    older = Rules(exclude=frozenset(films.values()), max_age=18)
    found = together(db, ben, ["Ada"], rules=older, n=50)
    assert [r.item.id for r in found] == [child] != [grown]


def test_own_items_are_for_their_owners_alone(
    db: Connection, ada: User, ben: User, films: dict[str, int]
) -> None:
    for user in (ada, ben):
        own = world.add(db, world.film(f"{user.name}'s video"), {"space": 1}, owner_id=user.id)
        world.tell(db, user, own, EventKind.SAVED)
    assert not [t for t in titles(together(db, ada, ["Ben"], n=50)) if "video" in t]


def test_of_whom_nothing_is_known_this_is_told(db: Connection, ada: User, films: dict[str, int]) -> None:
    found = together(db, ada, ["Cleo"])
    assert found.fallback == "too little is known of Cleo's taste, where what is popular counts instead"


def test_a_list_for_a_group_is_erased_with_any_of_its_members(
    db: Connection, ada: User, ben: User, films: dict[str, int]
) -> None:
    best = together(db, ada, ["Ben"])
    list_id = add_shown(db, ada.id, {"method": METHOD, "with": [ben.id]}, best)
    other_id = add_shown(db, ada.id, {"method": METHOD, "with": [ben.id + 100]}, best)
    delete_user(db, ben.id)
    left = set(db.execute(text("SELECT id FROM recommendations_shown")).scalars())
    assert (list_id in left, other_id in left) == (False, True)
