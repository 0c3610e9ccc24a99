"""Everything at once: imports, undos, answers, what is told, a sync, a rebuild, people who come and go; nothing is lost."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from histories import a_catalogue, assert_sound, conclusions, netflix
from mediatheque.accounts.queries import erase, set_role
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.import_history import import_file
from mediatheque.flows.rebuilding import rebuild_history, rebuild_items
from mediatheque.flows.reviewing import answer, take_back
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.kit.errors import MediathequeError
from mediatheque.library.queries import history, items, mentions
from mediatheque.library.queries.users import User, add_user
from mediatheque.vocabulary import Claim, Event, EventKind, Kind, Work

_LASTS_S = 6.0

Step = Callable[[Database, random.Random], None]


def test_nobody_waits_in_a_circle_and_nothing_is_lost(
    database: Database, ada: User, ben: User, tmp_path: Path
) -> None:
    a_catalogue(database)
    people = (ada, ben)

    def importing(db_of: Database, dice: random.Random) -> None:
        user = dice.choice(people)
        path = netflix(
            tmp_path / f"{threading.get_ident()}.csv", dice.randrange(20, 120), seed=dice.randrange(9)
        )
        batch = import_file(db_of, user.id, path, chunk=dice.choice((5, 50)))
        if dice.random() < 0.5:
            undo_batch(db_of, user.id, batch.id)

    def syncing(db_of: Database, dice: random.Random) -> None:
        year = dice.randrange(1950, 2020)
        works = [
            Work(kind=Kind.SHOW, title=f"The River House {dice.randrange(40)}", year=year) for _ in range(4)
        ]
        with db_of.transaction() as db:
            add_to_catalogue(db, [Claim("starter", f"{w.title} {year}", w) for w in works])

    def answering(db_of: Database, dice: random.Random) -> None:
        user = dice.choice(people)
        with db_of.transaction() as db:
            asked = mentions.questions(db, user.id)
        if not asked:
            time.sleep(0.05)
            return
        question = dice.choice(asked)
        with db_of.transaction() as db:
            said = dice.choice([None, *(c.item_id for c in question.candidates)])
            answer(db, user.id, question.mention.id, said)
        if dice.random() < 0.6:
            with db_of.transaction() as db:
                take_back(db, user.id, question.mention.id)

    def telling(db_of: Database, dice: random.Random) -> None:
        user = dice.choice(people)
        with db_of.transaction() as db:
            those = items.list_items(db, user.id, items.ItemFilter(), after=dice.randrange(500), limit=5)
            rated = Event(kind=EventKind.RATED, value=3.5)
            history.add_events(db, user.id, [(item.id, rated, None) for item in those])

    def rebuilding(db_of: Database, dice: random.Random) -> None:
        dice.choice((rebuild_items, rebuild_history))(db_of)
        time.sleep(0.2)

    def promoting(db_of: Database, dice: random.Random) -> None:
        with db_of.transaction() as db:
            set_role(db, dice.choice(people).id, dice.choice(("admin", "member")))
        time.sleep(0.02)

    def coming_and_going(db_of: Database, dice: random.Random) -> None:
        with db_of.transaction() as db:
            guest = add_user(db, f"Guest {dice.random()}")
        import_file(db_of, guest.id, netflix(tmp_path / "guest.csv", 40, seed=dice.randrange(9)), chunk=20)
        with db_of.transaction() as db:
            erase(db, guest.id)

    steps = (importing, importing, syncing, answering, telling, rebuilding, promoting, coming_and_going)
    done, failures = _all_at_once(database, steps)
    assert failures == []
    assert set(done) == {step.__name__ for step in steps}
    with database.transaction() as db:
        assert_sound(db)
        before = [conclusions(db, user.id) for user in people]
    rebuild_history(database)
    with database.transaction() as db:
        assert [conclusions(db, user.id) for user in people] == before


def _all_at_once(database: Database, steps: tuple[Step, ...]) -> tuple[list[str], list[str]]:
    """Take each step again and again beside the others; what was done, and what went wrong unforeseen."""
    done: list[str] = []
    failures: list[str] = []
    until = time.monotonic() + _LASTS_S

    def run(number: int, step: Step) -> None:
        own = Database(database.url)
        dice = random.Random(number)
        while time.monotonic() < until:
            try:
                step(own, dice)
                done.append(step.__name__)
            except MediathequeError:
                pass  # what it wanted was taken back, or is another's turn: it is told so
            except Exception as failure:  # noqa: BLE001  shown to the test's own thread
                failures.append(f"{step.__name__}: {failure!r}"[:500])
        own.close()

    threads = [threading.Thread(target=run, args=step) for step in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done, failures
