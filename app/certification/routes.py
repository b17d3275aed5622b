"""A person's own certifications."""

from collections import defaultdict
from typing import Any

from fastapi import APIRouter, Request, Response

from app.catalog.queries import products
from app.certification import words
from app.certification.awaiting import awaiting
from app.certification.certificates.queries import newest_codes
from app.certification.levels import higher_levels, level_names
from app.certification.otherways import other_ways
from app.certification.queries import HeldPeriod, Record, periods, records
from app.certification.sanctions import words as sanction_words
from app.certification.sanctions.actions import is_felt
from app.certification.sanctions.queries import Entry, history, standing_of
from app.clock import Now, Today
from app.database import SessionDep
from app.people.access import SignedIn
from app.web.templating import page

router = APIRouter()


@router.get("/certifications")
def show_certifications(request: Request, session: SessionDep, person: SignedIn, moment: Now, today: Today) -> Response:
    """Show where the person stands for each product, with every period there ever was."""
    held: dict[int, list[HeldPeriod]] = defaultdict(list)
    for period in periods(session, person.id):
        held[period.product_id].append(period)
    sold = {product.id: product for product in products(session) if product.id}
    standings = records(session, [person.id], moment, sold)
    decided = standing_of(history(session, person.id))
    waiting = awaiting(session, person.id, moment)
    lines: list[dict[str, Any]] = []
    for product_id, product in sold.items():
        found = standings.get((person.id, product_id))
        if found is None or not (found.assigned or held[product_id] or found.facts.evidence or product_id in decided):
            continue
        verdict = found.verdict
        waits_for = waiting.get(product_id, {})
        lines.append(
            {
                "product": product,
                "state": words.state(verdict.standing, allowed=verdict.allowed),
                "until": words.until(verdict, today, found.due_on, waits_for),
                "verdict": verdict,
                "reasons": [words.sentence(each) for each in verdict.reasons],
                "fix": words.next_fix(verdict, product.slug, waits_for)
                if not verdict.allowed or verdict.missing
                else None,
                "ways": other_ways(verdict.missing, found.program, product.slug, waits_for),
                "waits": words.waits(verdict.missing, waits_for),
                "periods": held[product_id],
                "levels": higher_levels(found, product.slug, today, waits_for),
                "level_names": level_names(found),
                "sanction": _felt(decided.get(product_id), found),
            }
        )
    context = {
        "lines": lines,
        # what is not sold any more stays on record
        "retired": [each for product_id, each in held.items() if each and product_id not in sold],
        "today": today,
        "codes": newest_codes(session, person.id),
        "sanction_words": sanction_words,
    }
    return page(request, "certification/certifications.html", context)


def _felt(entry: Entry | None, found: Record) -> Entry | None:
    return entry if entry is not None and is_felt(entry, found) else None
