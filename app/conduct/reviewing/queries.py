"""Reads of findings, texts and violations that other parts of the product use."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from app.conduct.models import Disposition, Finding
from app.conduct.reviewing.rules import Precision


def precision(session: Session, red_lines: Collection[str]) -> dict[str, Precision]:
    """Return how well red lines hit, by their ids, those without findings included; one statement.

    Findings of rules on trial count like those of active ones. Open findings that a later reading no longer makes
    do not count.
    """
    rows = session.execute(
        select(col(Finding.red_line), col(Finding.disposition), func.count())
        .where(
            col(Finding.red_line).in_(red_lines),
            or_(col(Finding.gone_at).is_(None), col(Finding.disposition) != Disposition.OPEN),
        )
        .group_by(col(Finding.red_line), col(Finding.disposition))
    )
    counts: dict[str, dict[Disposition, int]] = defaultdict(dict)
    for red_line, disposition, number in rows:
        counts[red_line][disposition] = number
    return {red_line: _precision(counts[red_line]) for red_line in red_lines}


def _precision(counts: dict[Disposition, int]) -> Precision:
    return Precision(
        found=sum(counts.values()),
        open=counts.get(Disposition.OPEN, 0),
        confirmed=counts.get(Disposition.CONFIRMED, 0),
        allowed=counts.get(Disposition.ALLOWED, 0),
        wrong=counts.get(Disposition.WRONG_MATCH, 0),
        duplicates=counts.get(Disposition.DUPLICATE, 0),
    )
