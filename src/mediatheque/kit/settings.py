"""Every setting, read from `MEDIATHEQUE_…` environment variables; each has a default that needs no server and no key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from mediatheque.kit.addresses import networks_from
from mediatheque.kit.errors import Invalid


def default_data_dir() -> Path:
    """The platform's folder for a user's data."""
    return Path(platformdirs.user_data_dir("mediatheque", appauthor=False))


def _networks(text: str) -> str:
    try:
        networks_from(text)
    except Invalid as error:
        raise ValueError(str(error)) from None
    return text


class Settings(BaseSettings):
    """All settings; the field `tmdb_token` is the variable `MEDIATHEQUE_TMDB_TOKEN`."""

    model_config = SettingsConfigDict(env_prefix="MEDIATHEQUE_", extra="ignore")

    data_dir: Path = Field(
        default_factory=default_data_dir, description="Folder for the database, caches and keys."
    )
    database_url: SecretStr | None = Field(
        None,
        description="A PostgreSQL ≥ 15 with pgvector ≥ 0.7, as postgresql://user:password@host/name; "
        "empty: the embedded server in the data folder.",
    )
    host: str = Field("127.0.0.1", description="Address the HTTP API listens on.")
    port: int = Field(8686, ge=0, le=65535, description="Port the HTTP API listens on.")
    registration: bool = Field(
        True, description="Whether strangers may make an account; the first one always may, and is admin."
    )
    token_secret: SecretStr | None = Field(
        None,
        description="Key that signs sign-in tokens, 32 characters or more; empty: one is made and kept in the data folder.",
    )
    embedder: str = Field(
        "minilm",
        description="What turns text into vectors: minilm, an endpoint such as "
        "openai+http://localhost:11434/v1?model=nomic-embed-text, or none.",
    )
    embedder_key: SecretStr | None = Field(
        None, description="API key for the embedder's endpoint, if it asks."
    )
    models_dir: Path | None = Field(None, description="Folder with model files to use instead of packages.")
    registry_url: SecretStr | None = Field(
        None,
        description="Where trained models are kept: an MLflow server, as mlflow+http://host:5000 or "
        "mlflow+https://user:password@host/path?model=name; empty: the data folder.",
    )
    blobs_url: SecretStr | None = Field(
        None,
        description="Where media files are kept: s3://bucket/prefix?endpoint=https://host&region=name (credentials from AWS_… "
        "or as s3://key:secret@bucket), gs://bucket/prefix or file:///folder; empty: the data folder.",
    )
    speech: str = Field(
        "whisper",
        description="What turns speech into text: whisper (base, on this machine), whisper?model=/folder, or an endpoint such as "
        "openai+https://api.openai.com/v1?model=whisper-1.",
    )
    speech_key: SecretStr | None = Field(None, description="API key for the speech endpoint, if it asks.")
    voices: str = Field("ge2e", description="What tells speakers apart: ge2e, or none.")
    llm: str | None = Field(
        None,
        description="What writes summaries and answers: openai+http://host/v1?model=name (any compatible server), "
        "ollama+http://localhost:11434?model=name or gemini?model=name; empty: sentences of the recordings themselves.",
    )
    llm_key: SecretStr | None = Field(None, description="API key for the language model, if it asks.")
    media_quota_gb: float = Field(
        0, ge=0, description="How much one person's recordings may take, in GiB; 0: as much as there is room."
    )
    trash_days: int = Field(
        30, ge=0, le=3650, description="For how many days deleted recordings can be brought back."
    )
    link_limit_mb: int = Field(2048, ge=1, description="Largest recording fetched from a link, in MiB.")
    link_limit_hours: float = Field(12, gt=0, description="Longest recording taken in, in hours.")
    fanout_url: SecretStr | None = Field(
        None,
        description="How processes hear what jobs do: redis://host:6379/0 when many API processes run; empty: the database.",
    )
    graph_url: SecretStr | None = Field(
        None,
        description="Where walks over the graph are asked: a Neo4j, as neo4j://user:password@host:7687/database or bolt://…, "
        "kept up to date by the worker; empty: the database.",
    )
    graph_cypher: bool = Field(
        False,
        description="Whether administrators may ask a Neo4j in Cypher over the API. It holds everybody's histories and "
        "recordings, and such a question sees all of them.",
    )
    tmdb_token: SecretStr | None = Field(
        None, description="TMDB API read access token (v4 token, used on v3)."
    )
    region: Annotated[str, BeforeValidator(lambda region: str(region).upper())] = Field(
        "US",
        pattern="^[A-Z]{2}$",
        description="Country (ISO 3166-1: US, DE, GB …) whose age ratings and streaming services count.",
    )
    tmdb_url: str = Field("https://api.themoviedb.org/3", description="Address of the TMDB API.")
    google_books_key: SecretStr | None = Field(None, description="Google Books API key; optional.")
    google_books_url: str = Field(
        "https://www.googleapis.com/books/v1", description="Address of Google Books."
    )
    open_library_url: str = Field("https://openlibrary.org", description="Address of Open Library.")
    train_engine: str = Field(
        "here", description="Where models are fitted: here (in this machine's memory) or spark."
    )
    spark_master: str = Field(
        "local[*]",
        description="Spark to train on: local[*], spark://host:7077, yarn or k8s://https://host:port.",
    )
    spark_data_url: str | None = Field(
        None,
        description="Folder for what Spark learns from, that every executor can read and write: "
        "hdfs://…, s3a://… or a shared file:///…; a local Spark needs none.",
    )
    keep_lists_days: int = Field(
        365,
        ge=0,
        le=36_500,
        description="For how many days lists of recommendations that were shown are kept, with their reasons; 0: for ever.",
    )
    experiment: Annotated[
        Literal["off", "interleave"], BeforeValidator(lambda name: str(name).lower() or "off")
    ] = Field(
        "off",
        description="interleave: lists hold the titles of the serving model and of its challenger in turn, so that "
        "`mediatheque lift` can tell which one people follow more; off: the serving model alone.",
    )
    allow_private_addresses: Annotated[str, AfterValidator(_networks)] = Field(
        "",
        description="Private addresses and networks that links may lead to, for a media server at home: "
        "192.168.1.20, 10.0.0.0/24; empty: public addresses only.",
    )
    upload_limit_mb: int = Field(512, ge=1, description="Largest upload the API takes, in MiB.")
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(lambda level: str(level).upper())
    ] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def registry_setting(self) -> str | None:
        """The address of the registry with its password, for who opens it."""
        return self.registry_url.get_secret_value() if self.registry_url is not None else None

    @property
    def blobs_setting(self) -> str | None:
        """The address of the media files with its password, for who opens it."""
        return self.blobs_url.get_secret_value() if self.blobs_url is not None else None


def read_settings(**overrides: object) -> Settings:
    """Settings from the environment; raises Invalid naming each variable that cannot be read."""
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        wrong = "; ".join(
            f"MEDIATHEQUE_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}" for e in error.errors()
        )
        raise Invalid(f"These settings cannot be used: {wrong}") from None
