"""Writing a whole pack: records, texts, audit trail, a page to read, and what proves it."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import IO, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment
from sqlalchemy import select
from sqlmodel import Session, col

from app.audit.queries import newest_anchor
from app.certification.queries import records
from app.certification.rules import Standing
from app.certification.signoffs.models import Recording, SignOffRequest
from app.certification.words import state
from app.deals.facts import deals
from app.deals.models import Deal
from app.errors import NotFoundError
from app.people.queries import details_of
from app.reports.evidence import chain, dealfiles, readme, sittings, standings, texts
from app.reports.evidence.accounts import Accounts
from app.reports.evidence.archive import Archive
from app.reports.evidence.rows import Names, chunks, heads_of, names, rows_of
from app.reports.evidence.subjects import Kind, Wanted
from app.reports.evidence.tables import TABLES, of
from app.web.i18n import gettext as _

SCHEMA = 1
"""The form of packs; a verifier tells by it whether it knows the form."""
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Packed:
    """What was packed: the SHA-256 of the file, its size in bytes, and how many files it holds."""

    sha256: str
    size: int
    files: int


def pack(session: Session, wanted: Wanted, target: IO[bytes], templates: Environment, zone: ZoneInfo) -> Packed:
    """Write a pack to an empty file that can be read again. Raises NotFoundError for a deal that was not there yet.

    It reads in chunks and keeps none of them, so that the memory it takes does not grow with the records.
    """
    archive = Archive(target)
    counts = _subject_files(session, wanted, archive)
    archive.rows("audit/entries.json", chain.entries(session, wanted))
    archive.lines("audit/chain.csv", chain.LINK, chain.links(session, wanted))
    archive.text("verify.py", files("app.reports.evidence").joinpath("verify.py").read_text("utf-8"))
    anchor = newest_anchor(session)
    archived = anchor.before if anchor else None
    archive.text("README.txt", readme.text(wanted, zone, archived))
    page = templates.get_template("reports/evidence_index.html")
    words = {"heading": readme.heading(wanted), "paragraphs": readme.paragraphs(wanted, zone, archived)}
    archive.text("index.html", page.render(files=archive.files, counts=_named(counts), **words))
    _manifest(wanted, archive, zone)
    archive.close()
    return _packed(target, len(archive.files))


def _subject_files(session: Session, wanted: Wanted, archive: Archive) -> Counter[str]:
    if wanted.subject.kind is Kind.DEAL:
        return _deal(session, wanted, archive)
    return _person_or_product(session, wanted, archive)


def _deal(session: Session, wanted: Wanted, archive: Archive) -> Counter[str]:
    found = deals(session, col(Deal.id) == wanted.subject.id, wanted.as_of)
    if not found:
        raise NotFoundError(_("This deal was not there yet on that day."))
    deal = found[0]
    accounts = Accounts(session, wanted.subject, dealfiles.once_members(session, wanted, deal))
    known = names(session, accounts)
    archive.document("records/deal.json", dealfiles.deal_document(session, deal, wanted))
    archive.table(
        "records/decisions", dealfiles.DECISIONS, dealfiles.decisions(session, wanted, accounts, known.products)
    )
    _texts(session, wanted, archive, [each.id for each in deal.products])
    return Counter()


def _person_or_product(session: Session, wanted: Wanted, archive: Archive) -> Counter[str]:
    subject = wanted.subject
    about = {subject.id: subject.name} if subject.kind is Kind.PERSON else {}
    known = names(session, Accounts(session, subject, about))
    products = [subject.id]
    if subject.kind is Kind.PERSON:
        products = _products_of(session, wanted)
        archive.document("records/person.json", _person(session, wanted))
    else:
        archive.document("records/product.json", {"id": subject.name, "name": subject.title})
    counts: Counter[str] = Counter()
    archive.table(
        "records/standings",
        standings.STANDINGS,
        _counted(standings.standings(session, wanted, known, products), counts),
    )
    for table in TABLES:
        if subject.kind in table.kinds:
            archive.table(f"records/{table.name}", heads_of(table, wanted), rows_of(session, table, wanted, known))
    _quizzes(session, wanted, archive, known)
    _texts(session, wanted, archive, products)
    if wanted.recordings:
        _recordings(session, wanted, archive)
    return counts


def _counted(rows: Iterable[dict[str, Any]], counts: Counter[str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if not row["level"]:
            counts[row["standing"]] += 1
        yield row


def _products_of(session: Session, wanted: Wanted) -> list[int]:
    """Return the products that a person was asked about, or has begun."""
    found = records(session, [wanted.subject.id], wanted.as_of)
    return sorted(
        product_id
        for (_person_id, product_id), each in found.items()
        if each.assigned or each.period_id or each.facts.evidence
    )


def _person(session: Session, wanted: Wanted) -> dict[str, Any]:
    details = details_of(session, wanted.subject.id)
    shown = ("email", "name", "roles", "team", "region", "hired_on")
    return {name: details[name] for name in shown}


def _quizzes(session: Session, wanted: Wanted, archive: Archive, known: Names) -> None:
    archive.table("records/attempts", sittings.ATTEMPTS, sittings.attempts(session, wanted, known))
    heads = sittings.KEYED if wanted.whole else sittings.ANSWERS
    archive.table("records/answers", heads, sittings.answers(session, wanted))


def _texts(session: Session, wanted: Wanted, archive: Archive, products: Collection[int]) -> None:
    for name, document in texts.texts(session, wanted, products):
        archive.document(name, document)


def _recordings(session: Session, wanted: Wanted, archive: Archive) -> None:
    """Add what was recorded, one recording after the other: they are large."""
    sent = select(col(SignOffRequest.id)).where(of(SignOffRequest)(wanted.subject))
    statement = select(col(Recording.id), col(Recording.data)).where(
        col(Recording.request_id).in_(sent), col(Recording.stored_at) <= wanted.as_of
    )
    for rows in chunks(session, statement, col(Recording.id), 1):
        for row in rows:
            archive.bytes(f"recordings/{row.id}", row.data)


def _named(counts: Counter[str]) -> list[tuple[str, int]]:
    return [(state(each)[2], counts[each]) for each in Standing if counts[each]]


def _manifest(wanted: Wanted, archive: Archive, zone: ZoneInfo) -> None:
    """List every file with its digest, and then digest the list."""
    subject = wanted.subject
    archive.document(
        "manifest.json",
        {
            "form": "dealworthy-evidence",
            "schema": SCHEMA,
            "about": {"kind": subject.kind, "name": subject.name, "title": subject.title},
            "as_of": wanted.as_of,
            "made_at": wanted.made_at,
            "made_by": wanted.by,
            "time_zone": zone.key,
            "whole": wanted.whole,
            "files": [asdict(each) for each in sorted(archive.files, key=lambda each: each.name)],
        },
    )
    archive.text("manifest.sha256", f"{archive.files[-1].sha256}  manifest.json\n")


def _packed(target: IO[bytes], count: int) -> Packed:
    target.seek(0)
    digest = hashlib.sha256()
    size = 0
    while piece := target.read(_PIECE):
        digest.update(piece)
        size += len(piece)
    target.seek(0)
    return Packed(digest.hexdigest(), size, count)
