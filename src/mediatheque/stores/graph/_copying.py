"""Many edges as PostgreSQL's COPY reads them fastest: rows of its binary format, put together by the column.

Rows with the same columns null and texts of the same length are alike long, and numpy writes them as one array
(https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mediatheque.stores.graph import EdgeColumns

#: The columns, in the order of the rows.
COLUMNS = (
    "source_id, target_id, owner_id, weight, confidence, count, type,"
    " batch_id, at_ms, first_at, last_at, likeness, together, said_by, detail"
)
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
#: So many rows are put together at once: 15 MB.
AT_ONCE = 100_000

_ALWAYS = {
    "source": ">i8",
    "target": ">i8",
    "owner": ">i8",
    "weight": ">f8",
    "confidence": ">f4",
    "count": ">i4",
    "type": ">i2",
}
_MAYBE = {
    "batch_id": ">i8",
    "at_ms": ">i8",
    "first_at": ">i8",
    "last_at": ">i8",
    "likeness": ">f4",
    "together": ">f4",
}
_TEXTS = ("said_by", "detail")
_EPOCH = np.datetime64("2000-01-01", "us")  # PostgreSQL's

Column = npt.NDArray[Any]


def rows(edges: EdgeColumns) -> Iterator[bytes]:
    """The rows, without HEADER and TRAILER, in pieces and in about the order that they came in."""
    for start in range(0, len(edges), AT_ONCE):
        yield from _piece(edges, slice(start, start + AT_ONCE))


def _piece(edges: EdgeColumns, part: slice) -> Iterator[bytes]:
    always, maybe = _always(edges, part), _maybe(edges, part)
    n = len(always["source"])
    said = np.full(n, -1) if edges.said_by is None else edges.said_by[part]
    sayings = [saying.encode() for saying in edges.sayings]
    details = (
        [None] * n if edges.detail is None else [d if d is None else d.encode() for d in edges.detail[part]]
    )
    lengths = np.zeros(n, np.int64)
    if edges.detail is not None:
        lengths[:] = [0 if one is None else len(one) + 1 for one in details]
    likeness = lengths << 32 | (said.astype(np.int64) + 1) << len(maybe)
    for bit, (_, is_there) in enumerate(maybe.values()):
        likeness |= is_there.astype(np.int64) << bit
    order = np.argsort(likeness, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(likeness[order])) + 1):
        one = group[0]
        there = {name: values for name, (values, is_there) in maybe.items() if is_there[one]}
        texts = (
            [None if said[one] < 0 else sayings[said[one]]],
            [details[row] for row in group] if lengths[one] else [None],
        )
        yield _alike(group, always, there, texts)


def _alike(
    group: npt.NDArray[np.intp],
    always: dict[str, Column],
    there: dict[str, Column],
    texts: Sequence[Sequence[bytes | None]],
) -> bytes:
    """The rows of a group that is alike; of each text one for all, or one for each, equally long."""
    fields: list[tuple[str, Any]] = [("columns", ">i2")]
    for name, kind in (_ALWAYS | _MAYBE).items():
        fields.append((f"{name} size", ">i4"))
        if name in always or name in there:
            fields.append((name, kind))
    for name, (first, *_) in zip(_TEXTS, texts, strict=True):
        fields.append((f"{name} size", ">i4"))
        if first:
            fields.append((name, f"V{len(first)}"))
    made = np.empty(len(group), np.dtype(fields))
    made["columns"] = len(_ALWAYS) + len(_MAYBE) + len(_TEXTS)
    for name, kind in (_ALWAYS | _MAYBE).items():
        values = always.get(name, there.get(name))
        made[f"{name} size"] = -1 if values is None else np.dtype(kind).itemsize
        if values is not None:
            made[name] = values[group]
    for name, given in zip(_TEXTS, texts, strict=True):
        first = given[0]
        made[f"{name} size"] = -1 if first is None else len(first)
        if first:
            made[name] = np.frombuffer(b"".join(one for one in given if one is not None), f"V{len(first)}")
    return made.tobytes()


def _always(edges: EdgeColumns, part: slice) -> dict[str, Column]:
    """The columns that are never null."""
    n = len(edges.source[part])
    return {
        "source": edges.source[part],
        "target": edges.target[part],
        "owner": np.zeros(n, np.int64) if edges.owner is None else edges.owner[part],
        "weight": edges.weight[part],
        "confidence": np.ones(n, np.float32) if edges.confidence is None else edges.confidence[part],
        "count": np.ones(n, np.int32) if edges.count is None else edges.count[part],
        "type": edges.type[part],
    }


def _maybe(edges: EdgeColumns, part: slice) -> dict[str, tuple[Column, npt.NDArray[np.bool_]]]:
    """The numbers that may be null, and where they are not."""
    none = np.zeros(len(edges.source[part]), np.bool_)

    def numbers(values: Column | None, least: int) -> tuple[Column, npt.NDArray[np.bool_]]:
        return (none, none) if values is None else (values[part], values[part] >= least)

    def moments(values: Column | None) -> tuple[Column, npt.NDArray[np.bool_]]:
        if values is None:
            return none, none
        given = values[part].astype("datetime64[us]")
        return (given - _EPOCH).view(np.int64), ~np.isnat(given)

    def shares(values: Column | None) -> tuple[Column, npt.NDArray[np.bool_]]:
        return (none, none) if values is None else (values[part], ~np.isnan(values[part]))

    return {
        "batch_id": numbers(edges.batch_id, 1),
        "at_ms": numbers(edges.at_ms, 0),
        "first_at": moments(edges.first_at),
        "last_at": moments(edges.last_at),
        "likeness": shares(edges.likeness),
        "together": shares(edges.together),
    }
