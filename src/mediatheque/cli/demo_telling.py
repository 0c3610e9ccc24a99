"""The demo, told as it goes: a household moves in, its exports are read, and what is known then is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mediatheque.cli import words
from mediatheque.cli.addresses import address_of, how_to_enter
from mediatheque.cli.embedding import embed_new
from mediatheque.cli.finding import embedder_of
from mediatheque.cli.naming import meant
from mediatheque.cli.printing import Printer, item_json
from mediatheque.cli.recommending import means_of, recommendation_json, say_recommendations
from mediatheque.cli.reports import batch_json
from mediatheque.cli.walking import find_alike, see_that_it_is_built
from mediatheque.kit.errors import NotFound, Unavailable
from mediatheque.vocabulary import Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mediatheque.flows.demo import Member
    from mediatheque.library.queries.batches import Batch
    from mediatheque.library.queries.users import User
    from mediatheque.vocabulary import SearchHit
    from mediatheque.wiring import Mediatheque

_RECOMMENDED, _FOUND = 10, 4
#: Ways through the graph: how many are told, how long they may be, and how much common ground.
_WAYS, _LONGEST_WAY, _COMMON = 2, 6, 4


def tell_demo(app: Mediatheque, printer: Printer) -> None:
    """Have the invented household move in, and show what the library can do with what is theirs.

    Raises Conflict when the library belongs to real people.
    """
    from mediatheque.flows import demo as flow

    with app.database.transaction() as db:
        flow.check_is_demo(db)
    with printer.progress("Loading the starter catalogue") as on_progress:
        works = flow.load_catalogue(app.database, on_progress)
    with app.database.transaction() as db:
        household = flow.move_in(db)
    printer.say(f"The catalogue has {words.number(works)} films, shows and books.", style="bold")
    printer.emit({"catalogue": works, "data_dir": app.data_dir})
    for member in flow.HOUSEHOLD:
        with printer.waiting(f"Importing {member.name}’s exports …"):
            done = flow.import_exports(app.database, household[member.name], member)
        _say_recognised(app, printer, household[member.name], done)
    embed_new(app, printer)
    for member in flow.HOUSEHOLD:
        _recommend(app, printer, household[member.name])
    for query in flow.SEARCHES:
        _search(app, printer, household[flow.HOUSEHOLD[0].name], query)
    _listen(app, printer, household)
    _connect(app, printer, household)
    _share(app, printer, household[flow.HOUSEHOLD[0].name], household[flow.HOUSEHOLD[1].name])
    _say_how_to_go_on(app, printer, flow.HOUSEHOLD, flow.PASSWORD)


def _headline(printer: Printer, text: str) -> None:
    from rich.rule import Rule

    printer.say()
    printer.say(Rule(text, align="left", style="dim", characters="─"))


def _say_recognised(app: Mediatheque, printer: Printer, user: User, done: list[Batch]) -> None:
    from mediatheque.library.queries.checks import count_verdicts

    _headline(printer, f"{user.name}’s exports")
    with app.database.transaction() as db:
        verdicts = count_verdicts(db, user.id)
    for batch in done:
        printer.emit({"user": user.name, **batch_json(batch)})
    rows = [
        (
            b.file_name,
            b.source,
            *(words.number(n) for n in (b.new, b.known, sum(b.skipped.values()), b.rejected)),
        )
        for b in done
    ]
    counts = ("New", "Known", "Left out", "Rejected")
    printer.table(("File", "From", *counts), rows, right=counts, wrapping=("File",))
    found, asked, new = (verdicts.get(name, 0) for name in ("same", "ask", "new"))
    printer.emit({"user": user.name, "recognised": found, "asked": asked, "new": new})
    printer.say(
        f"{words.counted(found + asked + new, 'title')}: {words.number(found)} found in the catalogue, "
        f"{words.number(new)} got an entry of their own, {words.number(asked)} need an answer from {user.name}."
    )


def _recommend(app: Mediatheque, printer: Printer, user: User) -> None:
    from mediatheque.recommend.request import Request
    from mediatheque.recommend.serve import recommend

    means = means_of(app, printer)
    with app.database.transaction() as db:
        best = recommend(db, user.id, Request(n=_RECOMMENDED), means)
    _headline(printer, f"For {user.name}")
    for recommendation in best:
        printer.emit({"user": user.name, **recommendation_json(recommendation)})
    say_recommendations(printer, best)


def _search(app: Mediatheque, printer: Printer, viewer: User, query: str) -> None:
    from mediatheque.search.find import find

    embedder = embedder_of(app, printer)
    with app.database.transaction() as db:
        mode = "semantic" if embedder is not None else "text"
        hits = find(db, embedder, query, viewer.id, mode=mode, threshold=0.0, limit=_FOUND)
    printer.emit(
        {"search": query, "hits": [{"item": item_json(hit.item), "score": hit.score} for hit in hits]}
    )
    _headline(printer, f"Search by meaning: “{query}”")
    for hit in hits:
        _say_hit(printer, hit)


def _listen(app: Mediatheque, printer: Printer, household: Mapping[str, User]) -> None:
    """Recordings become text, and answer questions; skipped where the extra "archive" is not installed."""
    from mediatheque.cli.following import job_json, work_and_follow
    from mediatheque.flows.demo_recordings import CONVERSATIONS, QUESTION, add_recordings, have_asked

    _headline(printer, "Recordings: listened to, and asked")
    try:
        added = add_recordings(app, household)
    except Unavailable as error:
        printer.note(str(error))
        return
    for user in household.values():
        mine = [one.job_id for whose, one in added if whose.id == user.id and one.job_id is not None]
        for job in work_and_follow(app, printer, user.id, mine):
            printer.emit(job_json(job))
            printer.say(f"{job.title}: {job.error or job.line}.")
    embedder = embedder_of(app, printer)
    for name, questions in CONVERSATIONS:
        answers = have_asked(app, household[name], questions, embedder)
        for question, answer in zip(questions, answers, strict=True):
            printer.emit({"user": name, "question": question, "answer": answer})
            if question == QUESTION:
                printer.say(f"Asked: “{question}”", style="bold")
                printer.say(answer)


def _connect(app: Mediatheque, printer: Printer, household: Mapping[str, User]) -> None:
    """How titles and people hang together: the most telling ways between things of the demo."""
    from mediatheque.flows.demo import PATHS
    from mediatheque.graph.walks import paths_between, view_of

    see_that_it_is_built(app, printer)
    find_alike(app, printer)
    _headline(printer, "How it hangs together")
    with app.database.transaction() as db:
        for name, *ends in PATHS:
            view = view_of(db, household[name].id)
            try:
                a, b = (meant(db, view, end, printer) for end in ends)
            except NotFound:
                continue  # Without the extra "archive" there is no recording.
            ways = paths_between(app.graph, db, view, a.node, b.node, max_length=_LONGEST_WAY, limit=_WAYS)
            printer.emit(
                {"user": name, "from": a.name, "to": b.name, "paths": [way.sentence for way in ways]}
            )
            for way in ways:
                whose = f"{name}: " if any(thing.is_reader for thing in way.things) else ""
                printer.say(f"{whose}{way.sentence}.")


def _share(app: Mediatheque, printer: Printer, one: User, other: User) -> None:
    """What two people of the household have in common, as they both share their taste."""
    from mediatheque.graph.walks import common_ground, view_of

    with app.database.transaction() as db:
        view = view_of(db, one.id)
        if other.id not in view.guests:
            return
        a, b = (Node(NodeKind.USER, user.id) for user in (one, other))
        common = common_ground(app.graph, db, view, a, b, limit=_COMMON)
    printer.emit({"users": [one.name, other.name], "common": [shared.thing.name for shared in common]})
    printer.say()
    printer.say(f"{one.name} and {other.name} share their taste (mediatheque users set NAME --shares-taste):")
    for shared in common:
        printer.say(f"{one.name} {shared.words_a}, {other.name} {shared.words_b}.")


def _say_hit(printer: Printer, hit: SearchHit) -> None:
    from rich.padding import Padding
    from rich.text import Text

    work = hit.item.work
    printer.say(Text.assemble(f"{hit.score:.2f}  ", (words.title_of(work), "bold"), f"  {words.about(work)}"))
    if work.description:
        printer.say(Padding(Text(work.description, "italic"), (0, 0, 0, 6)))


def _say_how_to_go_on(
    app: Mediatheque, printer: Printer, household: tuple[Member, ...], password: str
) -> None:
    from rich.table import Table

    names = [member.name for member in household]
    url = address_of(app.settings.host, app.settings.port)
    printer.emit({"url": url, "users": names, "password": password, "data_dir": app.data_dir})
    _headline(printer, "Go on")
    table = Table.grid(padding=(0, 3))
    table.add_row("Answer the questions", f"mediatheque review --demo --user {names[0]}")
    table.add_row("Look around", f"mediatheque search --demo --user {names[1]} QUERY")
    table.add_row("Walk the graph", f"mediatheque graph show --demo --user {names[1]} Dune")
    table.add_row("Ask the recording", f"mediatheque ask --demo --user {names[0]} QUESTION")
    table.add_row("Begin your own", "mediatheque up, and open its page")
    table.add_row("Other programs sign in", f"as {words.listed(names, 'or')}, password {password}")
    printer.say(table)
    printer.say()
    printer.say(f"Its page: make run (or: mediatheque up --demo), then open {url}", style="bold green")
    printer.say(f"  {how_to_enter(names)}")
