"""From settings to an open Mediatheque: the one place that chooses stores and tools. It knows no rule."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mediatheque.kit.database import Database
from mediatheque.kit.errors import Unavailable
from mediatheque.kit.settings import Settings, read_settings

if TYPE_CHECKING:
    from mediatheque.enrich.sources import SourceSettings
    from mediatheque.kit.postgres import EmbeddedServer
    from mediatheque.kit.remembered import Remembered
    from mediatheque.recommend.challenger import Challengers
    from mediatheque.recommend.champion import Champions
    from mediatheque.recommend.mirror import Mirrors
    from mediatheque.recommend.registries import Registry
    from mediatheque.recommend.remembered import Person
    from mediatheque.stores.blobs import Blobs
    from mediatheque.stores.graph import Graph
    from mediatheque.tools.downloader import Downloader
    from mediatheque.tools.embedder import Embedder
    from mediatheque.tools.llm import LanguageModel
    from mediatheque.tools.speech import Speech
    from mediatheque.tools.transcoder import Transcoder
    from mediatheque.tools.voices import Voices


@dataclass
class Mediatheque:
    """Everything open: settings, the database, and the tools, each opened when first asked for."""

    settings: Settings
    database: Database
    server: EmbeddedServer | None = field(default=None, repr=False)
    #: Whether this is the library of the demo's invented household, whose password everybody knows.
    is_demo: bool = False

    @cached_property
    def embedder(self) -> Embedder | None:
        """What turns text into vectors; None when the settings say none."""
        from mediatheque.tools.embedder import open_embedder

        return open_embedder(
            self.settings.embedder,
            models_dir=self.settings.models_dir,
            key=self.settings.embedder_key.get_secret_value() if self.settings.embedder_key else None,
        )

    @cached_property
    def blobs(self) -> Blobs:
        """Where media files are kept."""
        from mediatheque.stores.blobs import open_blobs

        return open_blobs(self.settings.blobs_setting, self.data_dir / "blobs")

    @cached_property
    def graph(self) -> Graph:
        """Where walks over the graph are asked: the library's own database, unless the settings name another place."""
        from mediatheque.graph.edges import codes
        from mediatheque.stores.graph import open_graph

        url = self.settings.graph_url
        return open_graph(url.get_secret_value() if url is not None else None, codes())

    @cached_property
    def downloader(self) -> Downloader:
        """What fetches links."""
        from mediatheque.kit.addresses import Policy
        from mediatheque.tools.downloader import open_downloader

        return open_downloader("yt-dlp", Policy.from_setting(self.settings.allow_private_addresses))

    @cached_property
    def transcoder(self) -> Transcoder:
        """What reads media files and makes others of them."""
        from mediatheque.tools.transcoder import Limits, open_transcoder

        return open_transcoder(limits=Limits(duration_s=self.settings.link_limit_hours * 3600.0))

    @cached_property
    def speech(self) -> Speech:
        """What turns speech into text."""
        from mediatheque.tools.speech import open_speech

        settings = self.settings
        key = settings.speech_key.get_secret_value() if settings.speech_key else None
        return open_speech(settings.speech, models_dir=settings.models_dir, key=key)

    @cached_property
    def voices(self) -> Voices | None:
        """What tells speakers apart; None when the settings say none."""
        from mediatheque.tools.voices import open_voices

        return open_voices(self.settings.voices, models_dir=self.settings.models_dir)

    @cached_property
    def llm(self) -> LanguageModel | None:
        """What writes summaries and answers; None when the settings name none."""
        from mediatheque.tools.llm import open_llm

        key = self.settings.llm_key.get_secret_value() if self.settings.llm_key else None
        return open_llm(self.settings.llm, key=key)

    @cached_property
    def champions(self) -> Champions:
        """The trained model that serves, if one was promoted."""
        from mediatheque.recommend.champion import Champions

        registry = self.registry
        return Champions(registry.folder, follow=registry.follow if registry.is_remote else None)

    @cached_property
    def stars(self) -> Champions:
        """The machine that expects stars, if one was promoted."""
        from mediatheque.recommend.champion import Champions
        from mediatheque.recommend.registries import STARS

        registry = self._registry(STARS)
        return Champions(registry.folder, follow=registry.follow if registry.is_remote else None)

    @cached_property
    def challengers(self) -> Challengers | None:
        """The trained model that lists are interleaved with, where the settings want an experiment."""
        from mediatheque.recommend.challenger import Challengers

        return Challengers(self.registry) if self.settings.experiment == "interleave" else None

    @cached_property
    def people(self) -> Remembered[Person]:
        """Who asked this process for a list before, and is still the same."""
        from mediatheque.recommend.remembered import room_for_people

        return room_for_people()

    @cached_property
    def mirrors(self) -> Mirrors:
        """The catalogue's vectors in this process."""
        from mediatheque.recommend.mirror import Mirrors

        return Mirrors()

    @cached_property
    def registry(self) -> Registry:
        """Where trained models are kept."""
        return self._registry()

    def _registry(self, part: str = "") -> Registry:
        from mediatheque.recommend.artifact import models_dir_in
        from mediatheque.recommend.registries import open_registry

        return open_registry(self.settings.registry_setting, models_dir_in(self.data_dir), part)

    def source_settings(self, name: str) -> SourceSettings:
        """How to reach the metadata source called `name`."""
        from mediatheque.enrich.sources import SourceSettings

        settings = self.settings
        token = {"tmdb": settings.tmdb_token, "google-books": settings.google_books_key}.get(name)
        url = {
            "tmdb": settings.tmdb_url,
            "google-books": settings.google_books_url,
            "open-library": settings.open_library_url,
        }.get(name)
        return SourceSettings(
            base_url=url,
            token=token.get_secret_value() if token else None,
            cache_dir=self.data_dir / "cache" / "http",
            region=settings.region,
        )

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir

    def close(self) -> None:
        for name in ("champions", "challengers", "graph", "stars", "speech"):
            if (opened := self.__dict__.get(name)) is not None:
                opened.close()
        self.database.close()
        if self.server is not None:
            self.server.close()

    async def aclose(self) -> None:
        await self.database.aclose()
        self.close()


def open_mediatheque(
    settings: Settings | None = None, *, pool_size: int = 5, is_demo: bool = False
) -> Mediatheque:
    """Open (and where needed start) everything, with the schema up to date.

    Raises Unavailable or Invalid from the database when it cannot be reached or is too old.
    """
    settings = settings or read_settings()
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"The folder {settings.data_dir} cannot be made ({error.strerror}); choose another MEDIATHEQUE_DATA_DIR"
        ) from None
    server = None
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
    else:
        from mediatheque.kit.postgres import EmbeddedServer

        server = EmbeddedServer.open(settings.data_dir / "postgres")
        url = server.url
    try:
        database = Database(url, pool_size=pool_size)
        prepare(database)
    except BaseException:
        if server is not None:
            server.close()
        raise
    return Mediatheque(settings, database, server, is_demo=is_demo)


def prepare(database: Database) -> None:
    """Bring the schema up to date, and have the database keep the graph in the way of this version."""
    from mediatheque.graph.queries.projection import install

    database.migrate()
    with database.transaction() as db:
        install(db)


@contextmanager
def opened(settings: Settings | None = None) -> Generator[Mediatheque]:
    """An open Mediatheque for the length of a block."""
    app = open_mediatheque(settings)
    try:
        yield app
    finally:
        app.close()
