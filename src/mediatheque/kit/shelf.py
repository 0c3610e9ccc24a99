"""A shelf: a package whose modules are interchangeable, named by their file names."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from importlib.util import find_spec
from types import ModuleType

from mediatheque.kit.errors import Invalid


def names_on(shelf: ModuleType) -> tuple[str, ...]:
    """Public names of the things on a shelf (`google_books.py` is "google-books"), sorted."""
    found = (m.name for m in pkgutil.iter_modules(shelf.__path__) if not m.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in found))


def names_in(package: str) -> tuple[str, ...]:
    """As `names_on`, of the shelf with this dotted name, without importing it."""
    spec = find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    found = (m.name for m in pkgutil.iter_modules(places) if not m.name.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in found))


def take(shelf: ModuleType, name: str) -> ModuleType:
    """The module called `name` on the shelf; raises Invalid naming what there is."""
    module = f"{shelf.__name__}.{name.replace('-', '_')}"
    # Looking into the folder takes 0.1 ms: too long for who asks at every score.
    if "_" not in name and module in sys.modules:
        # Not what stands there itself: another thread may be half through importing it, and this waits.
        return importlib.import_module(module)
    names = names_on(shelf)
    if name not in names:
        thing = shelf.__name__.rpartition(".")[2].replace("_", " ")
        raise Invalid(f"'{name}' is not among the {thing}; there is {', '.join(names)}")
    return importlib.import_module(module)
