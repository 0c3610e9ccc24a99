"""Reasons are true sentences, told from what a score is made of."""

from __future__ import annotations

import pytest

from mediatheque.recommend.algorithms import Term
from mediatheque.recommend.queries.crowd import Reception
from mediatheque.recommend.reasons import Told, contributions, reason
from mediatheque.recommend.taste import Known
from mediatheque.vocabulary import Credit, Item, Kind, Role, Work

VILLENEUVE = Credit("Denis Villeneuve", Role.DIRECTOR)
ADAMS = Credit("Amy Adams", Role.CAST)
RENNER = Credit("Jeremy Renner", Role.CAST)
GILLIGAN = Credit("Vince Gilligan", Role.CREATOR)


def item(
    item_id: int, title: str, *credited: Credit, genres: tuple[str, ...] = (), kind: Kind = Kind.FILM
) -> Item:
    return Item(id=item_id, work=Work(kind=kind, title=title, year=2016, genres=genres, credits=credited))


ARRIVAL = item(1, "Arrival", VILLENEUVE, ADAMS, RENNER, genres=("Science Fiction", "Drama"))
PRISONERS = item(2, "Prisoners", VILLENEUVE, genres=("Crime", "Drama"))
DUNE = item(3, "Dune", VILLENEUVE, genres=("Science Fiction",))
HER = item(4, "Her", ADAMS, genres=("Science Fiction", "Romance"))
HEAT = item(5, "Heat", genres=("Action",))
SAUL = item(6, "Better Call Saul", GILLIGAN, genres=("Crime",), kind=Kind.SHOW)
EMMA = item(7, "Emma", genres=("Romance",), kind=Kind.BOOK)


def told(*causes: Item, on_list: bool = False, **known: object) -> Told:
    by_id = {c.id: Known(item_id=c.id, kind=c.kind, **known) for c in causes}  # pyright: ignore[reportArgumentType]
    return Told(items={c.id: c for c in causes}, known=by_id, is_saved=on_list)


def like(cause: Item, amount: float = 0.5) -> Term:
    return Term("like", amount, cause.id)


@pytest.mark.parametrize(
    ("of", "cause", "known", "sentence"),
    [
        (
            DUNE,
            ARRIVAL,
            {"rating": 4.5},
            "Because you rated Arrival 4.5: also by Denis Villeneuve, also science fiction.",
        ),
        (
            HER,
            ARRIVAL,
            {"rating": 5.0},
            "Because you rated Arrival 5: also with Amy Adams, also science fiction.",
        ),
        (HEAT, ARRIVAL, {"liking": 1}, "Because you liked Arrival, and similar by description."),
        (HER, EMMA, {"seen_count": 1}, "Because you read Emma: also romance."),
        (
            PRISONERS,
            SAUL,
            {"episodes_seen": 1},
            "Because you watched 1 episode of Better Call Saul: also crime.",
        ),
        (
            PRISONERS,
            SAUL,
            {"episodes_seen": 12},
            "Because you watched 12 episodes of Better Call Saul: also crime.",
        ),
        (
            DUNE,
            ARRIVAL,
            {"seen_count": 3},
            "Because you watched Arrival more than once: also by Denis Villeneuve, also science fiction.",
        ),
        (HEAT, ARRIVAL, {"is_saved": True}, "Because Arrival is on your list, and similar by description."),
    ],
)
def test_names_the_title_what_was_done_with_it_and_what_is_shared(
    of: Item, cause: Item, known: dict[str, object], sentence: str
) -> None:
    assert reason(of, [like(cause)], told(cause, **known)) == sentence


def test_names_two_titles_that_pull_alike_and_only_what_all_share() -> None:
    both = told(ARRIVAL, PRISONERS, rating=4.0)
    assert reason(DUNE, [like(ARRIVAL), like(PRISONERS, 0.3)], both) == (
        "Close to Arrival (you rated it 4) and Prisoners (you rated it 4): also by Denis Villeneuve."
    )
    assert reason(DUNE, [like(ARRIVAL), like(PRISONERS, 0.1)], both).startswith(
        "Because you rated Arrival 4:"
    )


def test_says_what_is_already_on_the_list() -> None:
    facts = told(ARRIVAL, on_list=True, rating=4.0)
    assert reason(HEAT, [like(ARRIVAL)], facts).endswith("similar by description. It is on your list.")


@pytest.mark.parametrize(
    ("terms", "reception", "sentence"),
    [
        ({"activity here": 0.4}, Reception(people=1), "1 person here has watched it."),
        ({"activity here": 0.4}, Reception(people=2), "2 people here have watched it."),
        (
            {"activity here": 0.1, "ratings": 0.2},
            Reception(people=2, rating_count=1, average_rating=4.0),
            "Rated 4.0 out of 5 by 1 person.",
        ),
        (
            {"ratings": 0.2},
            Reception(rating_count=1203, average_rating=4.26),
            "Rated 4.3 out of 5 by 1,203 people.",
        ),
        (
            {"catalogue popularity": 0.3},
            Reception(has_popularity=True),
            "An action film from 2016 that is popular just now.",
        ),
        (
            {"activity here": 0.4, "renown": 0.1},
            Reception(),
            "An action film from 2016 that is widely known.",
        ),
        (
            {"ratings": -0.2},
            Reception(rating_count=3, average_rating=1.0),
            "An action film from 2016 that you have not come across yet.",
        ),
    ],
)
def test_tells_popularity_by_its_figures_and_never_by_figures_that_are_not_there(
    terms: dict[str, float], reception: Reception, sentence: str
) -> None:
    assert (
        reason(HEAT, [Term(name, amount) for name, amount in terms.items()], Told(reception=reception))
        == sentence
    )


def test_a_book_is_read() -> None:
    facts = Told(reception=Reception(people=3))
    assert reason(EMMA, [Term("activity here", 0.4)], facts) == "3 people here have read it."


def test_contributions_keep_the_sum_whatever_the_titles_are_called() -> None:
    twin = item(9, "Dune", genres=("Science Fiction",))
    terms = [like(DUNE, 0.3), like(twin, 0.2), Term("unlike", -0.1, HEAT.id), Term("renown", 0.05)]
    told_ = contributions({"content": terms}, {i.id: i for i in (DUNE, twin, HEAT)})
    assert [(c.label, c.item_id, c.amount) for c in told_] == [
        ("like Dune", DUNE.id, 0.3),
        ("like Dune", twin.id, 0.2),
        ("unlike Heat", HEAT.id, -0.1),
        ("renown", None, 0.05),
    ]
    assert sum(c.amount for c in contributions({"content": terms}, {})) == pytest.approx(0.45)
