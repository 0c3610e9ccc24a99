"""Questions that only a person can answer: which item does a row speak of?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.picking import picked
from mediatheque.cli.printing import Printer, item_json

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.library.queries.mentions import Question
    from mediatheque.library.queries.users import User
    from mediatheque.vocabulary import Item
    from mediatheque.wiring import Mediatheque

_PAGE = 50
_NONE, _LATER, _BACK, _QUIT = 0, -1, -2, -3


def review(
    list_only: Annotated[bool, typer.Option("--list", "-l", help="List the questions, ask nothing.")] = False,
    answers: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--answer",
            "-a",
            metavar="QUESTION=ITEM",
            help="Answer one: 12=345, 12='Dune (2021)', or 12=none. May be given several times.",
        ),
    ] = None,
    undo: Annotated[
        Optional[list[int]],  # noqa: UP045
        typer.Option(metavar="QUESTION", help="Take an answer back. May be given several times."),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Answer which title a row of your history means, where it may be several.

    One answer repairs every row with that title, is remembered for later imports, and can be taken back.

    \b
    Examples:
      mediatheque review
      mediatheque review --list --json
      mediatheque review --answer 12=345 --answer 13=none
      mediatheque review --undo 12
    """
    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        for mention_id in undo or ():
            _take_back(app, printer, who, mention_id)
        for given in answers or ():
            _answer_given(app, printer, who, given)
        if undo or answers:
            return
        if list_only or not printer.is_interactive:
            _list(app, printer, who)
        else:
            _ask_all(app, printer, who)


def _take_back(app: Mediatheque, printer: Printer, who: User, mention_id: int) -> None:
    from mediatheque.flows.reviewing import take_back

    with app.database.transaction() as db:
        mention = take_back(db, who.id, mention_id)
    printer.emit({"question": mention_id, "undone": True})
    printer.say(
        f"The answer about “{words.title_of(mention.work)}” is taken back; the question is open again."
    )


def _answer_given(app: Mediatheque, printer: Printer, who: User, given: str) -> None:
    number, equals, said = given.partition("=")
    if not equals or not number.strip().isdecimal() or not said.strip():
        raise typer.BadParameter(f"'{given}' is not of the form 12=345 or 12=none", param_hint="--answer")
    with app.database.transaction() as db:
        chosen = None if said.strip().lower() == "none" else _named(db, who, said.strip(), printer)
        _answer(db, printer, who, int(number), chosen)


def _named(db: Connection, who: User, said: str, printer: Printer) -> Item:
    from mediatheque.library.queries.items import item_with_id

    return item_with_id(db, int(said), who.id) if said.isdecimal() else picked(db, who.id, said, printer)


def _answer(db: Connection, printer: Printer, who: User, mention_id: int, chosen: Item | None) -> None:
    from mediatheque.flows.reviewing import answer

    question = answer(db, who.id, mention_id, chosen.id if chosen else None)
    printer.emit(
        {"question": mention_id, "item": item_json(chosen) if chosen else None, "repaired": question.records}
    )
    what = words.item(chosen) if chosen else "a title of its own"
    rows = words.counted(question.records, "row")
    printer.say(f"“{words.title_of(question.mention.work)}” is {what}: {rows} repaired.")


def _list(app: Mediatheque, printer: Printer, who: User) -> None:
    after, total = 0, 0
    while page := _questions(app, who, after):
        for question, candidates in page:
            printer.emit(_question_json(question, candidates))
            _say_question(printer, question, candidates)
            total += 1
        after = page[-1][0].mention.id
    if not total:
        printer.say(f"There is nothing to ask {who.name}.")
        return
    printer.note(
        f"{words.counted(total, 'question')}. Answer with: mediatheque review --answer QUESTION=ITEM|none"
    )


def _questions(app: Mediatheque, who: User, after: int) -> list[tuple[Question, dict[int, Item]]]:
    """A page of questions, each with its candidates by id."""
    from mediatheque.library.queries.items import items_with_ids
    from mediatheque.library.queries.mentions import questions

    with app.database.transaction() as db:
        page = questions(db, who.id, after=after, limit=_PAGE)
        wanted = {match.item_id for question in page for match in question.candidates}
        there = items_with_ids(db, sorted(wanted), who.id)
    return [(q, {m.item_id: there[m.item_id] for m in q.candidates if m.item_id in there}) for q in page]


def _ask_all(app: Mediatheque, printer: Printer, who: User) -> None:
    """Ask one question after another until there is none, or enough is enough."""
    answered: list[int] = []
    after = 0
    also = {"n": _NONE, "s": _LATER, "u": _BACK, "q": _QUIT}
    while page := _questions(app, who, after)[:1]:
        question, candidates = page[0]
        _say_question(printer, question, candidates)
        printer.note("n: none of these, s: later, u: take the last answer back, q: enough")
        choice = printer.ask_number("Which one", len(candidates), also=also)
        if choice == _QUIT:
            break
        if choice == _BACK:
            if answered:
                after = min(after, answered[-1] - 1)
                _take_back(app, printer, who, answered.pop())
            else:
                printer.say("There is no answer to take back yet.")
            continue
        if choice != _LATER:
            chosen = None if choice == _NONE else list(candidates.values())[choice - 1]
            with app.database.transaction() as db:
                _answer(db, printer, who, question.mention.id, chosen)
            answered.append(question.mention.id)
        after = question.mention.id
        printer.say()
    _say_goodbye(app, printer, who, len(answered))


def _say_goodbye(app: Mediatheque, printer: Printer, who: User, answered: int) -> None:
    from mediatheque.library.queries.mentions import count_questions

    with app.database.transaction() as db:
        left = count_questions(db, who.id)
    if not left:
        printer.say(f"No questions left{'' if answered else f' for {who.name}'}.")
    else:
        printer.say(f"{words.counted(answered, 'answer')} given, {words.counted(left, 'question')} left.")


def _say_question(printer: Printer, question: Question, candidates: dict[int, Item]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    work = question.mention.work
    about = words.about(work)
    head = Text.assemble(
        (f"{question.mention.id}  ", "dim"),
        (words.title_of(work), "bold"),
        f" ({about})" if about else "",
        f": which one is it? ({words.counted(question.records, 'row')})",
    )
    printer.say(head)
    matches = [match for match in question.candidates if match.item_id in candidates]
    for n, match in enumerate(matches, 1):
        item = candidates[match.item_id]
        printer.say(Text.assemble(f"  {n}  {words.item(item)}", (f"  id:{item.id}", "dim")))
        printer.say(Padding(Text(words.evidence(match.penalties), "italic"), (0, 0, 0, 5)))


def _question_json(question: Question, candidates: dict[int, Item]) -> dict[str, Any]:
    from mediatheque.kit.wire import work_to_json

    return {
        "question": question.mention.id,
        "asks_about": work_to_json(question.mention.work),
        "rows": question.records,
        "candidates": [
            {
                "item": item_json(candidates[m.item_id]),
                "score": m.score,
                "penalties": [{"name": p.name, "amount": p.amount, "detail": p.detail} for p in m.penalties],
                "in_words": words.evidence(m.penalties),
            }
            for m in question.candidates
            if m.item_id in candidates
        ],
    }
