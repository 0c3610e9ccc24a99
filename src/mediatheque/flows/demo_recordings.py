"""The demo's archive: recordings of invented people, and what the household has asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from mediatheque.archive.queries.media import Media, MediaFile, files_of, put_file
from mediatheque.flows import asking
from mediatheque.flows.archiving import Added, Wishes, add_file
from mediatheque.search.queries import threads

if TYPE_CHECKING:
    from mediatheque.archive.queries.media import Origin
    from mediatheque.kit.database import Connection
    from mediatheque.library.queries.users import User
    from mediatheque.tools.embedder import Embedder
    from mediatheque.wiring import Mediatheque


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of the demo, and whose it is; one with captions says itself what is said in it, as many podcasts do."""

    file: str
    owner: str
    tags: tuple[str, ...]
    captions: str | None = None
    origin: Origin = "file"


#: The first is listened to, which takes a while; the others come with captions.
RECORDINGS = (
    Recording("listening-in-the-dark.opus", "Nora", ("sound", "cinema")),
    Recording(
        "films-that-take-their-time.opus", "Nora", ("cinema", "podcast"), "films-that-take-their-time.vtt"
    ),
    Recording("a-rye-loaf-in-three-days.opus", "Nora", ("family", "baking"), "a-rye-loaf-in-three-days.vtt"),
    Recording("three-first-contacts.opus", "Emil", ("books", "podcast"), "three-first-contacts.vtt"),
    Recording(
        "the-synthesizer-in-the-attic.opus",
        "Emil",
        ("repairs",),
        "the-synthesizer-in-the-attic.vtt",
        origin="recording",
    ),
)

#: The question that only the recording answers which is listened to.
QUESTION = "What were the voices of the visitors made from?"
#: Whose conversations there are, and what was asked in each.
CONVERSATIONS = (
    ("Nora", ("How long does the rye dough rest?", "When may the loaf be cut?")),
    ("Nora", (QUESTION,)),
    ("Emil", ("How do the two engineers begin to understand each other?",)),
)


def add_recordings(app: Mediatheque, household: Mapping[str, User]) -> list[tuple[User, Added]]:
    """Put the recordings into their owners' archives, unless they are there; whose each is."""
    return [(household[r.owner], _add(app, household[r.owner], r)) for r in RECORDINGS]


def have_asked(
    app: Mediatheque, user: User, questions: tuple[str, ...], embedder: Embedder | None
) -> list[str]:
    """The answers in the conversation that began with the first question; it is held when it was not yet."""
    with app.database.transaction() as db:
        thread = next((t for t in threads.list_threads(db, user.id) if t.title == questions[0]), None)
    thread_id = thread.id if thread is not None else None
    if thread_id is None:
        for question in questions:
            wanted = asking.Asking(user.id, question, thread_id)
            for step in asking.ask(app.database, wanted, embedder=embedder):
                if isinstance(step, threads.Thread):
                    thread_id = step.id
    assert thread_id is not None
    with app.database.transaction() as db:
        messages = threads.messages_of(db, user.id, thread_id)
    return [message.text for message in messages if message.role == "answer"]


def _add(app: Mediatheque, user: User, recording: Recording) -> Added:
    folder = resources.files("mediatheque").joinpath("demo_media")
    with ExitStack() as files:
        sound = files.enter_context(resources.as_file(folder.joinpath(recording.file)))
        captions = None
        if recording.captions is not None:
            written = files.enter_context(resources.as_file(folder.joinpath(recording.captions)))
            blob = app.blobs.put(written)
            captions = MediaFile("captions", blob.sha256, blob.size, "text/vtt")

        def with_captions(db: Connection, media: Media) -> None:
            # In the transaction that adds it: whoever works on it finds them.
            if captions is not None and "captions" not in files_of(db, media.id):
                put_file(db, media.id, captions)

        wishes = Wishes(language="en", tags=recording.tags)
        return add_file(
            app, user.id, sound, recording.file, wishes, origin=recording.origin, within=with_captions
        )
