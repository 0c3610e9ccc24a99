"""What people here like together: train, and the versions that came of it (models list, promote, rollback)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, settings
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer

if TYPE_CHECKING:
    from mediatheque.flows.training import Outcome
    from mediatheque.training.registry import LocalRegistry
    from mediatheque.training.significance import Comparison

models = typer.Typer(no_args_is_help=True, help="Trained models: list, promote, rollback.")


def train(
    only_if_new: Annotated[
        bool, typer.Option("--only-if-new", help="Not if nothing was told since the last training.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many cores to use.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Learn from everybody's history what people here like together, and let it speak in recommendations.

    Several models are tried. What happened last judges them, and they never see it. The best serves from
    then on, unless the one that serves now does better; a running server changes over within seconds.

    \b
    Examples:
      mediatheque train
      mediatheque train --only-if-new --json
    """
    from mediatheque.flows.training import train as flow

    printer = Printer(as_json)
    with library(printer) as app, printer.waiting("Training …"):
        outcome = flow(app.database, _registry(), threads=threads, only_if_new=only_if_new)
    printer.emit(_outcome_json(outcome))
    if outcome.why_not:
        printer.say(f"Nothing was trained: {outcome.why_not}.")
        return
    _say_outcome(printer, outcome)


@models.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the trained models, the latest first.

    \b
    Examples:
      mediatheque models list
      mediatheque models list --json
    """
    printer, registry = Printer(as_json), _registry()
    named, cards = registry.aliases(), registry.cards()
    names = {pin.version: "former champion" for pin in named.former}
    names |= {pin.version: "challenger" for pin in (named.challenger,) if pin}
    names |= {pin.version: "champion" for pin in (named.champion,) if pin}
    for card in cards:
        printer.emit({**card, "alias": names.get(card["version"])})
    if not cards:
        printer.say("No model has been trained yet. Train one with: mediatheque train")
        return
    rows = [
        (
            str(card["version"]),
            names.get(card["version"], ""),
            card["model"],
            words.short_day(datetime.fromisoformat(card["trained_at"])),
            words.number(card["data"]["people"]),
            words.number(card["data"]["titles"]),
            f"{card['metrics']['ndcg_at_10']:.3f}",
        )
        for card in cards
    ]
    figures = ("People", "Titles", "NDCG@10")
    printer.table(("Version", "", "Model", "Trained", *figures), rows, right=("Version", *figures))


@models.command("promote")
def promote(
    version: Annotated[int, typer.Argument(metavar="VERSION", min=1, help="As `models list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Let this version serve, whatever the figures say; a running server changes over within seconds.

    \b
    Examples:
      mediatheque models promote 3
    """
    printer = Printer(as_json)
    pin = _registry().promote(version)
    printer.emit({"champion": pin.version, "sha256": pin.sha256})
    printer.say(f"Version {pin.version} serves. Take it back with: mediatheque models rollback")


@models.command("rollback")
def rollback(as_json: AsJson = False) -> None:
    """Let the champion before this one serve again; nothing is deleted.

    \b
    Examples:
      mediatheque models rollback
    """
    printer = Printer(as_json)
    pin = _registry().roll_back()
    printer.emit({"champion": pin.version, "sha256": pin.sha256})
    printer.say(f"Version {pin.version} serves again.")


def _registry() -> LocalRegistry:
    from mediatheque.recommend.artifact import models_dir_in
    from mediatheque.training.registry import LocalRegistry

    return LocalRegistry(models_dir_in(settings().data_dir))


def _say_outcome(printer: Printer, outcome: Outcome) -> None:
    printer.say(
        f"{words.counted(outcome.people, 'user')}, {words.counted(outcome.titles, 'title')}: "
        f"{outcome.split} ({words.counted(outcome.judges, 'user')})."
    )
    rows = [
        (
            f"{one.label} ←" if one.label == outcome.chosen else one.label,
            f"{one.validation_ndcg:.3f}",
            *(f"{one.figures[name]:.3f}" for name in ("ndcg_at_10", "recall_at_20", "coverage")),
        )
        for one in outcome.tried
    ]
    figures = ("Choosing: NDCG@10", "Judging: NDCG@10", "Recall@20", "Coverage")
    printer.table(("Model", *figures), rows, right=figures)
    for why in outcome.left_out:
        printer.note(f"Not tried: {why}")
    if outcome.against_popularity:
        printer.say(f"{outcome.chosen} against popularity: {_difference(outcome.against_popularity)}.")
    if outcome.against_champion:
        printer.say(
            f"{outcome.chosen} against version {outcome.champion}’s recipe: {_difference(outcome.against_champion)}."
        )
    printer.say(f"Version {outcome.version}, {outcome.chosen}: {outcome.verdict}.", style="bold")
    printer.note(f"Beside what goes by content, it counts for up to {outcome.trust:.0%} of a person’s taste.")
    if not outcome.is_promoted:
        printer.note(f"Let it serve all the same with: mediatheque models promote {outcome.version}")


def _difference(of: Comparison) -> str:
    """“+0.120 NDCG@10 a person (95 %: +0.080 to +0.160, p < 0.001)”."""
    chance = "p < 0.001" if of.p < 0.001 else f"p = {of.p:.3f}"
    return f"{of.gain:+.3f} NDCG@10 a person (95 %: {of.low:+.3f} to {of.high:+.3f}, {chance})"


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(outcome)
