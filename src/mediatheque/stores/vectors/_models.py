"""The models whose vectors are kept: a number and a length each, and an index for items and one for passages."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from mediatheque.kit.errors import Conflict, Invalid, NotFound

#: Any number: held while a model is made or forgotten, so that two callers make one index.
_MODELS_LOCK = 7_306_021
#: The index's links a vector, and the care in choosing them: see stores/vectors/pgvector.py for the measurement.
_BUILT_WITH = "m = 16, ef_construction = 256"
_TABLES = ("embeddings", "passage_embeddings")


class _Known(NamedTuple):
    id: int
    dimensions: int
    #: Whether every table has its index: a library from before there were passages has one of them.
    is_indexed: bool


def ensure_model(db: Connection, name: str, dimensions: int) -> int:
    """See VectorStore."""
    known = _model(db, name)
    if known is None or not known.is_indexed:
        db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MODELS_LOCK})
        known = _model(db, name) or _add_model(db, name, dimensions)
        for table in _TABLES:
            db.execute(
                text(
                    f"CREATE INDEX IF NOT EXISTS {index_name(table, known.id)} ON {table}"
                    f" USING hnsw ((vector::halfvec({known.dimensions})) halfvec_cosine_ops)"
                    f" WITH ({_BUILT_WITH}) WHERE model_id = {known.id}"
                )
            )
    if known.dimensions != dimensions:
        raise Conflict(
            f"The embedder '{name}' now gives vectors of {dimensions} numbers, but those kept under its name have "
            f"{known.dimensions}. Rebuild them with: mediatheque rebuild embeddings"
        )
    return known.id


def model_id(db: Connection, name: str) -> int | None:
    """See VectorStore."""
    known = _model(db, name)
    return known.id if known else None


def forget_model(db: Connection, name: str) -> None:
    """See VectorStore."""
    db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MODELS_LOCK})
    if (known := _model(db, name)) is not None:
        for table in _TABLES:
            db.execute(text(f"DROP INDEX IF EXISTS {index_name(table, known.id)}"))
        db.execute(text("DELETE FROM embedding_models WHERE id = :id"), {"id": known.id})


def dimensions_of(db: Connection, model_id: int) -> int:
    """The length of a model's vectors; raises NotFound for a model that is not used."""
    found = db.execute(
        text("SELECT dimensions FROM embedding_models WHERE id = :id"), {"id": model_id}
    ).scalar()
    if found is None:
        raise unknown(model_id)
    return found


def unknown(model: int | str) -> NotFound:
    """That a model has no vectors, in words."""
    return NotFound(
        f"There are no vectors of the model {model!r} yet: make them with mediatheque rebuild embeddings"
    )


def index_name(table: str, model: int) -> str:
    """What a model's index is called; migrations leave indexes of these names alone."""
    return f"ix_{table}_hnsw_{int(model)}"


def _model(db: Connection, name: str) -> _Known | None:
    row = db.execute(
        text("""
            SELECT id, dimensions, to_regclass('ix_embeddings_hnsw_' || id) IS NOT NULL
                AND to_regclass('ix_passage_embeddings_hnsw_' || id) IS NOT NULL AS is_indexed
            FROM embedding_models WHERE name = :name
        """),
        {"name": name},
    ).first()
    return _Known(row.id, row.dimensions, row.is_indexed) if row else None


def _add_model(db: Connection, name: str, dimensions: int) -> _Known:
    if not 1 <= dimensions <= 4000:
        raise Invalid(
            f"The embedder '{name}' gives vectors of {dimensions} numbers; up to 4000 can be kept. "
            "Choose another model, or shorten its vectors with &dimensions=… in MEDIATHEQUE_EMBEDDER."
        )
    model = db.execute(
        text("INSERT INTO embedding_models (name, dimensions) VALUES (:name, :dimensions) RETURNING id"),
        {"name": name, "dimensions": dimensions},
    ).scalar_one()
    return _Known(model, int(dimensions), is_indexed=False)
