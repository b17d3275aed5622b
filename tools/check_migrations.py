"""Checks that the migrations make exactly the tables that the models describe."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError

from app.config import ROOT
from app.schema import migrate


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.db'}"
        migrate(url)
        config = Config()
        config.set_main_option("script_location", str(ROOT / "alembic"))
        config.attributes["url"] = url
        try:
            command.check(config)
        except CommandError as error:
            print(f"{error}\nWrite a migration: .venv/bin/alembic revision --autogenerate -m 'what changes'")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
