"""GraphML (http://graphml.graphdrawing.org): what Gephi, yEd, Cytoscape, igraph and networkx open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from mediatheque.graph.exports import (
    EDGE_PROPERTIES,
    NODE_PROPERTIES,
    Sort,
    Value,
    edge_properties,
    ends_of,
    node_properties,
    plain,
)
from mediatheque.graph.labels import label_of
from mediatheque.stores.graph import Edge, StoredNode

MEDIA_TYPE = "application/graphml+xml"
SUFFIX = ".graphml"

_SORTS: Mapping[Sort, str] = {
    Sort.TEXT: "string",
    Sort.WHOLE: "long",
    Sort.NUMBER: "double",
    Sort.TRUTH: "boolean",
    Sort.MOMENT: "string",
}
#: What XML 1.0 cannot say, not even as a reference (its production 2, Char).
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(nodes: Iterable[StoredNode], edges: Iterable[Edge]) -> Iterator[bytes]:
    """A directed graph; characters that XML has no way to say become U+FFFD."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
        + _keys()
        + '<graph edgedefault="directed">\n'
    ).encode()
    for node in nodes:
        data = _data("n", node_properties(node))
        yield f"<node id={quoteattr(label_of(node.number))}>{data}</node>\n".encode()
    for edge in edges:
        source, target = ends_of(edge)
        data = _data("e", {"type": edge.type, **edge_properties(edge)})
        yield f"<edge source={quoteattr(source)} target={quoteattr(target)}>{data}</edge>\n".encode()
    yield b"</graph>\n</graphml>\n"


def _keys() -> str:
    of_edges = {"type": Sort.TEXT, **EDGE_PROPERTIES}
    return "".join(
        f'<key id="{letter}_{name}" for="{what}" attr.name="{name}" attr.type="{_SORTS[sort]}"/>\n'
        for letter, what, properties in (("n", "node", NODE_PROPERTIES), ("e", "edge", of_edges))
        for name, sort in properties.items()
    )


def _data(letter: str, properties: Mapping[str, Value]) -> str:
    return "".join(f'<data key="{letter}_{name}">{_text(value)}</data>' for name, value in properties.items())


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # A reader makes "\n" of every "\r" that is not written as a reference.
    return escape(_UNSAYABLE.sub("\ufffd", str(plain(value))), {"\r": "&#13;"})
