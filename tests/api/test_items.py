"""Items, ratings and standings over HTTP."""

from __future__ import annotations

from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Kind, Original, Work


def titles(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["title"] for item in page["items"]]


def test_the_list_comes_in_pages_that_join(as_ada: TestClient, films: list[int]) -> None:
    first = as_ada.get("/api/items", params={"limit": 2}).json()
    assert titles(first) == ["Arrival", "Amélie"]
    second = as_ada.get("/api/items", params={"limit": 2, "cursor": first["next"]}).json()
    assert titles(second) == ["Dune"]
    assert second["next"] is None


def test_filters_narrow_the_list(as_ada: TestClient, films: list[int]) -> None:
    def found(**filters: object) -> list[str]:
        return titles(as_ada.get("/api/items", params=filters).json())  # pyright: ignore[reportArgumentType]

    assert found(genre="science fiction") == ["Arrival", "Dune"]
    assert found(genre=["Comedy", "Science Fiction"]) == ["Arrival", "Amélie", "Dune"]
    assert found(year_from=2002, year_to=2020) == ["Arrival"]
    assert found(language="fr") == ["Amélie"]
    assert found(kind="book") == []
    as_ada.put(f"/api/items/{films[0]}/saved")
    as_ada.post("/api/events", json={"kind": "watched", "item_id": films[2]})
    assert found(saved=True) == ["Arrival"]
    assert found(seen=False) == ["Arrival", "Amélie"]


def test_an_item_shows_what_is_known_and_where_one_stands(as_ada: TestClient, films: list[int]) -> None:
    item = as_ada.get(f"/api/items/{films[0]}").json()
    assert item["credits"] == [{"name": "Denis Villeneuve", "role": "director", "character": None}]
    assert item["standing"] is None
    as_ada.put(f"/api/ratings/{films[0]}", json={"value": 4.5})
    standing = as_ada.get(f"/api/items/{films[0]}").json()["standing"]
    assert (standing["rating"], standing["is_seen"]) == (4.5, False)


def test_an_item_shows_what_it_hangs_together_with(as_ada: TestClient, database: Database) -> None:
    work = Work(
        kind=Kind.FILM,
        title="Dune: Part Two",
        based_on=(Original("Frank Herbert", "Dune"),),
        series="Dune",
        series_position=2,
    )
    with database.transaction() as db:
        [film] = add_items(db, [NewItem(work=work, title_keys=("dune part 2",))])
    item = as_ada.get(f"/api/items/{film}").json()
    assert item["based_on"] == [{"author": "Frank Herbert", "title": "Dune"}]
    assert (item["series"], item["series_position"]) == ("Dune", 2)


def test_episodes_come_in_their_order_and_stay_with_their_owner(
    as_ada: TestClient, as_ben: TestClient, database: Database, ada: User
) -> None:
    with database.transaction() as db:
        [show] = add_items(db, [NewItem(work=Work(kind=Kind.SHOW, title="Dark"), title_keys=("dark",))])
        episodes = [Work(kind=Kind.EPISODE, title=t, season=s, episode=1) for t, s in (("B", 2), ("A", 1))]
        add_items(db, [NewItem(work=e, title_keys=(), parent_id=show, owner_id=ada.id) for e in episodes])
    assert titles(as_ada.get(f"/api/items/{show}/episodes").json()) == ["A", "B"]
    assert titles(as_ben.get(f"/api/items/{show}/episodes").json()) == []


def test_saving_and_hiding_are_kept_once_and_taken_back(as_ada: TestClient, films: list[int]) -> None:
    for name, flag in (("saved", "is_saved"), ("hidden", "is_hidden")):
        path = f"/api/items/{films[0]}/{name}"
        assert as_ada.put(path).status_code == as_ada.put(path).status_code == 204
        assert as_ada.get(f"/api/items/{films[0]}").json()["standing"][flag] is True
        assert as_ada.delete(path).status_code == as_ada.delete(path).status_code == 204
        assert as_ada.get(f"/api/items/{films[0]}").json()["standing"][flag] is False
    told = [event["kind"] for event in as_ada.get("/api/events").json()["items"]]
    assert told == ["unhidden", "hidden", "unsaved", "saved"]


def test_a_rating_is_changed_listed_and_taken_back(as_ada: TestClient, films: list[int]) -> None:
    path = f"/api/ratings/{films[0]}"
    assert as_ada.put(path, json={"value": 3}).json()["value"] == 3
    assert as_ada.put(path, json={"value": 4.5}).status_code == 200
    as_ada.put(f"/api/ratings/{films[1]}", json={"value": 2})
    page = as_ada.get("/api/ratings", params={"limit": 1}).json()
    assert [(r["item"]["title"], r["value"]) for r in page["items"]] == [("Arrival", 4.5)]
    page = as_ada.get("/api/ratings", params={"limit": 1, "cursor": page["next"]}).json()
    assert [(r["item"]["title"], r["value"]) for r in page["items"]] == [("Amélie", 2)]
    assert as_ada.delete(path).status_code == 204
    assert as_ada.delete(path).status_code == 404
    assert len(as_ada.get("/api/ratings").json()["items"]) == 1
    history = as_ada.get("/api/events", params={"kind": "rated"}).json()["items"]
    assert [event["value"] for event in history] == [None, 2, 4.5, 3]


def test_ratings_are_halves_from_a_half_to_five(as_ada: TestClient, films: list[int]) -> None:
    for value in (0, 0.4, 5.5, 3.3, None, "good"):
        refused = as_ada.put(f"/api/ratings/{films[0]}", json={"value": value})
        assert refused.status_code == 422, value
        assert refused.json()["errors"][0]["where"] == "body.value"


def test_nobody_sees_what_is_made_from_anothers_records(
    as_ada: TestClient, as_ben: TestClient, database: Database, ada: User
) -> None:
    with database.transaction() as db:
        work = Work(kind=Kind.VIDEO, title="Ada's garden")
        [own] = add_items(db, [NewItem(work=work, title_keys=("ada s garden",), owner_id=ada.id)])
    assert as_ada.get(f"/api/items/{own}").json()["is_listed"] is False
    assert titles(as_ada.get("/api/items").json()) == ["Ada's garden"]
    assert titles(as_ben.get("/api/items").json()) == []
    for answer in (
        as_ben.get(f"/api/items/{own}"),
        as_ben.get(f"/api/items/{own}/episodes"),
        as_ben.get(f"/api/items/{own}/similar"),
        as_ben.put(f"/api/ratings/{own}", json={"value": 4}),
        as_ben.put(f"/api/items/{own}/saved"),
        as_ben.post("/api/events", json={"kind": "watched", "item_id": own}),
    ):
        assert answer.status_code == 404
        assert answer.json()["detail"] == f"There is no item {own} in your library."
