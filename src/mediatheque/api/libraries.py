"""People's libraries as columns, kept in this process while what they were read from stands.

Where a person stands is read anew after every change of their history; what is known of the items only after an
import, a new recording, another set of items, or when the catalogue was written to, which is looked at once a minute.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Hashable
from typing import TYPE_CHECKING

from mediatheque.kit.database import Connection
from mediatheque.kit.remembered import Remembered
from mediatheque.library.queries.users import User

if TYPE_CHECKING:
    from mediatheque.library.browsing.columns import Facts, Library, Standings

#: Bytes for everybody's; 100,000 items take about 60 million with the words that they are searched by.
MOST_BYTES, FOR_S = 192 << 20, 3600.0
#: Narrowed and counted at once: more would share the same processors.
LIBRARIES_AT_ONCE = 2
#: The catalogue is looked at so often.
LOOK_EVERY_S = 60.0


class Libraries:
    """Room for the libraries of one process."""

    def __init__(self) -> None:
        self._facts: Remembered[Facts] = Remembered(MOST_BYTES, for_s=FOR_S)
        self._standings: Remembered[Standings] = Remembered(MOST_BYTES // 8, for_s=FOR_S)
        self._libraries: Remembered[Library] = Remembered(MOST_BYTES // 2, for_s=FOR_S)
        # One is read at a time: a page asks for several parts of the same library at once.
        self._reading = threading.Lock()
        self._catalogue: Hashable = None
        self._look_at = 0.0

    def library(self, db: Connection, user: User, *, is_whole: bool) -> Library:
        """The person's library as it is now, with `is_whole` the catalogue's best known too."""
        # Not before somebody asks: it loads a numerical library.
        from mediatheque.library.browsing.columns import Library
        from mediatheque.library.queries import browsing

        with self._reading:
            stand = self._standings.get(user.id, user.history_version)
            if stand is None:
                stand = browsing.read_standings(db, user.id)
                self._standings.put(user.id, user.history_version, stand, 40 * len(stand.ids))
            key = (user.id, is_whole)
            stamp = (
                browsing.stamp_of(db, user.id),
                self._seen(db),
                (user.max_age, user.may_see_unrated),
                hashlib.blake2b(stand.ids.tobytes(), digest_size=16).digest(),
            )
            facts = self._facts.get(key, stamp)
            if facts is None:
                facts = browsing.read_facts(db, user, is_whole=is_whole)
                self._facts.put(key, stamp, facts, facts.size)
            whole_stamp = (user.history_version, stamp)
            library = self._libraries.get(key, whole_stamp)
            if library is None:
                library = Library(facts, stand.of(facts.ids))
                self._libraries.put(key, whole_stamp, library, library.size)
            return library

    def _seen(self, db: Connection) -> Hashable:
        from mediatheque.library.queries import browsing

        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY_S
            self._catalogue = browsing.changes(db)
        return self._catalogue
