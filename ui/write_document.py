"""Writes the OpenAPI document that the page's client is generated from, beside this file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mediatheque.api.app import document

TARGET = Path(__file__).with_name("openapi.json")


def main() -> None:
    """Write the document; every error is a problem, which is said once an operation instead of once a status."""
    written = document()
    for methods in written["paths"].values():
        for operation in methods.values():
            _say_errors_once(operation["responses"])
    _require_what_is_answered(written)
    TARGET.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")


def _say_errors_once(responses: dict[str, Any]) -> None:
    for status in [status for status in responses if status[0] in "45"]:
        del responses[status]
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    responses["default"] = {
        "description": "What went wrong.",
        "content": {"application/problem+json": problem},
    }


def _require_what_is_answered(written: dict[str, Any]) -> None:
    """A field with a default may be left out of what is sent, but an answer always has it."""
    schemas = written["components"]["schemas"]
    sent = [
        operation["requestBody"]
        for methods in written["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    names = _reached(schemas, sent)
    for name, schema in schemas.items():
        if name not in names and "properties" in schema:
            schema["required"] = sorted(schema["properties"])


def _reached(schemas: dict[str, Any], part: object) -> set[str]:
    """The names of the schemas that a part of the document refers to, directly or through others."""
    found: set[str] = set()
    waiting: list[object] = [part]
    while waiting:
        match waiting.pop():
            case {"$ref": str(reference)}:
                name = reference.rsplit("/", 1)[-1]
                if name not in found:
                    found.add(name)
                    waiting.append(schemas[name])
            case dict() as fields:
                waiting.extend(fields.values())
            case list() as parts:
                waiting.extend(parts)
            case _:
                pass
    return found


if __name__ == "__main__":
    main()
