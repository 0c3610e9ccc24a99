"""Asking the archive: answers with footnotes that lead to the minute."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli.finding import embedder_of
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import MediathequeError

if TYPE_CHECKING:
    from mediatheque.flows.asking import Step
    from mediatheque.search.answers import Citation, Source
    from mediatheque.tools.llm import LanguageModel
    from mediatheque.wiring import Mediatheque

#: So many of what comes nearest are shown where nothing answers.
_NEAREST = 3


def ask(
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="What you want to know.")],
    thread: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--thread", metavar="NUMBER", help="Go on with this conversation."),
    ] = None,
    goes_on: Annotated[bool, typer.Option("--continue", help="Go on with the last conversation.")] = False,
    tag: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--tag", help="Only recordings with this tag; may be given several times."),
    ] = None,
    speaker: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--speaker", help="Only what they say; may be given several times."),
    ] = None,
    since: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m-%d"], help="Only recordings added on this day or later."),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Ask your recordings and your history; every sentence says where it is from.

    \b
    Examples:
      mediatheque ask "how warm is it inside the winter cluster?"
      mediatheque ask --continue "and what do they eat?"
      mediatheque ask "which talk made me watch Arrival, and what did I rate it?"
      mediatheque ask "what helps against jet lag?" --tag sleep --json
    """
    from mediatheque.flows.asking import Asking
    from mediatheque.flows.asking import ask as asked
    from mediatheque.search.passage_filter import passage_filter
    from mediatheque.search.queries.threads import last_thread

    printer = Printer(as_json)
    which = passage_filter(
        tags=tag or (), speakers=speaker or (), added=(since.date() if since else None, None)
    )
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
            if goes_on and thread is None:
                thread = last_thread(db, who.id).id
        embedder, llm = embedder_of(app, printer), _llm_of(app, printer)
        told = _Told(printer)
        asking = Asking(who.id, " ".join(question), thread, which)
        for step in asked(app.database, asking, embedder=embedder, llm=llm):
            told.tell(step)


class _Told:
    """Prints an answer as it comes, and its footnotes at the end."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._footnotes: list[Citation] = []
        self._nearest: tuple[Source, ...] = ()
        self._thread = 0

    def tell(self, step: Step) -> None:
        """Print what came."""
        from mediatheque.flows.asking import Done
        from mediatheque.search.answering.answer import Sources
        from mediatheque.search.answers import Sentence
        from mediatheque.search.queries.threads import Thread

        if isinstance(step, Thread):
            self._thread = step.id
        elif isinstance(step, Sources):
            self._nearest = tuple(source for source in step.sources if source.kind == "passage")[:_NEAREST]
        elif isinstance(step, Sentence):
            marks = "".join(f"[{self._number(citation)}]" for citation in step.citations)
            self._printer.say(f"{step.text} {marks}")
        elif isinstance(step, Done):
            self._finish(step)

    def _number(self, citation: Citation) -> int:
        if citation not in self._footnotes:
            self._footnotes.append(citation)
        return self._footnotes.index(citation) + 1

    def _finish(self, done: Any) -> None:
        from mediatheque.search.answers import sentence_to_json

        answer = done.answer
        self._printer.emit(
            {
                "thread": self._thread,
                "message": done.message_id,
                "is_found": answer.is_found,
                "text": answer.text,
                "made_by": answer.made_by,
                "searched_for": answer.rewritten_query,
                "sentences": [sentence_to_json(sentence) for sentence in answer.sentences],
            }
        )
        if not answer.is_found:
            self._printer.say(answer.text)
            for source in self._nearest:
                self._printer.note(
                    f"Perhaps near it: {_place(source.title, source.media_id, source.start_ms)}"
                )
        self._printer.say()
        for number, citation in enumerate(self._footnotes, start=1):
            where = _place(citation.title, citation.media_id, citation.start_ms)
            link = f" ({citation.link})" if citation.link else ""
            self._printer.note(f"[{number}] “{citation.quote}” — {where}{link}")
        self._printer.note(f"Go on with: mediatheque ask --thread {self._thread} …")


def _place(title: str, media_id: int | None, start_ms: int | None) -> str:
    """ "Bees in winter, 12:41, recording 7"."""
    from mediatheque.search.answering.extract import clock

    when = f", {clock(start_ms)}" if start_ms is not None else ""
    return f"{title}{when}" + (f", recording {media_id}" if media_id is not None else "")


def _llm_of(app: Mediatheque, printer: Printer) -> LanguageModel | None:
    try:
        return app.llm
    except MediathequeError as error:
        printer.note(f"Answering in quotations: {error}")
        return None
