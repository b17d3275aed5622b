"""Settings, read from the environment (prefix `DEALWORTHY_`) and from `.env`."""

import re
import secrets
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

_SHORTEST_SECRET = 32
_SHORTEST_TOKEN = 16

ROOT = Path(__file__).resolve().parent.parent


class Environment(StrEnum):
    """Where the installation runs; `production` refuses unsafe values."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How lines of the log are written."""

    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The least important lines that are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Transport(StrEnum):
    """How a connection to the mail server is kept secret, if at all; each is a scheme of its address."""

    PLAIN = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_MAIL_PORTS: Final = {Transport.PLAIN: 25, Transport.STARTTLS: 587, Transport.TLS: 465}
_HOST_NAME: Final = re.compile(r"(?=.*[a-z])[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MAIL_FORM = (
    "write smtps://USER:PASSWORD@HOST, smtp+starttls://USER:PASSWORD@HOST or smtp://HOST, each with or without :PORT"
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over, and as whom; `user` is empty where nobody has to sign in."""

    transport: Transport
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)


def parse_mail_server(url: str) -> MailServer:
    """Read the address of a mail server. ValueError: what is wrong with it, without its password."""
    try:
        parts = urlsplit(url)
        host, port, transport = parts.hostname, parts.port, Transport(parts.scheme)
    except ValueError as error:
        raise ValueError(_MAIL_FORM) from error
    if not host or port == 0 or parts.path not in {"", "/"} or parts.query or parts.fragment or _has_space(url):
        raise ValueError(_MAIL_FORM)
    user, password = _credentials(parts)
    if password and transport is Transport.PLAIN and host not in _THIS_MACHINE:
        raise ValueError("a password would go unencrypted; use smtps:// or smtp+starttls://")
    return MailServer(transport, host, port or _MAIL_PORTS[transport], user, password)


def _has_space(url: str) -> bool:
    return any(letter.isspace() or not letter.isprintable() for letter in url)


def _credentials(parts: SplitResult) -> tuple[str, str]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("give both a user and a password, or neither; write @ as %40, : as %3A and / as %2F in them")
    return user, password


Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class OutboundAllowance:
    """Where requests of ours may go although it is not the public internet: hosts by name, and whole networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()


def parse_outbound_allow(text: str) -> OutboundAllowance:
    """Read a list of host names, addresses and networks with commas between. ValueError: one is none of these."""
    hosts: set[str] = set()
    networks: list[Network] = []
    for entry in filter(None, map(str.strip, text.split(","))):
        try:
            networks.append(ip_network(entry))
        except ValueError as error:
            name = entry.lower().rstrip(".")
            if not _HOST_NAME.fullmatch(name):
                raise ValueError(f"{entry!r} is no host name, address or network such as 10.2.0.0/16") from error
            hosts.add(name)
    return OutboundAllowance(frozenset(hosts), tuple(networks))


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
    smtp_url: str = Field(default="", repr=False)
    mail_from: str = ""
    notices_hour: int = Field(default=8, ge=0, le=23)
    """The hour of the day, in the site's time zone, from which digests are sent."""
    keep_texts_days: int = Field(default=90, ge=1, le=3650)
    """Days for which the words of a text that was sent for review are kept."""
    keep_clearances_days: int = Field(default=400, ge=1, le=3650)
    """Days for which answers of the gate are kept; those on which a change of a deal rested stay."""
    keep_answers_days: int = Field(default=0, ge=0, le=36500)
    """Days for which answers to questions are kept after their attempt has finished; 0 keeps them for ever."""
    keep_findings_days: int = Field(default=0, ge=0, le=36500)
    """Days for which findings are kept that no violation or open case rests on; 0 keeps them for ever."""
    bundle_hours: int = Field(default=24, ge=1, le=168)
    """Hours for which a signed file of clearances is good; after them its readers do what each product says."""
    outbound_allow: str = ""
    """Host names and networks that requests of ours may go to although they are not public, with commas between."""
    log_format: LogFormat | None = None
    """How lines of the log are written: JSON in production and text in development unless set."""
    log_level: LogLevel = LogLevel.INFO
    slow_statement_ms: int = Field(default=500, ge=0, le=3_600_000)
    """Milliseconds from which on a statement is logged as slow; 0 logs none."""
    metrics_token: str = Field(default="", repr=False)
    """What whoever asks for `/metrics` must send; without one the address is there for this machine alone."""
    otlp_endpoint: str = ""
    """Where traces are sent by OTLP over HTTP; empty where none are made."""
    drain_seconds: int = Field(default=0, ge=0, le=600)
    """Seconds for which a server that was told to stop still answers, while `/readyz` says that it is going."""

    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses and networks of the proxies that say whom a request comes from, with commas between."""
    replica_url: str = Field(default="", repr=False)
    """A streaming replica of the database, from which reports are read; empty where there is none."""
    replica_seconds: int = Field(default=10, ge=1, le=3600)
    """Seconds that the replica may be behind; beyond them, reports are read from the database itself."""

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is not a time zone; use a name such as Europe/Lisbon or Asia/Shanghai")
        return name

    @field_validator("trusted_proxies")
    @classmethod
    def _known_proxies(cls, text: str) -> str:
        entries = list(filter(None, map(str.strip, text.split(","))))
        for entry in entries:
            try:
                ip_network(entry)
            except ValueError as error:
                raise ValueError(f"{entry!r} is no address or network such as 10.2.0.0/16") from error
        return ",".join(entries)

    @field_validator("replica_url")
    @classmethod
    def _known_replica(cls, url: str) -> str:
        if url and not (known := cls._known_database(url)).startswith("postgresql"):
            raise ValueError("write postgresql://USER:PASSWORD@HOST/NAME")
        return known if url else ""

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

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_server(cls, url: str) -> str:
        if url:
            parse_mail_server(url)
        return url

    @field_validator("outbound_allow")
    @classmethod
    def _known_targets(cls, text: str) -> str:
        parse_outbound_allow(text)
        return text

    @field_validator("metrics_token")
    @classmethod
    def _long_token(cls, token: str) -> str:
        if token and len(token) < _SHORTEST_TOKEN:
            raise ValueError(f"write at least {_SHORTEST_TOKEN} random characters")
        return token

    @field_validator("otlp_endpoint")
    @classmethod
    def _known_collector(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("write an address such as https://collector.example.com:4318")
        return url

    @field_validator("mail_from")
    @classmethod
    def _known_sender(cls, sender: str) -> str:
        _name, spec = parseaddr(sender)
        local, _, domain = spec.rpartition("@")
        if sender and not (local and domain and sender.isprintable() and spec.isascii() and " " not in spec):
            raise ValueError("write an address such as sales@example.com or Dealworthy <sales@example.com>")
        return sender

    @property
    def mail_server(self) -> MailServer | None:
        """The mail server, or None where mails are kept and not sent."""
        return parse_mail_server(self.smtp_url) if self.smtp_url else None

    @property
    def outbound(self) -> OutboundAllowance:
        """Where requests may go besides the public internet."""
        return parse_outbound_allow(self.outbound_allow)

    @property
    def sender(self) -> str:
        """Whom mails come from."""
        return self.mail_from or f"Dealworthy <dealworthy@{urlsplit(self.origin).hostname or 'localhost'}>"

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
    def json_logs(self) -> bool:
        """Whether the log is written for machines."""
        return self.log_format is LogFormat.JSON or (self.log_format is None and self.production)

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
