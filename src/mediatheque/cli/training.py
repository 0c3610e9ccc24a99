"""What people here like together: train, and the versions that came of it (models list, promote, rollback)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import embedder_name, library, settings
from mediatheque.cli.options import AsJson
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    from mediatheque.flows.training import Outcome
    from mediatheque.flows.training_stars import StarsOutcome
    from mediatheque.recommend.registries import Registry
    from mediatheque.training.significance import Comparison

models = typer.Typer(no_args_is_help=True, help="Trained models: list, show, promote, rollback.")


def train(
    only_if_new: Annotated[
        bool, typer.Option("--only-if-new", help="Not if nothing was told since the last training.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, max=64, help="How many cores to use.")] = 1,
    engine: Annotated[
        str | None, typer.Option(metavar="NAME", help="Where models are fitted: here, or spark.")
    ] = None,
    master: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Spark to use: local[*], spark://host:7077, yarn, k8s://…"),
    ] = None,
    data_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Folder that all of a Spark cluster can read and write.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Learn from everybody's history what people here like together, and let it speak in recommendations.

    Several models are tried. What happened last judges them, and they never see it. The best serves from
    then on, unless the one that serves now does better; a running server changes over within seconds.

    \b
    Examples:
      mediatheque train
      mediatheque train --only-if-new --json
      mediatheque train --engine spark --master spark://host:7077 --data-url hdfs://host/training
    """
    from mediatheque.flows.training import train as flow
    from mediatheque.flows.training_stars import train_stars
    from mediatheque.recommend.artifact import models_dir_in
    from mediatheque.recommend.registries import STARS
    from mediatheque.training.engines import Means, opened
    from mediatheque.training.registries import open_registry

    printer, read = Printer(as_json), settings()
    registry = open_registry(read.registry_setting, models_dir_in(read.data_dir))
    of_stars = open_registry(read.registry_setting, models_dir_in(read.data_dir), STARS)
    means = Means(
        threads=threads, master=master or read.spark_master, data_url=data_url or read.spark_data_url
    )
    fitting = opened(engine or read.train_engine, means)
    with fitting as fits, library(printer) as app, printer.waiting("Training …"):
        outcome = flow(
            app.database, registry, engine=fits, embedder=embedder_name(app), only_if_new=only_if_new
        )
        stars = train_stars(app.database, of_stars, only_if_new=only_if_new)
    printer.emit(asdict(outcome) | {"stars": asdict(stars)})
    if outcome.why_not:
        printer.say(f"Nothing was trained: {outcome.why_not}.")
    else:
        _say_outcome(printer, outcome)
    _say_stars(printer, stars)


@models.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List the trained models, the latest first.

    \b
    Examples:
      mediatheque models list
      mediatheque models list --json
    """
    printer, registry = Printer(as_json), _registry()
    names, cards = _names(registry, printer), registry.cards()
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


@models.command("show")
def show(
    version: Annotated[int, typer.Argument(metavar="VERSION", min=1, help="As `models list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show how a model came about: what it learned from, who judged it, and how it did.

    \b
    Examples:
      mediatheque models show 3
      mediatheque models show 3 --json
    """
    printer, registry = Printer(as_json), _registry()
    card, name = registry.card(version), _names(registry, printer).get(version)
    printer.emit({**card, "alias": name})
    _say_card(printer, card, name)


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


def _registry() -> Registry:
    from mediatheque.recommend.artifact import models_dir_in
    from mediatheque.recommend.registries import open_registry

    read = settings()
    return open_registry(read.registry_setting, models_dir_in(read.data_dir))


def _names(registry: Registry, printer: Printer) -> Mapping[int, str]:
    """What the versions with a name are; where the names cannot be believed, say so, and go on without."""
    from mediatheque.recommend.registries import names_of

    try:
        return names_of(registry.aliases())
    except Invalid as error:
        printer.note(f"The promoted model is refused: {error}")
        return {}


def _say_card(printer: Printer, card: Mapping[str, Any], name: str | None) -> None:
    data, metrics = card.get("data", {}), card.get("metrics", {})
    printer.say(f"Version {card['version']}: {card['model']}{f', {name}' if name else ''}", style="bold")
    rows = [
        ("Trained", str(card.get("trained_at", "")), f"by Mediatheque {card.get('code_version', '?')}"),
        ("Learned from", _counts(data), f"until {data.get('last_at') or 'an unknown day'}"),
        ("Judged by", words.counted(card.get("judges", 0), "user"), str(card.get("split", ""))),
        *((metric, f"{value:.4f}", "") for metric, value in metrics.items() if isinstance(value, float)),
        ("Proof, trust", f"{card.get('proof', 0):.2f}, {card.get('trust', 0):.2f}", ""),
        ("Settings", json.dumps(card.get("config", {})), ""),
    ]
    printer.table(("", "", ""), rows)


def _counts(data: Mapping[str, Any]) -> str:
    told = ((data.get(f"{one}s" if one != "people" else one), one) for one in ("people", "title", "like"))
    return ", ".join(
        f"{words.number(count)} {one if one == 'people' else f'{one}s'}" for count, one in told if count
    )


def _say_stars(printer: Printer, outcome: StarsOutcome) -> None:
    if outcome.verdict:
        printer.say(
            f"Expected stars: {outcome.verdict.mae:.2f} off on average over {words.counted(outcome.verdict.asked, 'later rating')} "
            f"of {words.counted(outcome.verdict.judges, 'user')} "
            f"(RMSE {outcome.verdict.rmse:.3f}; going by habits alone {outcome.verdict.usual_rmse:.3f})."
        )
    if outcome.why_not:
        printer.note(f"No stars are expected of titles: {outcome.why_not}")


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
