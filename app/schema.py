"""The schema of the database: which revision it has, which this version needs, and how it gets there."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from app.config import ROOT


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    return config


def is_migrated(connection: Connection) -> bool:
    """Say whether the database is at the newest revision."""
    present = MigrationContext.configure(connection).get_current_heads()
    return set(present) == set(ScriptDirectory.from_config(_alembic()).get_heads())


def migrate(url: str) -> None:
    """Bring the database to the newest revision."""
    config = _alembic()
    config.attributes["url"] = url
    command.upgrade(config, "head")
