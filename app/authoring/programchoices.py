"""What a program may ask for, as lists to choose from, in the words of whoever writes it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.authoring import words
from app.authoring.programforms import asked
from app.authoring.queries import Course
from app.authoring.requirementwords import requirement
from app.authoring.sheets import Sheet
from app.catalog.models import Content, ContentKind, Product
from app.catalog.text import localized
from app.web.i18n import LOCALES, current_locale
from app.web.i18n import gettext as _

Options = list[tuple[str, str]]
Groups = list[tuple[str, Options]]
"""(heading, options)"""


def groups(session: Session, course: Course, sheet: Sheet) -> Groups:
    """List everything that a program may ask for; last what it asks for and is not there."""
    lessons = course.of(ContentKind.COURSE)
    found: Groups = [
        (_("Learning"), [("lesson:all", _("Every lesson")), ("attest:redlines", _("Sign the red lines"))]),
        (_("Quizzes"), list(_quizzes(course))),
        (_("Demonstrations"), list(_described(sheet, "rubrics", "sign_off"))),
        (_("Live sessions"), list(_described(sheet, "live_sessions", "live_session"))),
        (_("Certified on another product"), list(_certifications(session, course.product.slug))),
        (
            _("Single lessons"),
            [
                (f"lesson:{each['id']}", _("The lesson “%(title)s”") % {"title": words.called(each)})
                for each in (lessons.content.draft.get("lessons", ()) if lessons else ())
            ],
        ),
    ]
    known = {value for _heading, options in found for value, _text in options}
    others = [(value, _by_id(value)) for value in dict.fromkeys(asked(sheet)) if value and value not in known]
    return [(heading, options) for heading, options in (*found, (_("Not described here"), others)) if options]


def level_options(sheet: Sheet) -> Options:
    """List the levels, from the lowest on."""
    named = [(sheet.get(f"levels.{row}.id"), _named(sheet, f"levels.{row}.name")) for row in sheet.rows("levels")]
    options = [("", _("The first (%(name)s)") % {"name": sheet.get("level")}), *named]
    return words.known([each for each in options if each[0] or each is options[0]], [sheet.get("deal_level")])


def undescribed(sheet: Sheet, prefix: str, kind: str) -> list[str]:
    """Give the ids of rubrics or live sessions that are asked for and not described."""
    described = {sheet.get(f"{prefix}.{row}.id") for row in sheet.rows(prefix)}
    wanted = (value.partition(":")[2] for value in asked(sheet) if value.startswith(f"{kind}:"))
    return [each for each in dict.fromkeys(wanted) if each not in described]


def _quizzes(course: Course) -> Iterator[tuple[str, str]]:
    for quiz in course.quizzes:
        if not quiz.content.draft.get("bank"):
            title = words.called(quiz.content.draft)
            yield f"quiz:{quiz.content.slug}", _("Pass the quiz “%(title)s”") % {"title": title}


def _described(sheet: Sheet, prefix: str, kind: str) -> Iterator[tuple[str, str]]:
    sentence = _("Show “%(name)s”") if kind == "sign_off" else _("Be present at “%(name)s”")
    for row in sheet.rows(prefix):
        if name := sheet.get(f"{prefix}.{row}.id"):
            yield f"{kind}:{name}", sentence % {"name": _named(sheet, f"{prefix}.{row}.name") or name}


def _certifications(session: Session, besides: str) -> Iterator[tuple[str, str]]:
    rows = session.execute(
        select(col(Product.slug), col(Product.name), col(Content.draft))
        .join(Content, (col(Content.product_id) == col(Product.id)) & (col(Content.kind) == ContentKind.PROGRAM))
        .where(col(Product.retired_at).is_(None), col(Product.slug) != besides)
        .order_by(col(Product.slug))
    )
    for row in rows:
        name = localized(row.name, current_locale())
        yield f"certified:{row.slug}", _("Certified on %(product)s") % {"product": name}
        for level in _levels(row.draft):
            said = {"product": name, "level": localized(level["name"], current_locale())}
            yield f"certified:{row.slug}/{level['id']}", _("Certified on %(product)s, level %(level)s") % said


def _levels(program: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    levels: Iterable[Mapping[str, Any]] = program.get("levels", ())
    return levels


def _by_id(value: str) -> str:
    kind, _colon, what = value.partition(":")
    return value if kind == "any_of" else requirement({kind: what})


def _named(sheet: Sheet, place: str) -> str:
    said = {locale: words for locale in LOCALES if (words := sheet.get(f"{place}.{locale}").strip())}
    return localized(said, current_locale()) if said else ""  # type: ignore[arg-type]  # the keys are locales
