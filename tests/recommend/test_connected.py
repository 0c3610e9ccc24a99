"""Lists by walks over the graph: what hangs together comes first, by ways that are true, and nobody else's doings count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

import small_world as world
from mediatheque.graph.queries.projection import follow
from mediatheque.kit.database import Connection
from mediatheque.library.queries.users import User, add_user, set_age_limit, set_sharing
from mediatheque.recommend.connections import paths_for
from mediatheque.recommend.queries.known import known_titles
from mediatheque.recommend.taste import learn
from mediatheque.recommend.walking import walk_of
from mediatheque.vocabulary import Credit, EventKind, Kind, Original, Recommendation, Role, Work

SICARIO, ARRIVAL, DUNE, ENEMY = "Sicario", "Arrival", "Dune", "Enemy"


@pytest.fixture
def ids(db: Connection, ada: User) -> dict[str, int]:
    """Ada loves three films by Villeneuve among thirty dramas by others; there is a fourth by him, and one that he only wrote."""
    villeneuve = world.by("Denis Villeneuve")
    works = [
        Work(kind=Kind.FILM, title=title, genres=("Drama",), credits=villeneuve)
        for title in (SICARIO, ARRIVAL, DUNE)
    ]
    works += [
        Work(kind=Kind.FILM, title=f"Drama {n}", genres=("Drama",), credits=world.by(f"Director {n}"))
        for n in range(30)
    ]
    works += [
        Work(kind=Kind.FILM, title=ENEMY, year=2013, genres=("Mystery",), credits=villeneuve),
        Work(kind=Kind.FILM, title="Written", genres=("Comedy",), credits=(Credit("Denis Villeneuve", Role.WRITER),)),
        Work(kind=Kind.FILM, title="Apart", genres=("Western",), credits=world.by("John Ford")),
    ]  # fmt: skip
    found = {work.title: world.add(db, work) for work in works}
    # From tomorrow, as it were: what is not of today is worth a little less every moment.
    world.tell(db, ada, [found[SICARIO], found[ARRIVAL]], EventKind.RATED, 5.0, days_ago=-1)
    world.tell(db, ada, found[DUNE], EventKind.LIKED, days_ago=-1)
    return found


def recommended(db: Connection, user: User, n: int = 5) -> list[Recommendation]:
    follow(db)  # as a commit would
    return [r for r in world.recommended(db, user.id, n=n, method="connected") if r.method == "connected"]


def titles(found: Sequence[Recommendation]) -> list[str]:
    return [r.item.title for r in found]


def test_three_loved_films_by_one_director_bring_the_fourth_and_say_so(
    db: Connection, ada: User, ids: dict[str, int]
) -> None:
    first, second, *_ = recommended(db, ada)
    assert titles([first, second]) == [ENEMY, "Written"]
    assert first.because.startswith("Like ")
    assert first.because.endswith(", it was directed by Denis Villeneuve.")
    assert "Sicario (you rated it 5)" in first.because
    assert {c.name for c in first.contributions} == {"was directed by Denis Villeneuve, like"}
    assert {c.item_id for c in first.contributions} == {ids[t] for t in (SICARIO, ARRIVAL, DUNE)}
    assert second.because.startswith("It was written by Denis Villeneuve; Sicario (you rated it 5)")
    assert second.because.endswith("was directed by Denis Villeneuve.")
    for r in (first, second):
        assert sum(c.amount for c in r.contributions) == pytest.approx(r.score)


def test_a_genre_of_many_does_not_flood_a_list_and_says_something_all_the_same(
    db: Connection, ada: User, ids: dict[str, int]
) -> None:
    found = recommended(db, ada, n=30)
    scores = {r.item.title: r.score for r in found}
    dramas = [score for title, score in scores.items() if title.startswith("Drama")]
    assert len(dramas) >= 20
    assert 0 < max(dramas) < 0.3 * scores[ENEMY]
    assert "Apart" not in scores
    drama = next(r for r in found if r.item.title.startswith("Drama"))
    assert "it is" in drama.because
    assert "drama" in drama.because


def test_a_book_brings_the_film_that_was_made_from_it(db: Connection, ada: User) -> None:
    book = world.add(
        db, Work(kind=Kind.BOOK, title="Solaris", year=1961, credits=(Credit("Stanisław Lem", Role.AUTHOR),))
    )
    film = Work(kind=Kind.FILM, title="Solaris", year=1972, based_on=(Original("Stanisław Lem"),))
    world.add(db, film)
    world.tell(db, ada, book, EventKind.RATED, 4.5)
    (only,) = recommended(db, ada, n=1)
    assert only.item.kind is Kind.FILM
    assert only.because == "Because you rated Solaris 4.5: it was adapted from Solaris (1961)."
    assert [c.label for c in only.contributions] == ["one step from Solaris"]


def test_what_is_known_hidden_or_for_older_people_is_never_there(
    db: Connection, ada: User, ids: dict[str, int]
) -> None:
    world.tell(db, ada, ids[ENEMY], EventKind.HIDDEN)
    late = Work(kind=Kind.FILM, title="Late", minimum_age=18, credits=world.by("Denis Villeneuve"))
    world.add(db, late)
    assert "Late" in titles(recommended(db, ada, n=40))
    set_age_limit(db, ada.id, 12)
    found = set(titles(recommended(db, ada, n=40)))
    assert not found & {ENEMY, SICARIO, ARRIVAL, DUNE, "Late"}
    assert "Written" in found


def test_nothing_of_other_people_s_doings_changes_the_list(
    db: Connection, ada: User, ben: User, ids: dict[str, int]
) -> None:
    before = recommended(db, ada, n=40)
    for user in (ben, add_user(db, "Cleo")):
        set_sharing(db, user.id, True)
        world.tell(db, user, list(ids.values()), EventKind.WATCHED)
        world.tell(db, user, [ids["Apart"], ids[ENEMY]], EventKind.RATED, 1.0)
    own = world.film("Ben's own", credits=world.by("Denis Villeneuve"))
    world.tell(db, ben, world.add(db, own, owner_id=ben.id), EventKind.SAVED)
    set_sharing(db, ada.id, True)
    assert repr(recommended(db, ada, n=40)) == repr(before)


def test_a_guest_s_titles_and_an_earlier_day_are_walked_from_by_the_catalogue_alone(
    db: Connection, ada: User, ids: dict[str, int]
) -> None:
    own = world.add(db, world.film("Ada's own", credits=world.by("Denis Villeneuve")), owner_id=ada.id)
    world.tell(db, ada, own, EventKind.SAVED)
    mine = {r.item.title: r for r in recommended(db, ada, n=40)}["Ada's own"]
    assert own not in {c.item_id for c in mine.contributions}
    assert sum(c.amount for c in mine.contributions) == pytest.approx(mine.score)
    taste = learn(known_titles(db, ada.id), datetime.now(UTC))
    walk = walk_of(db, taste)
    assert walk is not None
    assert ids[ENEMY] in walk.found
    assert own not in walk.found


def test_who_likes_nothing_or_nothing_connected_is_told_why(db: Connection, ada: User, ben: User) -> None:
    world.tell(db, ada, world.add(db, Work(kind=Kind.FILM, title="Alone")), EventKind.LIKED)
    world.add(db, world.film("Moon"))
    follow(db)

    def why(user: User) -> str | None:
        return world.recommended(db, user.id, n=1, method="connected")[0].fallback

    assert (
        why(ada)
        == "nothing is known yet of what the titles you like have to do with others, so this is what is popular"
    )
    assert why(ben) == "nothing is known about your taste yet, so this is what is popular"


def test_paths_tell_what_connects_titles_with_a_person_and_nothing_of_a_genre(
    db: Connection, ada: User, ids: dict[str, int]
) -> None:
    follow(db)
    taste = learn(known_titles(db, ada.id), datetime.now(UTC))
    told = paths_for(db, taste, [ids[ENEMY], ids["Written"], ids["Apart"], ids["Drama 3"]])
    assert set(told) == {ids[ENEMY], ids["Written"]}
    assert told[ids[ENEMY]].endswith("it was directed by Denis Villeneuve.")
    assert paths_for(db, taste, []) == {}
