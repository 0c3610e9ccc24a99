"""Nodes as people write them: "item:12"; the one place that reads and writes it (pure)."""

from __future__ import annotations

import re

from mediatheque.kit.errors import Invalid
from mediatheque.vocabulary import Node, NodeKind

#: What `node_labelled` reads, as a regular expression that JSON Schema knows, too.
PATTERN = rf"^({'|'.join(NodeKind)}):[1-9][0-9]{{0,14}}$"
_LABEL = re.compile(PATTERN, re.ASCII)


def label_of(number: int) -> str:
    """The node with this number as people write it."""
    node = Node.from_number(number)
    return f"{node.kind}:{node.id}"


def node_labelled(text: str) -> Node:
    """The node that is written so; raises Invalid saying how nodes are written."""
    found = _LABEL.fullmatch(text)
    if found is None:
        raise Invalid(
            f"'{text[:80]}' is no node; it looks like item:12, a kind ({', '.join(NodeKind)}) and the number of the thing"
        )
    kind, _, number = text.partition(":")
    return Node(NodeKind(kind), int(number))
