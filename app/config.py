"""Settings, read from the environment (prefix `DEALWORTHY_`) and from `.env`."""

import secrets
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_SHORTEST_SECRET = 32

ROOT = Path(__file__).resolve().parent.parent


class Environment(StrEnum):
    """Where the installation runs; `production` refuses unsafe values."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """One installation's settings; the defaults are those of a first try on one machine."""

    model_config = SettingsConfigDict(env_prefix="DEALWORTHY_", env_file=".env", extra="ignore", frozen=True)

    env: Environment = Environment.DEVELOPMENT
    database_url: str = "sqlite:///dealworthy.db"
    secret_key: str = Field(default_factory=lambda: secrets.token_urlsafe(32))
    base_url: str = ""
    port: int = Field(default=8000, ge=1, le=65535)
    timezone: str = "UTC"
    company: str = "Brightwater Software"
    smtp_url: str = ""
    keep_texts_days: int = Field(default=90, ge=1, le=3650)
    """Days for which the words of a text that was sent for review are kept."""

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not a time zone; use a name such as Europe/Lisbon or Asia/Shanghai")
        return name

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        for scheme in ("postgresql://", "postgres://"):
            if url.startswith(scheme):
                url = "postgresql+psycopg://" + url.removeprefix(scheme)
        try:
            known = make_url(url).get_backend_name() in {"sqlite", "postgresql"}
        except ArgumentError:
            known = False
        if not known:
            raise ValueError("write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
        return url

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone, in which days begin and end."""
        return ZoneInfo(self.timezone)

    @property
    def origin(self) -> str:
        """The public address of the installation, without a trailing slash."""
        return self.base_url.rstrip("/") or f"http://localhost:{self.port}"

    @property
    def https(self) -> bool:
        """Whether people reach the installation over HTTPS; cookies depend on it."""
        return self.origin.startswith("https://")

    @property
    def production(self) -> bool:
        """Whether the installation serves real people."""
        return self.env is Environment.PRODUCTION

    def problems(self) -> list[str]:
        """Say what makes these settings unsafe in production, one sentence each; empty when nothing does."""
        if not self.production:
            return []
        found = []
        if "secret_key" not in self.model_fields_set or len(self.secret_key) < _SHORTEST_SECRET:
            found.append("DEALWORTHY_SECRET_KEY must be set to at least 32 random characters.")
        if not self.base_url:
            found.append("DEALWORTHY_BASE_URL must be the public address, such as https://sales.example.com.")
        elif not self.https:
            found.append("DEALWORTHY_BASE_URL must start with https://, because cookies are only safe there.")
        return found
