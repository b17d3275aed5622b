"""Files made from a snapshot by typst: the certificate as PDF and picture, the badge as SVG and PNG.

The same snapshot, language and engine give the same bytes. Fonts are shipped, those of the machine are never looked
at. Texts reach typst as JSON data, never as source, so that nobody's name can be a command.
"""

import hashlib
import io
import json
import threading
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import segno

from app.catalog.text import localized
from app.certification.certificates.issuer import Issuer, issuer
from app.certification.certificates.rules import DESIGN, Snapshot
from app.web import i18n
from app.web.i18n import LOCALES
from app.web.i18n import gettext as _

if TYPE_CHECKING:
    import typst

_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"
_DESIGNS = _HERE / "designs"
_LANGUAGES = {"en": ("en", "GB"), "zh-Hans": ("zh", "CN"), "zh-Hant": ("zh", "TW")}
"""What typst calls our locales; the region chooses the shapes of Chinese characters."""
_BADGE_PPI = 288
"""Dots an inch: 600 for the side of a badge."""

Form = Literal["pdf", "png", "svg"]


@dataclass
class _Press:
    """A compiler that is kept, with its fonts: a page takes about 6 ms, and the first one 20."""

    compiler: "typst.Compiler"
    turn: threading.Lock = field(default_factory=threading.Lock)

    def print(self, design: str, data: Mapping[str, Any], form: Form, moment: datetime, ppi: float | None) -> bytes:
        """Make one page."""
        source = (_DESIGNS / f"{design}.typ").read_bytes()
        inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
        with self.turn:  # one compiler serves one page at a time
            made = self.compiler.compile(
                input=source, format=form, sys_inputs=inputs, timestamp=int(moment.timestamp()), ppi=ppi
            )
        if not isinstance(made, bytes):
            raise TypeError(f"the design {design} made several pages, or none")
        return made


def _compiler() -> "typst.Compiler":
    import typst  # noqa: PLC0415 (seven megabytes, of use only to processes that print)

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(_FONTS)])
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True)


@cache
def _press() -> _Press:
    return _Press(_compiler())


def certificate(snapshot: Snapshot, locale: str, *, design: str = DESIGN, form: Form = "pdf") -> bytes:
    """Make the certificate in a language."""
    data = copy_context().run(_certificate_data, snapshot, locale)
    return _press().print(f"certificate-{design}", data, form, _made_on(snapshot), None)


def badge(snapshot: Snapshot, locale: str, *, design: str = DESIGN, form: Form = "svg") -> bytes:
    """Make the picture of the badge in a language, without a credential."""
    data = copy_context().run(_badge_data, snapshot, locale)
    return _press().print(f"badge-{design}", data, form, _made_on(snapshot), _BADGE_PPI)


@cache
def engine() -> str:
    """Name everything but the snapshot that the bytes of a file depend on, so that a change of it is noticed."""
    files = [*sorted(_DESIGNS.glob("*.typ")), *sorted(_FONTS.glob("*.?tf"))]
    parts = [version("typst"), version("segno"), *(hashlib.sha256(each.read_bytes()).hexdigest() for each in files)]
    words = [copy_context().run(_spoken_labels, locale) for locale in LOCALES]
    return hashlib.sha256(json.dumps([parts, words, _identity(issuer())]).encode()).hexdigest()


def _identity(site: Issuer) -> list[str]:
    return [site.company, site.origin]


def _spoken_labels(locale: str) -> list[str]:
    i18n.use_locale(locale)
    return [
        *_labels().values(),
        _("Issued"),
        _("Rests on"),
        _rests_on(1, 1),
        _reissued(2),
        _unprintable(),
        i18n.day(datetime(2026, 1, 2, tzinfo=UTC).date()),
    ]


def _made_on(snapshot: Snapshot) -> datetime:
    return datetime.combine(snapshot.issued_on, time(), UTC)


def _labels() -> dict[str, str]:
    return {
        "title": _("Certificate"),
        "certifies": _("This certifies that"),
        "on": _("has earned the certification to speak for"),
        "check": _("Scan the code or open this address. It shows whether the certificate holds today:"),
        "through_label": _("Valid through"),
    }


def _rests_on(program: int, redlines: int | None) -> str:
    said = _("program %(number)s") % {"number": program}
    return said if redlines is None else said + _(", ") + _("red lines %(number)s") % {"number": redlines}


def _reissued(issue: int) -> str:
    return _("Issue %(number)s; it replaces the one before.") % {"number": issue}


def _unprintable() -> str:
    return _("The name has a character that this typeface does not have; the page at the address shows it.")


def _common(snapshot: Snapshot, locale: str) -> dict[str, Any]:
    language, region = _LANGUAGES[locale]
    return {
        "lang": language,
        "region": region,
        "title": _labels()["title"],
        "company": snapshot.company or issuer().company,
        "product": localized(snapshot.product, locale),
        "level": localized(snapshot.level_name, locale),
    }


def _certificate_data(snapshot: Snapshot, locale: str) -> dict[str, Any]:
    i18n.use_locale(locale)
    labels = _labels()
    address = Issuer("", snapshot.origin or issuer().origin).certificate(snapshot.code)
    notes = [
        _reissued(snapshot.issue) if snapshot.issue > 1 else "",
        "" if printable(snapshot.holder) else _unprintable(),
    ]
    return {
        **_common(snapshot, locale),
        "code": snapshot.code,
        "certifies": labels["certifies"],
        "holder": snapshot.holder,
        "on": labels["on"],
        "facts": [
            [_("Issued"), i18n.day(snapshot.issued_on)],
            [labels["through_label"], i18n.day(snapshot.valid_through)],
            [_("Rests on"), _rests_on(snapshot.program_version, snapshot.redlines_version)],
        ],
        "check": labels["check"],
        "address": address,
        "qr": _qr(address),
        "note": i18n.sentences(notes),
    }


def _badge_data(snapshot: Snapshot, locale: str) -> dict[str, Any]:
    i18n.use_locale(locale)
    return {
        **_common(snapshot, locale),
        "through-label": _labels()["through_label"],
        "through": i18n.day(snapshot.valid_through),
    }


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False, dark="#14171c")
    return drawn.getvalue().decode()


def printable(text: str) -> bool:
    """Say whether the shipped fonts have every character of a text."""
    return _characters().issuperset(map(ord, text))


@cache
def _characters() -> frozenset[int]:
    return frozenset().union(*(_mapped(path.read_bytes()) for path in _FONTS.glob("*.?tf")))


def _mapped(font: bytes) -> set[int]:
    """Return the code points that a font maps to glyphs (OpenType, table `cmap`, format 4)."""
    tables = {
        font[at : at + 4]: int.from_bytes(font[at + 8 : at + 12]) for at in range(12, 12 + 16 * _u16(font, 4), 16)
    }
    cmap = tables[b"cmap"]
    found: set[int] = set()
    for entry in range(cmap + 4, cmap + 4 + 8 * _u16(font, cmap + 2), 8):
        start = cmap + int.from_bytes(font[entry + 4 : entry + 8])
        if _u16(font, start) == 4:  # noqa: PLR2004 (the number of a format)
            size = _u16(font, start + 6)
            for segment in range(0, size, 2):
                last, first = _u16(font, start + 14 + segment), _u16(font, start + 16 + size + segment)
                found.update(range(first, last + 1))
    return found - {0xFFFF}


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2])
