"""`python -m migrations 0003 "what it does"`: write the migration from the schema to the tables as they are now."""

from __future__ import annotations

import sys

from alembic import command

from mediatheque.kit.database import alembic_config
from mediatheque.wiring import opened


def main() -> None:
    if len(sys.argv) != 3 or not sys.argv[1].isdecimal():
        sys.exit('Usage: python -m migrations 0003 "what it does"')
    with opened() as app:
        command.revision(alembic_config(app.database.url), sys.argv[2], autogenerate=True, rev_id=sys.argv[1])


if __name__ == "__main__":
    main()
