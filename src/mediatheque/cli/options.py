"""The options that many commands share."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and words on stderr.")]

# Typer reads the annotation itself, on Python 3.11 too.
ForUser = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--user",
        "-u",
        envvar="MEDIATHEQUE_USER",
        metavar="NAME",
        help="Whose library; may be left out where there is one user only.",
    ),
]
