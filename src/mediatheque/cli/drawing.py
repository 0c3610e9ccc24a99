"""The graph as trees and sentences that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mediatheque.cli.naming import described, label
from mediatheque.vocabulary import Node, NodeKind

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from mediatheque.graph.queries.naming import Thing
    from mediatheque.graph.walks import Around, Neighbour, Telling
    from mediatheque.stores.graph import Edge


def neighbour_tree(here: Thing, neighbours: Sequence[Neighbour]) -> Tree:
    """A thing and what it is connected with, grouped by what is said of it: "features", "was directed by"."""
    from rich.tree import Tree

    tree = Tree(_root(here), guide_style="dim")
    for heading, members in _grouped(neighbours):
        if len(members) == 1:
            (one,) = members
            _add_leaf(tree, one, one.words)
            continue
        branch = tree.add(heading)
        for one in members:
            _add_leaf(branch, one, _below(heading, one))
    return tree


def around_tree(here: Thing, around: Sequence[Around]) -> Tree:
    """What is within some hops of a thing, each below the thing by which it was reached."""
    from rich.tree import Tree

    tree = Tree(_root(here), guide_style="dim")
    branch_of: dict[Node, Tree] = {here.node: tree}
    # A thing is reached by way of one that is nearer.
    for one in sorted(around, key=lambda one: (one.hops, -one.score)):
        parent = branch_of.get(one.parent.node)
        words = one.words if parent is not None else f"{one.parent.name} {one.words}"
        branch_of[one.thing.node] = (tree if parent is None else parent).add(
            _told(words, one.thing, one.edge)
        )
    return tree


def path_tree(telling: Telling) -> Tree:
    """A path, one step below the other."""
    from rich.tree import Tree

    tree = branch = Tree(_root(telling.things[0]), guide_style="dim")
    for words, thing, edge in zip(telling.steps, telling.things[1:], telling.edges, strict=True):
        branch = branch.add(_told(words, thing, edge))
    return tree


def thing_json(thing: Thing) -> dict[str, Any]:
    """A thing as a program reads it."""
    return {"node": label(thing), "name": thing.name, "what": thing.what or str(thing.node.kind)}


def edge_json(edge: Edge) -> dict[str, Any]:
    """An edge as a program reads it: where it comes from, and how sure it is."""
    from mediatheque.graph.exports import edge_properties, ends_of

    source, target = ends_of(edge)
    return {"type": edge.type, "source": source, "target": target, **edge_properties(edge)}


def telling_json(telling: Telling) -> dict[str, Any]:
    """A path as a program reads it."""
    return {
        "sentence": telling.sentence,
        "score": telling.score,
        "things": [thing_json(thing) for thing in telling.things],
        "steps": list(telling.steps),
        "edges": [edge_json(edge) for edge in telling.edges],
    }


def provenance(edge: Edge) -> str:
    """Who says so, and since when: "starter", "netflix, since 14 Mar 2021", "90 % sure"; "" where it was worked out."""
    from mediatheque.cli import words

    since = f"since {words.short_day(edge.first_at)}" if edge.first_at and edge.owner_id else ""
    sure = f"{edge.confidence:.0%} sure" if edge.confidence < 0.995 else ""
    return ", ".join(filter(None, (edge.said_by, since, sure)))


def _grouped(neighbours: Iterable[Neighbour]) -> list[tuple[str, list[Neighbour]]]:
    """What is said in the same words up to the name goes together, the heaviest first."""
    groups: dict[str, list[Neighbour]] = {}
    for one in neighbours:
        before, name, _ = one.words.partition(one.thing.name)
        groups.setdefault(before.strip() if name else one.words, []).append(one)
    return list(groups.items())


def _add_leaf(tree: Tree, one: Neighbour, words: str) -> None:
    leaf = tree.add(_told(words, one.thing, one.edge))
    if one.thing.node.kind is NodeKind.PASSAGE and "“" not in words:
        leaf.add(f"“{one.thing.name}”")


def _below(heading: str, one: Neighbour) -> str:
    """What is left to say below a heading: "Arrival (2016), twice"."""
    left = one.words.removeprefix(heading).strip() or one.words
    beside = left.removeprefix(one.thing.name)
    return f"{one.thing.name},{beside}" if beside != left and beside[:2].strip().isalnum() else left


def _told(words: str, thing: Thing, edge: Edge) -> Text:
    """Words with the thing's name in bold, and beside it who says so."""
    from rich.text import Text

    text = Text(words)
    at = words.rfind(thing.name)
    if at >= 0:
        text.stylize("bold", at, at + len(thing.name))
    if known := provenance(edge):
        text.append(f"  {known}", "dim")
    return text


def _root(thing: Thing) -> Text:
    from rich.text import Text

    name, _, kind = described(thing).rpartition(", ") if not thing.is_reader else ("You", "", "")
    return Text.assemble((name, "bold"), f", {kind}" if kind else "", (f"  {label(thing)}", "dim"))
