"""The names of certifications that programs ask for on other products, where an id would tell a reader nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import Session, col

from app.catalog.models import ContentKind, Product
from app.catalog.queries import in_force
from app.catalog.text import by_locale, localized
from app.certification.reasons import Reason, ReasonCode
from app.certification.rules import StandingVerdict

Name = str | dict[str, str]
Names = Mapping[str, Name]
"""By what a program writes: `product` or `product/level`."""


def certification_names(session: Session, keys: Iterable[str], as_of: datetime) -> dict[str, Name]:
    """Return what certifications are called; two statements where there are any, one without levels."""
    wanted = {key: key.partition("/") for key in keys}
    slugs = {slug for slug, _separator, _level in wanted.values()}
    if not slugs:
        return {}
    rows = session.execute(select(col(Product.slug), col(Product.name)).where(col(Product.slug).in_(slugs)))
    products = {row.slug: row.name for row in rows}
    leveled = {slug for slug, _separator, level in wanted.values() if level}
    levels = {
        (version.slug, level["id"]): level["name"]
        for version in (in_force(session, [ContentKind.PROGRAM], as_of, slugs=leveled) if leveled else ())
        for level in version.document.get("levels", ())
    }
    return {
        key: _joined(products[slug], levels.get((slug, level)))
        for key, (slug, _separator, level) in wanted.items()
        if slug in products
    }


def named(verdict: StandingVerdict, names: Names) -> StandingVerdict:
    """Return the verdict with the names in its reasons of the certifications that are missing."""
    if all(each.code is not ReasonCode.CERTIFICATION_MISSING for each in verdict.reasons):
        return verdict
    return replace(verdict, reasons=tuple(_named(each, names) for each in verdict.reasons))


def _named(reason: Reason, names: Names) -> Reason:
    name = names.get(str(reason.params.get("key", "")))
    if reason.code is not ReasonCode.CERTIFICATION_MISSING or name is None:
        return reason
    return replace(reason, params={**reason.params, "name": name})


def _joined(product: Any, level: Any) -> Name:
    if level is None:
        return cast("Name", product)
    locales = {*by_locale(product), *by_locale(level)} - {""}
    if not locales:
        return f"{product} · {level}"
    return {locale: f"{localized(product, locale)} · {localized(level, locale)}" for locale in locales}
