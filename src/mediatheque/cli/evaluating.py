"""How good the models are: evaluate, evaluate backtest, and what was found before (evaluations list, show)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person, settings
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import Invalid, MediathequeError

if TYPE_CHECKING:
    from mediatheque.recommend.registries import Registry
    from mediatheque.training.backtest import Backtest
    from mediatheque.wiring import Mediatheque

evaluate = typer.Typer(invoke_without_command=True)
evaluations = typer.Typer(no_args_is_help=True, help="How models were judged: list, show.")


class Protocol(StrEnum):
    """Who judges, and by what."""

    TIME = "time"
    LAST = "last"
    ML1M = "ml1m"
    ML100K = "ml100k"


class Step(StrEnum):
    """How long each period of a back-test is."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


#: What the table shows; the page and the JSON have everything.
_SHOWN = ("ndcg", "recall", "map", "hit_rate", "coverage", "novelty", "popularity_bias")

_HtmlFile = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--html", metavar="FILE", dir_okay=False, help="Also write the page to this file."),
]


@evaluate.callback()
def run(
    context: typer.Context,
    protocol: Annotated[
        Protocol,
        typer.Option(
            help="time: what happened last judges; last: each person’s last titles do; ml1m, ml100k: published ones."
        ),
    ] = Protocol.TIME,
    data: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(metavar="FOLDER", help="For ml1m and ml100k: where your copy of MovieLens is."),
    ] = None,
    k: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("-k", min=1, max=100, help="Places of a list that count; 10, and 100 for ml1m."),
    ] = None,
    html: _HtmlFile = None,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many cores to use.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Find out which model is how good for whom, and keep a page about it; nothing that serves is changed.

    Every model is trained on what was known before, chosen by what came next, and judged by what came last, which
    it never sees. The last twenty evaluations are kept; `evaluations list` shows them.

    \b
    Examples:
      mediatheque evaluate
      mediatheque evaluate --protocol last --html report.html
      mediatheque evaluate --protocol ml100k --data ml-100k --json
      mediatheque evaluate backtest --user Nora
    """
    if context.invoked_subcommand is not None:
        return
    from mediatheque.flows import evaluating as flow
    from mediatheque.recommend.evaluations import evaluations_dir_in, report

    printer = Printer(as_json)
    if protocol.value in flow.PUBLIC:
        with printer.steps("Evaluating …") as on_step:
            outcome = flow.evaluate_public(
                _registry(), protocol.value, data, k=k, threads=threads, on_step=on_step
            )
    else:
        with library(printer) as app, printer.steps("Evaluating …") as on_step:
            embedder = _embedder_or_none(app)
            outcome = flow.evaluate_library(
                app.database, _registry(), protocol.value, k=k or 10, threads=threads,
                embedder=embedder, on_step=on_step,
            )  # fmt: skip
    if outcome.evaluation is None:
        printer.emit({"why_not": outcome.why_not})
        printer.say(f"Nothing was evaluated: {outcome.why_not}.")
        return
    folder = evaluations_dir_in(settings().data_dir)
    found = flow.keep(folder, outcome.evaluation)
    printer.emit(found)
    _say(printer, found)
    if html is not None:
        _write(html, report(folder, found["id"]))
    page = html or folder / f"{found['id']}.html"
    printer.note(f"The page with everything: {page}")


@evaluate.command("backtest")
def backtest(
    user: ForUser = None,
    since: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option("--from", formats=["%Y-%m-%d"], help="From this day on; else the last periods."),
    ] = None,
    step: Annotated[Step, typer.Option(help="How long each period is.")] = Step.MONTH,
    most: Annotated[int, typer.Option(min=1, max=60, help="So many periods at most.")] = 12,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many cores to use.")] = 1,
    as_json: AsJson = False,
) -> None:
    """If you had followed it: what it would have suggested, month by month, and how much of that you then chose.

    For the start of each period a model is made of nothing but what was known then: your history, other people's,
    and titles that existed.

    \b
    Examples:
      mediatheque evaluate backtest
      mediatheque evaluate backtest --user Nora --from 2024-01-01 --step quarter
      mediatheque evaluate backtest --json
    """
    from mediatheque.flows.backtesting import backtest as flow

    printer = Printer(as_json)
    with library(printer) as app:
        with app.database.transaction() as db:
            who = person(db, user)
        with printer.steps("Looking back …") as on_step:
            found = flow(
                app.database, who.id, since=since.replace(tzinfo=UTC) if since else None, step=step.value,
                most=most, threads=threads, embedder=_embedder_or_none(app), on_step=on_step,
            )  # fmt: skip
    _say_backtest(printer, found)


@evaluations.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List what was found before, the newest first.

    \b
    Examples:
      mediatheque evaluations list
      mediatheque evaluations list --json
    """
    from mediatheque.recommend.evaluations import evaluations_dir_in, list_evaluations

    printer = Printer(as_json)
    found = list_evaluations(evaluations_dir_in(settings().data_dir))
    for one in found:
        printer.emit({name: one[name] for name in ("id", "protocol", "made_at", "k", "best", "verdict")})
    if not found:
        printer.say("Nothing has been evaluated yet. Begin with: mediatheque evaluate")
        return
    rows = [
        (
            str(one["id"]),
            one["protocol"],
            words.short_day(datetime.fromisoformat(one["made_at"])),
            words.number(one["choices"]["judges"]),
            one["best"],
            one["verdict"],
        )
        for one in found
    ]
    columns = ("Evaluation", "Protocol", "Made", "Judges", "Best", "Verdict")
    printer.table(columns, rows, right=("Evaluation", "Judges"), wrapping=("Verdict",))


@evaluations.command("show")
def show(
    number: Annotated[
        Optional[int],  # noqa: UP045
        typer.Argument(metavar="EVALUATION", min=1, help="As `evaluations list` shows it; else the newest."),
    ] = None,
    html: _HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Show what was found then.

    \b
    Examples:
      mediatheque evaluations show
      mediatheque evaluations show 3 --html report.html
      mediatheque evaluations show 3 --json
    """
    from mediatheque.recommend.evaluations import evaluation, evaluation_ids, evaluations_dir_in, report

    printer, folder = Printer(as_json), evaluations_dir_in(settings().data_dir)
    found = evaluation(folder, number or next(iter(evaluation_ids(folder)), 0))
    printer.emit(found)
    _say(printer, found)
    if html is not None:
        _write(html, report(folder, found["id"]))
        printer.note(f"Written to {html}.")


def _embedder_or_none(app: Mediatheque) -> str | None:
    """What texts were embedded with; without it, diversity goes by genres."""
    try:
        return app.embedder.name if app.embedder else None
    except MediathequeError:
        return None


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror or error}") from error


def _registry() -> Registry:
    from mediatheque.recommend.artifact import models_dir_in
    from mediatheque.recommend.registries import open_registry

    read = settings()
    return open_registry(read.registry_setting, models_dir_in(read.data_dir))


def _say(printer: Printer, found: Mapping[str, Any]) -> None:
    choices, data = found["choices"], found["data"]
    printer.say(
        f"Evaluation {found['id']} of {data['name']}: {words.counted(data['people'], 'user')}, "
        f"{words.counted(data['titles'], 'title')}; {words.counted(choices['judges'], 'judge')} with "
        f"{words.counted(choices['targets'], 'title')} to be found."
    )
    printer.say(f"Split: {found['split']}.")
    shown = [measure for measure in found["measures"] if measure["name"] in _SHOWN]
    rows = [
        (
            f"{model['label']} ←" if model["label"] == found["best"] else model["label"],
            *(f"{model['figures'][measure['name']]['value']:.3f}" for measure in shown),
        )
        for model in found["models"]
    ]
    labels = [measure["label"] for measure in shown]
    printer.table(("Model", *labels), rows, right=labels)
    stars = found["stars"]
    if stars["why_not"]:
        printer.note(f"Expected stars: {stars['why_not']}.")
    else:
        printer.say(
            f"Expected stars: off by {stars['rmse']:.3f} (RMSE) and {stars['mae']:.3f} (MAE) over "
            f"{words.counted(stars['asked'], 'rating')}; a person’s own mean by {stars['usual_rmse']:.3f} (RMSE)."
        )
    for note in found["notes"]:
        printer.note(f"Note: {note}.")
    printer.say(found["verdict"], style="bold")


def _say_backtest(printer: Printer, found: Backtest) -> None:
    from dataclasses import asdict

    printer.emit({**asdict(found), "says": found.says})
    if found.why_not:
        printer.say(f"There is nothing to look back at: {found.why_not}.")
        return
    rows = [
        (
            words.day(one.began_at),
            words.number(one.people),
            words.number(one.choices),
            *(words.number(n) for n in (one.found_10, one.popular_10, one.found_50, one.popular_50)),
        )
        for one in found.periods
    ]
    figures = ("People then", "Chosen", "In its 10", "In the popular 10", "In its 50", "In the popular 50")
    printer.table(("From", *figures), rows, right=figures)
    printer.say(found.says, style="bold")
    printer.note("Each list was made of nothing but what was known on its first day.")
