"""Somebody whose titles, recordings, tags, names and answers are all attempts to run a script on the page."""

from __future__ import annotations

import csv
import html
import uuid
from dataclasses import dataclass
from pathlib import Path

from browser.serving import Served
from media_server import wav
from mediatheque.accounts.queries import set_password
from mediatheque.archive.queries.media import Media, MediaFile, put_file
from mediatheque.flows.archiving import Wishes, add_file
from mediatheque.flows.import_history import import_file
from mediatheque.kit.database import Connection
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.preferences import set_preferences
from mediatheque.library.queries.users import User, add_user
from mediatheque.resolve.normalise import title_keys
from mediatheque.search.answers import Answer, Citation, Sentence
from mediatheque.search.queries.threads import add_answer, add_thread
from mediatheque.vocabulary import Credit, Event, EventKind, Kind, Role, Work

IMAGE = '<img src=x onerror="window.hacked=1">'
SCRIPT = "<script>window.hacked=2</script>"
LINK = "javascript:window.hacked=3"
FRAME = '"><iframe srcdoc="<script>top.hacked=4</script>"></iframe>'


@dataclass(frozen=True)
class Hostile:
    """Who they are, and where their things are on the page."""

    user: User
    item_id: int
    media_id: int
    job_id: int
    thread_id: int

    @property
    def addresses(self) -> list[str]:
        return [
            "/",
            "/library",
            f"/items/{self.item_id}",
            "/import",
            "/review",
            "/archive",
            f"/archive/{self.media_id}",
            "/archive/jobs",
            f"/graph?node=item:{self.item_id}",
            "/search?q=onerror",
            "/search?q=%3Cimg%20src%3Dx%20onerror%3D%22window.hacked%3D1%22%3E",
            "/ask",
            f"/ask/{self.thread_id}",
            "/statistics",
            "/settings",
            "/nowhere/%3Cscript%3Ehacked=1%3C/script%3E",
        ]


def move_in(library: Served, folder: Path) -> Hostile:
    """Add them with everything that is theirs to name."""
    app = library.app
    with app.database.transaction() as db:
        user = add_user(db, f"<img src=x onerror=hacked=1>{uuid.uuid4().hex[:6]}")
        set_password(db, user.id, library.password_hash)  # who has none has no session
        item_id = _item(db, user)
        set_preferences(db, user.id, {"views": [{"name": IMAGE, "search": "kind=film"}]})
    import_file(app.database, user.id, _export(folder), name=f"{IMAGE}.csv")
    added = _recording(library, user)
    with app.database.transaction() as db:
        thread_id = _conversation(db, user, added.id)
    assert added.job_id is not None
    return Hostile(user, item_id, added.id, added.job_id, thread_id)


def _item(db: Connection, user: User) -> int:
    work = Work(
        kind=Kind.FILM,
        title=IMAGE,
        original_title=FRAME,
        year=2001,
        genres=(SCRIPT,),
        credits=(Credit(IMAGE, Role.DIRECTOR), Credit(SCRIPT, Role.CAST)),
        description=f"{IMAGE}{SCRIPT}{FRAME}",
        series=FRAME,
        url=LINK,
        image_url=LINK,
    )
    (item_id,) = add_items(db, [NewItem(work=work, title_keys=title_keys(work), owner_id=user.id)])
    told = [Event(kind=EventKind.WATCHED), Event(kind=EventKind.RATED, value=4.5)]
    add_events(db, user.id, [(item_id, event, SCRIPT) for event in told])
    return item_id


def _export(folder: Path) -> Path:
    path = folder / "history.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file, quoting=csv.QUOTE_ALL)
        rows.writerow(["Title", "Date"])
        for day, title in enumerate((IMAGE, SCRIPT, FRAME, "Scarface", f"{IMAGE}: Season 1: {SCRIPT}"), 1):
            rows.writerow([title, f"10/{day + 12}/26"])
    return path


def _recording(library: Served, user: User) -> Media:
    said = "".join(
        f"00:00:{n:02d}.000 --> 00:00:{n + 1:02d}.000\n<v {html.escape(SCRIPT)}>{html.escape(line)}\n\n"
        for n, line in enumerate((f"{IMAGE}.", f"{SCRIPT}.", f"{FRAME}.", f"{LINK}."), 1)
    )
    blob = library.app.blobs.put(_file(library, "captions.vtt", f"WEBVTT\n\n{said}".encode()))

    def with_captions(db: Connection, media: Media) -> None:
        put_file(db, media.id, MediaFile("captions", blob.sha256, blob.size, "text/vtt"))

    wishes = Wishes(title=IMAGE, language="en", tags=(SCRIPT, IMAGE))
    sound = _file(library, "sound.wav", wav(6.0))
    return add_file(library.app, user.id, sound, f"{IMAGE}.wav", wishes, within=with_captions).media


def _file(library: Served, name: str, content: bytes) -> Path:
    path = library.app.data_dir / "scratch" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def _conversation(db: Connection, user: User, media_id: int) -> int:
    thread = add_thread(db, user.id, IMAGE)
    cited = Citation(
        kind="passage",
        key="passage:1",
        title=IMAGE,
        quote=SCRIPT,
        media_id=media_id,
        start_ms=0,
        end_ms=900,
        speaker=IMAGE,
        link=LINK,
    )
    sentence = Sentence(f"{IMAGE} {SCRIPT} [a]({LINK})", (cited,))
    answer = Answer(sentences=(sentence,), is_found=True, made_by=SCRIPT, rewritten_query=IMAGE)
    add_answer(db, user.id, thread.id, answer)
    return thread.id
