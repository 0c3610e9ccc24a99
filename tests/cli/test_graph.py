"""The graph at the command line, over a small library with a book, its film and two readers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.cli.conftest import Run, film

from mediatheque.cli.picking import items_called
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.graph.queries.wellness import graph_figures
from mediatheque.kit.database import Database
from mediatheque.vocabulary import Claim, Credit, Kind, Original, Role, Work

pytestmark = pytest.mark.usefixtures("ada", "catalogue", "dunes")


@pytest.fixture
def dunes(database: Database, catalogue: None) -> None:
    """A film, the book that it was made from, and a second book of its series."""

    def book(title: str, year: int, position: float) -> Claim:
        work = Work(
            kind=Kind.BOOK, title=title, year=year, credits=(Credit("Frank Herbert", Role.AUTHOR),),
            series="Dune Chronicles", series_position=position,
        )  # fmt: skip
        return Claim("starter", f"book:{title}", work)

    with database.transaction() as db:
        add_to_catalogue(
            db,
            [
                film("Dune", 2021, "Denis Villeneuve", based_on=(Original("Frank Herbert"),)),
                book("Dune", 1965, 1.0),
                book("Dune Messiah", 1969, 2.0),
            ],
        )


def sentences(run: Run, *arguments: str) -> list[str]:
    return [line["sentence"] for line in run("graph", *arguments, "--json").lines]


def test_a_thing_and_what_it_is_connected_with(run: Run) -> None:
    said = run("graph", "show", "Arrival").out
    assert "Arrival (2016), film" in said
    assert "was directed by Denis Villeneuve  starter" in said
    assert "is a science fiction film" in said
    by = run("graph", "show", "person:denis villeneuve").out
    assert "└── directed" in by
    assert "├── Arrival (2016)" in by


def test_types_and_limits_narrow_what_is_shown(run: Run) -> None:
    lines = run("graph", "show", "Dune (2021)", "--types", "adapted-from", "--json").lines
    assert [(line["name"], line["words"]) for line in lines] == [
        ("Dune (1965)", "was adapted from Dune (1965)")
    ]
    assert lines[0]["edge"]["type"] == "ADAPTED_FROM"
    assert lines[0]["edge"]["said_by"] == "starter"
    assert "The one that says most" in run("graph", "show", "Arrival", "-n", "1").out
    error = run("graph", "show", "Arrival", "--types", "eaten", code=1).err
    assert "'EATEN' is no type of connection; there is WATCHED" in error


def test_around_a_thing_hangs_what_was_reached_by_what(run: Run) -> None:
    said = run("graph", "show", "series:Dune Chronicles", "--hops", "2").out
    assert "was made into the film Dune (2021)" in said
    lines = run("graph", "show", "series:Dune Chronicles", "--hops", "2", "--json").lines
    hops = {line["name"]: line["hops"] for line in lines}
    assert hops["Dune (1965)"] == 1
    assert hops["Frank Herbert"] == hops["Dune (2021)"] == 2


def test_paths_are_sentences_or_trees(run: Run) -> None:
    assert (
        "Arrival (2016) was directed by Denis Villeneuve, who also directed Dune (2021), which was adapted from"
        " Dune (1965)"
    ) in sentences(run, "path", "Arrival", "Dune (1965)")
    tree = run("graph", "path", "Arrival", "Sicario", "--tree", "-n", "1").out
    assert "└── was directed by Denis Villeneuve" in tree
    assert "    └── directed Sicario (2015)" in tree
    assert sentences(run, "path", "Arrival", "Suspiria (1977)") == []
    assert "Longer ones: --max-length 6" in run("graph", "path", "Arrival", "Suspiria (1977)").out
    assert "one and the same" in run("graph", "path", "Arrival", "Arrival", code=1).err


def test_what_is_called_alike_is_asked_about_by_kind_and_number(run: Run) -> None:
    asked = run("graph", "show", "Dune", "--json", code=1)
    (error,) = asked.lines
    assert error["option"] == "NAME"
    assert len(error["choices"]) == 2
    for choice in error["choices"]:
        assert run("graph", "show", choice).out.startswith("Dune (")
    assert "Dune (1965), book" in asked.err


def test_typing_errors_get_suggestions(run: Run) -> None:
    assert "Arrival (2016), film" in run("graph", "show", "Arival", code=1).err
    assert "Denis Villeneuve, person" in run("graph", "show", "person:Dennis Vileneuve", code=1).err
    nothing = run("graph", "show", "genre:Zzzzzz", code=1).err
    assert "No genre in your graph is called “Zzzzzz”" in nothing


def test_what_one_did_leads_to_a_title(run: Run) -> None:
    assert "Nothing that you know leads to" in run("graph", "why", "Arrival").out
    run("rate", "Sicario", "4.5")
    run("watch", "Sicario")
    told = sentences(run, "why", "Arrival")
    assert told[0] == (
        "You gave 4.5 of 5 stars to Sicario (2015), which was directed by Denis Villeneuve, who also directed"
        " Arrival (2016)"
    )
    assert sentences(run, "path", "me", "Arrival")[0] == told[0]
    run("rate", "Sicario", "--clear")
    assert sentences(run, "why", "Arrival")[0].startswith("You watched Sicario (2015), which")


def test_why_a_list_was_so_tells_what_connects_as_well(run: Run) -> None:
    run("rate", "Sicario", "5")
    run("recommend")
    said = " ".join(run("why", "Arrival").out.split())
    assert "⇢ You gave 5 of 5 stars to Sicario (2015), which was directed by Denis Villeneuve" in said
    (line,) = run("why", "Arrival", "--json").lines
    assert line["paths"][0].endswith("who also directed Arrival (2016)")


def test_when_one_met_something(run: Run) -> None:
    assert "You have not met Arrival (2016) before" in run("graph", "timeline", "Arrival").out
    run("watch", "Arrival", "--on", "2021-03-14")
    run("rate", "Arrival", "4")
    said = run("graph", "timeline", "Arrival").out
    assert "14 Mar 2021" in said
    assert "You gave 4 of 5 stars to Arrival (2016)" in said


def test_common_ground_of_titles_and_of_people(run: Run) -> None:
    said = run("graph", "common", "Arrival", "Sicario").out
    assert said.startswith("Denis Villeneuve, person")
    assert "├── Arrival (2016) was directed by Denis Villeneuve" in said
    assert "name two things" in run("graph", "common", "Arrival", code=2).err
    run("users", "add", "Ben")
    run("rate", "Stalker", "5", "--user", "Ada")
    run("watch", "Stalker", "--user", "Ben")
    asked = ("graph", "common", "--user", "Ada", "--with", "Ben")
    assert "Nobody called 'Ben' shares their taste" in run(*asked, code=1).err
    run("users", "set", "Ben", "--shares-taste")
    assert "mediatheque users set Ada --shares-taste" in run(*asked, code=1).err
    run("users", "set", "Ada", "--shares-taste")
    together = run(*asked).out
    assert "├── You gave 5 of 5 stars to Stalker (1979)" in together
    assert "└── Ben watched Stalker (1979)" in together
    (line,) = run(*asked, "--json").lines
    assert line["edge_a"]["said_by"] == "you"
    assert line["edge_b"] == {"type": "WATCHED"}
    run("users", "set", "Ben", "--no-shares-taste")
    assert "Nobody called 'Ben'" in run(*asked, code=1).err


def test_a_graph_that_was_not_built_is_built(run: Run, database: Database) -> None:
    with database.transaction() as db:
        before = graph_figures(db)
        db.execute(text("DELETE FROM graph_state WHERE name = 'built'"))
        db.execute(text("DELETE FROM graph_edges"))
    checked = {line["part"]: line for line in run("check", "--json").lines}
    assert checked["graph"]["state"] == "note"
    said = run("graph", "show", "Arrival").out
    assert "it is built now" in said
    assert "was directed by Denis Villeneuve" in said
    with database.transaction() as db:
        assert graph_figures(db) == before


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("INSERT INTO graph_edges SELECT * FROM graph_edges LIMIT 1", "are there twice"),
        ("DELETE FROM graph_nodes WHERE name = 'Denis Villeneuve'", "lead nowhere"),
        ("UPDATE graph_nodes SET degree = degree + 1 WHERE name = 'Denis Villeneuve'", "miscounted"),
        ("INSERT INTO graph_dirty (user_id, item_id) VALUES (0, 1)", "never worked out"),
    ],
)
def test_check_finds_what_is_wrong_and_a_rebuild_mends_it(
    run: Run, database: Database, harm: str, said: str
) -> None:
    with database.transaction() as db:
        db.execute(text(harm))
    checked = {line["part"]: line for line in run("check", "--json", code=1).lines}
    assert checked["graph"]["state"] == "fails"
    assert said in checked["graph"]["said"]
    assert "mediatheque graph rebuild" in checked["graph"]["mend"]
    run("graph", "rebuild")
    assert {line["part"]: line["state"] for line in run("check", "--json").lines}["graph"] == "fine"


def test_rebuild_changes_nothing_where_nothing_changed(run: Run, database: Database) -> None:
    with database.transaction() as db:
        before = graph_figures(db)
    (done,) = run("graph", "rebuild", "--json").lines
    assert (done["nodes"], done["edges"]) == (before.nodes, before.edges)
    assert run("rebuild", "graph", "--json").lines[0]["graph"] == done["graph"]


def test_the_graph_goes_into_a_file_or_a_pipe(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "graph.jsonl"
    (done,) = run("graph", "export", "jsonl", file, "--json").lines
    assert done["bytes"] == file.stat().st_size
    assert all(json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    assert "--force" in run("graph", "export", "jsonl", file, code=1).err
    run("graph", "export", "jsonl", file, "--force")
    assert run("graph", "export", "jsonl", "-").out == file.read_text(encoding="utf-8")
    assert "graphml" in run("graph", "export", "pdf", tmp_path / "graph.pdf", code=1).err
    assert not (tmp_path / "graph.pdf").exists()


def test_sync_says_that_there_is_nothing_elsewhere(run: Run) -> None:
    assert "MEDIATHEQUE_GRAPH_URL" in run("graph", "sync", code=1).err


def test_an_original_title_is_a_name_too(run: Run, database: Database) -> None:
    with database.transaction() as db:
        add_to_catalogue(
            db,
            [film("Spirited Away", 2001, "Hayao Miyazaki", original_title="Sen to Chihiro no kamikakushi")],
        )
        assert items_called(db, 1, "Sen to Chihiro no kamikakushi")[0]
    assert run("graph", "show", "Sen to Chihiro no kamikakushi").out.startswith("Spirited Away (2001), film")


def test_a_series_called_as_its_first_title_is_meant_by_its_prefix_alone(
    run: Run, database: Database
) -> None:
    with database.transaction() as db:
        add_to_catalogue(db, [film("Quiet Orbit", 2001, "Mira Halden", series="Quiet Orbit")])
    assert "Quiet Orbit (2001), film" in run("graph", "show", "Quiet Orbit").out
    assert "Quiet Orbit, series" in run("graph", "show", "series:Quiet Orbit").out
