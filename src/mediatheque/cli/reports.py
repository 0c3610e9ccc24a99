"""What an import brought, or would bring: a table with reasons for people, an object for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediatheque.cli import words
from mediatheque.cli.printing import Printer
from mediatheque.vocabulary import Record, Rejected

if TYPE_CHECKING:
    from mediatheque.flows.import_history import Preview
    from mediatheque.library.queries.batches import Batch

_REASONS_SHOWN = 12


def state_of(batch: Batch) -> str:
    """“done”, “undone”, or how far an unfinished one came."""
    if batch.state != "reading":
        return batch.state
    return f"unfinished after {words.counted(batch.rows_read, 'row')}" if batch.rows_read else "begun"


def say_report(
    printer: Printer,
    batch: Batch,
    rejections: Sequence[Rejected],
    *,
    seconds: float | None = None,
    is_detailed: bool = False,
) -> None:
    """Print what a batch brought; in detail, with every rejected row."""
    rows = words.counted(batch.rows_read, "row")
    took = f" in {words.duration(seconds)}" if seconds is not None else ""
    state = "" if batch.state == "done" else f", {state_of(batch)}"
    printer.say(f"{batch.file_name} ({batch.source}), batch {batch.id}{state}: {rows}{took}", style="bold")
    rejected = (
        [f"{r.where}: {r.why}" for r in rejections] if is_detailed else _grouped(rejections, batch.rejected)
    )
    _say_counts(
        printer,
        (
            ("new", batch.new, ()),
            ("known already", batch.known, ()),
            ("left out", sum(batch.skipped.values()), _ranked(batch.skipped)),
            ("rejected", batch.rejected, rejected),
        ),
    )
    if batch.error:
        printer.say(batch.error, style="red")
    if batch.review:
        printer.say(f"{words.counted(batch.review, 'question')} about what is in it.")


def say_preview(printer: Printer, file: Path, preview: Preview) -> None:
    """Print what a file would bring."""
    rows = words.counted(preview.rows, "row")
    printer.say(f"{file.name} ({preview.source}): {rows} about {words.kinds(preview.kinds)}", style="bold")
    columns = ("Row", "When", "What", "Title")
    printer.table(columns, [_example(record) for record in preview.examples], wrapping=("Title",))
    _say_counts(
        printer,
        (
            ("would be new", preview.new, ()),
            ("known already", preview.known, ()),
            ("left out", sum(preview.skipped.values()), _ranked(preview.skipped)),
            ("rejected", preview.rejected_count, _grouped(preview.rejected, preview.rejected_count)),
        ),
    )
    printer.note("Nothing was stored. Without --dry-run it is.")


def batch_json(batch: Batch) -> dict[str, Any]:
    """A batch as a program reads it."""
    return {
        "batch": batch.id,
        "new": batch.new,
        "known": batch.known,
        "rejected": batch.rejected,
        "review": batch.review,
        "skipped": sum(batch.skipped.values()),
        "skipped_by_reason": dict(batch.skipped),
        "rows": batch.rows_read,
        "file": batch.file_name,
        "source": batch.source,
        "state": batch.state,
        "error": batch.error,
        "started_at": batch.started_at,
        "finished_at": batch.finished_at,
    }


def preview_json(file: Path, preview: Preview) -> dict[str, Any]:
    """A preview as a program reads it."""
    return {
        "dry_run": True,
        "file": file.name,
        "source": preview.source,
        "rows": preview.rows,
        "new": preview.new,
        "known": preview.known,
        "skipped": sum(preview.skipped.values()),
        "skipped_by_reason": dict(preview.skipped),
        "rejected": preview.rejected_count,
        "rejections": [{"where": r.where, "why": r.why} for r in preview.rejected],
        "kinds": {kind.value: n for kind, n in preview.kinds.items()},
        "events": {kind.value: n for kind, n in preview.events.items()},
        "examples": [{"where": r.where, "says": _said(r)} for r in preview.examples],
    }


def _say_counts(printer: Printer, counts: Sequence[tuple[str, int, Sequence[str]]]) -> None:
    """The counts that matter, each with its reasons beside it."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, n, reasons in counts:
        if n or name in ("new", "would be new"):
            style = "bold green" if "new" in name and n else "red" if name == "rejected" else ""
            table.add_row(Text(words.number(n), style), Text(name, style), Text("\n".join(reasons)))
    printer.say(Padding(table, (0, 0, 0, 2)))


def _ranked(count_by_reason: Mapping[str, int]) -> list[str]:
    """“12 × is a trailer”, the most frequent first."""
    return [f"{words.number(n)} × {why}" for why, n in Counter(count_by_reason).most_common(_REASONS_SHOWN)]


def _grouped(rejections: Sequence[Rejected], total: int) -> list[str]:
    """Rejected rows by reason: how many, and where the first of them stands."""
    first: dict[str, str] = {}
    for rejected in rejections:
        first.setdefault(rejected.why, rejected.where)
    shown = Counter(rejected.why for rejected in rejections).most_common(_REASONS_SHOWN)
    lines = [f"{words.number(n)} × {why} ({first[why]})" for why, n in shown]
    if (left := total - sum(n for _, n in shown)) > 0:
        lines.append(f"{words.number(left)} × other reasons (mediatheque batches BATCH shows all)")
    return lines


def _example(record: Record) -> tuple[str, str, str, str]:
    event = next(iter(record.events), None)
    when = words.moment(event.at, is_date_only=event.is_date_only) if event else ""
    return record.where, when, event.kind.value if event else "", _said(record)


def _said(record: Record) -> str:
    """What a row says, short enough for a line."""
    if record.work is None:
        said = record.events[0].properties if record.events else {}
        return str(said.get("query") or said.get("channel") or "")
    about = words.about(record.work)
    return f"{words.title_of(record.work)} ({about})" if about else words.title_of(record.work)
