"""Asking the archive: a question in a conversation, what is found for it, and the answer, which is kept with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from mediatheque.kit.errors import Invalid
from mediatheque.kit.wire import storable_text
from mediatheque.search.answering.answer import Sources, answered
from mediatheque.search.answering.retrieve import ready, retrieve
from mediatheque.search.answering.rewrite import Turn, rewritten
from mediatheque.search.answers import Answer, Sentence
from mediatheque.search.queries import threads

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection, Database
    from mediatheque.search.passage_filter import PassageFilter
    from mediatheque.tools.embedder import Embedder
    from mediatheque.tools.llm import LanguageModel

#: Characters of a question.
LONGEST_QUESTION = 1_000
#: So many messages of a conversation are looked back at.
_LOOKED_BACK = 6


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what: `thread_id` goes on with a conversation, None begins one; `which` narrows where it is looked."""

    user_id: int
    question: str
    thread_id: int | None = None
    which: PassageFilter | None = None


@dataclass(frozen=True, slots=True)
class Searching:
    """What is looked for: the question with what the conversation had said before."""

    query: str


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer, and the message that it is kept as."""

    answer: Answer
    message_id: int


#: What comes, in this order; sentences one by one.
Step: TypeAlias = threads.Thread | Searching | Sources | Sentence | Done


def ask(
    database: Database,
    asking: Asking,
    *,
    embedder: Embedder | None,
    llm: LanguageModel | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Step]:
    """Answer a question as it comes about, in transactions of its own; what was answered is kept in the conversation.

    When it is cancelled, what was said so far is kept. Raises Invalid for an empty or too long question, NotFound for a
    conversation that is not the asker's.
    """
    question = " ".join(storable_text(asking.question).split())
    if not question or len(question) > LONGEST_QUESTION:
        raise Invalid(f"A question has 1 to {LONGEST_QUESTION} characters.")
    with database.transaction() as db:
        thread, turns = _opened(db, asking, question)
    yield thread
    text = rewritten(question, turns, llm, is_cancelled)
    yield Searching(text)
    about = turns[-1].titles if turns and text != question else ()
    asked, embedder_name = ready(question, text, embedder, about)
    with database.transaction() as db:
        found = retrieve(db, asking.user_id, asked, embedder_name=embedder_name, which=asking.which)
    for piece in answered(asked, found, embedder=embedder, llm=llm, is_cancelled=is_cancelled):
        if not isinstance(piece, Answer):
            yield piece
        elif piece.is_found or not is_cancelled():
            with database.transaction() as db:
                message_id = threads.add_answer(db, asking.user_id, thread.id, piece)
            yield Done(piece, message_id)


def _opened(db: Connection, asking: Asking, question: str) -> tuple[threads.Thread, Sequence[Turn]]:
    """The conversation with the question added, and what was said in it before."""
    if asking.thread_id is None:
        return threads.add_thread(db, asking.user_id, question), ()
    messages = threads.messages_of(db, asking.user_id, asking.thread_id, last=_LOOKED_BACK)
    threads.add_question(db, asking.user_id, asking.thread_id, question)
    return threads.thread_with_id(db, asking.user_id, asking.thread_id), _turns(messages)


def _turns(messages: Sequence[threads.ThreadMessage]) -> list[Turn]:
    turns: list[Turn] = []
    for message in messages:
        if message.role == "question":
            turns.append(Turn(message.text))
        elif turns:
            titles = tuple(dict.fromkeys(c.title for s in message.sentences for c in s.citations))
            turns[-1] = Turn(turns[-1].question, message.text, titles)
    return turns
