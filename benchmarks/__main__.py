"""`python -m benchmarks NAME`: run one benchmark; its figures are one JSON object on the last line."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

#: Public name → module, where the two differ.
ALIASES = {"import": "import_flow", "queue": "queue_jobs"}


def main() -> None:
    folder = Path(__file__).parent
    known = sorted(
        path.stem
        for path in folder.glob("*.py")
        if not path.stem.startswith("_") and "def main" in path.read_text()
    )
    names = sorted(
        {next((a for a, m in ALIASES.items() if m == stem), stem).replace("_", "-") for stem in known}
    )
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    module = ALIASES.get(name, name.replace("-", "_"))
    if module not in known:
        sys.exit(
            f"'{name}' is no benchmark; there is {', '.join(names)}. Run one with: make bench NAME={names[0]}"
        )
    sys.argv = [str(folder / f"{module}.py"), *sys.argv[2:]]
    sys.path.insert(0, str(folder))
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
