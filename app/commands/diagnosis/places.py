"""Settings, files and disks."""

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from app.commands.diagnosis.checks import Patient, check
from app.config import Environment
from app.web.i18n import LOCALES

_OURS = {"localhost", "127.0.0.1", "::1"}


@check("secret-key", "Set DEALWORTHY_SECRET_KEY to 32 random characters or more, the same for every process.")
def _secret_key(patient: Patient) -> Iterator[str]:
    yield from (each for each in patient.settings.problems() if "SECRET_KEY" in each)


@check("base-url", "Set DEALWORTHY_BASE_URL to the address that people use, with https://.")
def _base_url(patient: Patient) -> Iterator[str]:
    yield from (each for each in patient.settings.problems() if "BASE_URL" in each)


@check("environment", "Set DEALWORTHY_ENV=production where real people sign in.")
def _environment(patient: Patient) -> Iterator[str]:
    here = urlsplit(patient.settings.origin).hostname in _OURS
    if patient.settings.env is Environment.DEVELOPMENT and patient.settings.https and not here:
        yield f"The public address is {patient.settings.origin}, and the environment is development: checks are off."


@check("env-file", "Let only the user of the server read it: chmod 600 .env.")
def _env_file(patient: Patient) -> Iterator[str]:
    file = patient.root / ".env"
    if file.exists() and file.stat().st_mode & stat.S_IROTH:
        yield f"{file} holds secrets, and every user of this machine can read it."


@check("translations", "Install the product again: files of it are missing.")
def _translations(patient: Patient) -> Iterator[str]:
    for locale in sorted(LOCALES.keys() - {"en"}):
        folder = patient.root / "app" / "web" / "locale" / locale.replace("-", "_") / "LC_MESSAGES"
        if not list(folder.glob("*.po")):
            yield f"The sentences in {LOCALES[locale]} are missing: there is no catalogue in {folder}."


@check("static-files", "Install the product again: files of it are missing.")
def _static_files(patient: Patient) -> Iterator[str]:
    for name in ("static/app.css", "static/app.js", "static/vendor/htmx.min.js", "templates/base.html"):
        if not (patient.root / name).exists():
            yield f"{patient.root / name} is missing; pages cannot be shown as they should be."


def sqlite_file(patient: Patient) -> Path:
    """Return the file of a SQLite database."""
    return Path(make_url(patient.settings.database_url).database or "").absolute()


@check("disk-space", "Make room, or move the database; a full disk stops every write.")
def _disk_space(patient: Patient) -> Iterator[str]:
    sqlite = patient.settings.database_url.startswith("sqlite")
    folder = sqlite_file(patient).parent if sqlite else patient.root
    if folder.exists() and (free := shutil.disk_usage(folder).free) < patient.limits.free_bytes:
        yield f"The disk of {folder} has {free >> 20} MB left."
