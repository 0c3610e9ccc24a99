"""A library of 100,000 items that somebody met over fifteen years, made in well under two minutes.

From a benchmark or a test, on any database with our schema:

    from big_library import fill
    user_id = fill(database)                # the user "Reader", with 100,000 items; 30 % rated, three exports
    user_id = fill(database, count=5_000)   # a smaller one, in a few seconds

`make bench NAME=big-library` fills one and tells how long the library's own answers take, without HTTP and page.
"""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import catalogue_30k as catalogue
from sqlalchemy import text

from mediatheque.kit.database import Connection, Database
from mediatheque.library.browsing.columns import Library
from mediatheque.library.browsing.narrow import Which, months, narrow, offered
from mediatheque.library.queries import browsing
from mediatheque.library.queries.history import refresh_standings
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import add_user, user_with_id
from mediatheque.resolve.normalise import title_keys
from mediatheque.vocabulary import Credit, Kind, Role, Work

T = TypeVar("T")

COUNT, CHUNK = 100_000, 4_000
NAME = "Reader"


def _words(text: str) -> list[str]:
    return text.split()


_FIRST = _words("""
    Amber Arctic Autumn Ashen Borrowed Broken Burning Cobalt Copper Crimson Distant Drifting Emerald Endless
    Faded Fallen Feral First Forgotten Frozen Gentle Gilded Glass Golden Hidden Hollow Hungry Idle Indigo
    Inner Iron Ivory Last Late Little Lonely Long Lost Lucid Marble Midnight Missing Narrow Nameless
    Northern Open Outer Painted Pale Paper Patient Perfect Quiet Restless Rusted Salt Scarlet Second Secret
    Seventh Silent Silver Sleeping Slow Southern Stolen Sudden Summer Sunken Tender Third Thorn Tidal Torn
    Twilight Unseen Velvet Violet Wandering Warm Western White Wild Winter Wooden Yellow Young
""")
_SECOND = _words("""
    Anchor Archive Atlas Bay Bell Bird Bridge Cartographer Cathedral Circus City Clock Coast Compass Country
    Crossing Daughter Door Dream Echo Ember Engine Evening Field Fire Flood Forest Garden Gate Ghost Harbour
    Harvest Heart Hill Horizon Hotel Hour House Island Journey Key Kingdom Lake Lantern Letter Library Light
    Lighthouse Line Machine Map Meadow Mirror Mountain Museum Night Observatory Ocean Orchard Palace Passage
    Path Piano Planet Pilot Portrait Promise Quarry Railway Rain River Road Room Sea Season Shadow Shore
    Signal Sister Sky Snow Song Station Stone Storm Story Street Stranger Summer Theatre Tide Tower Train
    Tree Valley Village Voyage Wall Watch Water Wind
""")
#: Of a third of the titles one word is in few others, as names of people and places are.
_SYLLABLES = _words("""
    ba da el fo gri ha ir ka lo ma ne or pel qua ri sa ti ul va wen xi yo zar thu bran cor dil mor
""")
_GIVEN = _words("""
    Ada Amir Ana Bela Carl Chloe Dana Elif Emil Eva Femi Greta Hana Ines Ivan Jun Kira Lars Lena Maya Nils
    Nora Omar Petra Quin Rosa Sami Tara Uma Vera Wanda Yara Zeno
""")
_FAMILY = _words("""
    Abel Brandt Castell Duran Ekberg Farrow Gallo Haas Ibsen Jansen Keller Lindqvist Moreau Novak Okafor
    Petrov Quist Rossi Sato Tanaka Ueda Varga Weiss Xu Yilmaz Zhou
""")
_GENRES = _words("""
    Drama Comedy Thriller Romance Action Documentary Mystery Crime Fantasy History Horror Music War Western
    Family Animation Biography Adventure
""")
_LANGUAGES = ("en", "en", "en", "en", "de", "fr", "es", "ja", "ko", "it", "sv", "pt", "da", "pl")
_KINDS = (Kind.FILM,) * 40 + (Kind.VIDEO,) * 30 + (Kind.BOOK,) * 18 + (Kind.SHOW,) * 8 + (Kind.AUDIO,) * 4
_MAKERS = {
    Kind.BOOK: Role.AUTHOR,
    Kind.VIDEO: Role.CHANNEL,
    Kind.AUDIO: Role.CHANNEL,
    Kind.SHOW: Role.CREATOR,
}
_EXPORTS = ("netflix", "youtube", "goodreads")


def fill(database: Database, *, count: int = COUNT, name: str = NAME) -> int:
    """A new user who has met so many items; their id."""
    rng = random.Random(count)
    people = [f"{given} {family}" for given in _GIVEN for family in _FAMILY]
    ids: list[int] = []
    with database.transaction() as db:
        user_id = add_user(db, name).id
    for start in range(0, count, CHUNK):
        works = [_work(rng, people) for _ in range(min(CHUNK, count - start))]
        with database.transaction() as db:
            _without_triggers(db)
            ids += add_items(db, [NewItem(work=work, title_keys=title_keys(work)) for work in works])
    with database.transaction() as db:
        _without_triggers(db)
        _meet(db, rng, user_id, ids)
        refresh_standings(db, user_id)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("ANALYZE"))
    return user_id


def _without_triggers(db: Connection) -> None:
    """The graph is not what is measured, and would take longer than all else; for who may not, it takes its time."""
    if db.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar_one():
        db.execute(text("SET LOCAL session_replication_role = replica"))


def _work(rng: random.Random, people: Sequence[str]) -> Work:
    kind = rng.choice(_KINDS)
    title = f"{rng.choice(('The ', 'A ', '', '', ''))}{rng.choice(_FIRST)} {rng.choice(_SECOND)}"
    if rng.random() < 0.6:
        title += f" of the {rng.choice(_FIRST)} {rng.choice(_SECOND)}"
    if rng.random() < 0.35:
        title = f"{''.join(rng.choices(_SYLLABLES, k=3)).capitalize()}: {title}"
    makers = [
        Credit(name, _MAKERS.get(kind, Role.DIRECTOR))
        for name in rng.sample(people, rng.choice((1, 1, 1, 2)))
    ]
    cast = [Credit(n, Role.CAST) for n in rng.sample(people, 4)] if kind in (Kind.FILM, Kind.SHOW) else []
    minutes = {Kind.FILM: (70, 190), Kind.VIDEO: (2, 60), Kind.AUDIO: (15, 120), Kind.SHOW: (20, 60)}.get(
        kind
    )
    return Work(
        kind=kind,
        title=title,
        year=min(2026, 2026 - int(rng.expovariate(1 / 14))) if rng.random() < 0.97 else None,
        language=rng.choice(_LANGUAGES),
        genres=tuple(rng.sample(_GENRES, rng.choice((1, 2, 2, 3)))),
        credits=(*makers, *cast),
        runtime_minutes=float(rng.randint(*minutes)) if minutes else None,
        pages=rng.randint(80, 900) if kind is Kind.BOOK else None,
        description=f"{title}: a story that begins in a {rng.choice(_SECOND).lower()} and ends at another.",
        popularity=rng.expovariate(0.1),
    )


def _meet(db: Connection, rng: random.Random, user_id: int, ids: Sequence[int]) -> None:
    """What was seen came in three exports; ratings and what is saved for later were told here."""
    batches = [
        db.execute(
            text("""
                INSERT INTO batches (user_id, source, file_name, file_hash, state, rows_read, finished_at)
                SELECT :user, said, said || '.csv', sha256(convert_to(said, 'UTF8')), 'done', 1, now()
                FROM CAST(:source AS text) AS said
                RETURNING id
            """),
            {"user": user_id, "source": source},
        ).scalar_one()
        for source in _EXPORTS
    ]
    now = datetime.now(UTC)
    met = [
        {
            "item": item_id,
            "batch": rng.randrange(len(batches)),
            "kind": rng.choices(("watched", "saved", "started"), (85, 12, 3))[0],
            "at": (now - timedelta(days=rng.random() ** 2 * 5_500)).isoformat(),
            "stars": rng.randint(2, 10) / 2 if rng.random() < 0.3 else None,
        }
        for item_id in ids
    ]
    given = {"user": user_id, "rows": json.dumps(met), "batches": batches, "sources": list(_EXPORTS)}
    rows = "jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(item bigint, batch int, kind text, at timestamptz, stars real)"
    db.execute(
        text(f"""
            WITH given AS MATERIALIZED (SELECT * FROM {rows}),
            recorded AS (
                INSERT INTO records (user_id, batch_id, source, position, payload, content_hash)
                SELECT :user, (CAST(:batches AS bigint[]))[batch + 1], (CAST(:sources AS text[]))[batch + 1],
                    item::text, '{{}}', decode(md5(CAST(:user AS bigint) || ':' || item), 'hex') FROM given
                RETURNING id, position
            )
            INSERT INTO events (user_id, item_id, kind, at, record_id)
            SELECT :user, g.item, g.kind, g.at, r.id FROM given g JOIN recorded r ON r.position = g.item::text
        """),
        given,
    )
    db.execute(
        text(f"""
            INSERT INTO events (user_id, item_id, kind, value, at)
            SELECT :user, item, 'rated', stars, at FROM {rows} WHERE stars IS NOT NULL
        """),
        {"user": user_id, "rows": given["rows"]},
    )


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    with catalogue.empty_library() as database:
        started = time.perf_counter()
        user_id = fill(database)
        filled_s = time.perf_counter() - started
        figures = {"fill_s": filled_s, **answers(database, user_id)}
    print(json.dumps({name: round(figure, 2) for name, figure in figures.items()}))


def answers(database: Database, user_id: int) -> dict[str, float]:
    """Milliseconds of what a library is asked for, the median of seven; reading and the first search happen once."""
    with database.transaction() as db:
        user = user_with_id(db, user_id)
        facts, facts_ms = timed(lambda: browsing.read_facts(db, user, is_whole=False))
        stand, stand_ms = timed(lambda: browsing.read_standings(db, user_id))
        library = Library(facts, stand.of(facts.ids))
        _, words_ms = timed(lambda: (facts.title_words, facts.name_words))
        _, order_ms = timed(lambda: narrow(library, Which()).rows("title", is_falling=False))
        told = {
            "facts_ms": facts_ms,
            "standings_ms": stand_ms,
            "words_ms": words_ms,
            "first_title_order_ms": order_ms,
        }
        for name, which in WHICH.items():
            told[f"{name}_ms"] = statistics.median(
                timed(lambda w=which: _page(db, library, user_id, w))[1] for _ in range(7)
            )
        told["one_facet_in_sql_ms"] = statistics.median(
            timed(lambda: db.execute(text(_IN_SQL), {"user": user_id}).all())[1] for _ in range(7)
        )
    return told


#: What the database itself would take for one of the eight facets: the way that was not taken.
_IN_SQL = """
    SELECT g.name, count(*) FROM user_items ui JOIN items i ON i.id = ui.item_id JOIN item_genres ig USING (item_id)
    JOIN genres g ON g.id = ig.genre_id WHERE ui.user_id = :user AND i.kind = 'film' GROUP BY g.name
"""
WHICH = {
    "everything": Which(),
    "one_genre": Which(genres=("Drama",)),
    "several": Which(genres=("Drama", "Crime"), kinds=(Kind.FILM,), languages=("en", "de"), rating_from=3),
    "person": Which(people=("Ada Abel",)),
    "search": Which(text="midnight gar"),
    "search_typo": Which(text="midnihgt gardn"),
    "search_person": Which(text="lindqvist forest"),
}


def _page(db: Connection, library: Library, user_id: int, which: Which) -> None:
    narrowed = narrow(library, which)
    rows = narrowed.rows("met", is_falling=True)[:60]
    offered(narrowed)
    months(narrowed)
    browsing.read_cards(db, user_id, library.facts.ids[rows].tolist())


def timed(what: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    told = what()
    return told, (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
