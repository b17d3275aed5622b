"""Commands that move questions between quizzes and files: `quiz import`, `quiz export`."""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app.authoring.questionfiles import reports
from app.authoring.questionfiles.actions import Taking, put
from app.authoring.questionfiles.merging import Change, FullError, Merged, merge
from app.authoring.questionfiles.writing import write
from app.catalog.actions import create_content
from app.catalog.document import SLUG
from app.catalog.mediastore import store_media
from app.catalog.models import Content, ContentKind, Product
from app.catalog.queries import content, in_force, product_by_slug
from app.catalog.text import LOCALES
from app.clock import now
from app.commands.base import CommandError, Parsers, reading, subcommands, writing
from app.config import Settings
from app.quizzes.interchange import words
from app.quizzes.interchange.formats import FORMATS, WRITTEN
from app.quizzes.interchange.outcome import MOST_BYTES, Reading, UnreadableError

_BY = "command line"


def register(parsers: Parsers) -> None:
    """Add the parsers."""
    quiz = subcommands(parsers, "quiz", "move questions between quizzes and files")

    read = quiz.add_parser("import", help="read questions of other systems into the draft of a quiz")
    read.add_argument("file", type=Path, metavar="FILE")
    read.add_argument("--format", choices=list(FORMATS), required=True)
    read.add_argument("--quiz", required=True, metavar="SLUG", help="the quiz whose draft takes the questions")
    read.add_argument("--product", metavar="SLUG", help="begin the quiz for this product when there is none yet")
    read.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    read.add_argument("--json", action="store_true", help="print the report as JSON")
    read.add_argument("--locale", choices=LOCALES, default="en", help="the language of the file (default: en)")
    read.add_argument("--as-new", action="store_true", help="never replace a question that has the same id")
    read.set_defaults(run=_import)

    out = quiz.add_parser("export", help="write the questions of a quiz's draft for other systems")
    out.add_argument("quiz", metavar="SLUG")
    out.add_argument("--format", choices=WRITTEN, required=True)
    out.add_argument("--output", type=Path, metavar="FILE", help="the file to write (default: standard output)")
    out.add_argument("--locale", choices=LOCALES, default="en", help="the language to write (default: en)")
    out.add_argument("--published", action="store_true", help="write what is published instead of the draft")
    out.set_defaults(run=_export)


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        found = FORMATS[arguments.format].read(_bytes(arguments.file))
    except UnreadableError as error:
        sentence = words.unreadable(error)
        if arguments.json:
            print(json.dumps({**_heading(arguments), "error": {"line": error.line, "code": error.code.value,
                                                               "message": sentence}}, ensure_ascii=False))  # fmt: skip
        message = f"{arguments.file}: {sentence}"
        raise CommandError(message) from None
    with (reading if arguments.dry_run else writing)(settings) as session:
        try:
            merged = _take(session, found, arguments)
        except FullError:
            message = f"Quiz {arguments.quiz} would hold more than 5,000 questions. Nothing was stored; part the file."
            raise CommandError(message) from None
    (_print_json if arguments.json else _print)(arguments, found, merged)
    if not found.items:
        message = f"{arguments.file}: none of its questions could be imported."
        raise CommandError(message)
    return 0


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            message = f"{path} is larger than {MOST_BYTES // 1_000_000} MB; part it."
            raise CommandError(message)
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CommandError(message, 2) from error


def _quiz(session: Session, slug: str) -> Content:
    stored = content(session, ContentKind.QUIZ, slug)
    if stored is None:
        message = f"There is no quiz {slug}. Begin it on the web or with `dealworthy import`, or name its --product."
        raise CommandError(message, 2)
    return stored


def _take(session: Session, found: Reading, arguments: argparse.Namespace) -> Merged:
    documents = [each.document for each in found.items]
    owner = product_by_slug(session, arguments.product) if arguments.product else None
    if arguments.product and owner is None:
        message = f"There is no product {arguments.product}."
        raise CommandError(message, 2)
    if owner and content(session, ContentKind.QUIZ, arguments.quiz) is None:
        if arguments.dry_run:
            return merge([], documents, locale=arguments.locale)
        _begin(session, owner, arguments.quiz)
    stored = _quiz(session, arguments.quiz)
    if arguments.dry_run:
        return merge(stored.draft.get("items", []), documents, locale=arguments.locale, as_new=arguments.as_new)
    for name, data in found.media.items():
        store_media(session, name, data, by=_BY, moment=now())
    taking = Taking(arguments.locale, arguments.as_new)
    return put(session, stored, documents, taking, step=stored.step, by=_BY, moment=now())


def _begin(session: Session, owner: Product, slug: str) -> None:
    if not re.fullmatch(SLUG, slug):
        message = f"{slug!r} cannot be the id of a quiz: use small letters, digits, dots and hyphens."
        raise CommandError(message, 2)
    settings = {"schema": 1, "id": slug, "product": owner.slug, "title": slug, "pass_percent": 80, "items": []}
    create_content(session, owner, ContentKind.QUIZ, slug, settings, by=_BY, moment=now())


def _heading(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"file": str(arguments.file), "format": arguments.format, "quiz": arguments.quiz}


def _print_json(arguments: argparse.Namespace, found: Reading, merged: Merged) -> None:
    entries = reports.report(found)["entries"]
    changes = iter(merged.changes)
    for entry, said in zip(entries, reports.entries({"entries": entries}), strict=True):
        if entry["status"] == "skipped":
            entry["why"] = said.why
        else:
            entry["id"], entry["change"] = next(changes)
            entry["type"] = entry["document"]["type"]
            for loss, sentence in zip(entry["losses"], said.losses, strict=True):
                loss["message"] = sentence
    statuses = [entry["status"] for entry in entries]
    counts = {status: statuses.count(status) for status in ("imported", "imported_with_loss", "skipped")}
    report = {**_heading(arguments), "dry_run": arguments.dry_run, "counts": counts, "items": entries}
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _print(arguments: argparse.Namespace, found: Reading, merged: Merged) -> None:
    changes = iter(merged.changes)
    for entry in reports.entries(reports.report(found)):
        where = f"{arguments.file}:{entry.line}: " if entry.line else f"{arguments.file}: "
        if entry.document is None:
            print(f"{where}skipped: {entry.name}: {entry.why}")
            continue
        name, change = next(changes)
        lost = f", with a loss: {'; '.join(entry.losses)}" if entry.losses else ""
        print(f"{where}imported: {name} ({entry.document['type']}, {change.value}){lost}")
    lossy = sum(bool(each.losses) for each in found.items)
    counts = ", ".join(f"{merged.counts[change]} {change.value}" for change in Change)
    did = "Would import" if arguments.dry_run else "Imported into the draft"
    print(f"{did}: {len(found.items)} questions ({counts}), {lossy} with a loss; skipped: {len(found.skipped)}.")


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    with reading(settings) as session:
        stored = _quiz(session, arguments.quiz)
        document = stored.draft
        if arguments.published:
            versions = in_force(session, [ContentKind.QUIZ], now(), slugs=[arguments.quiz])
            if not versions:
                message = f"Nothing of quiz {arguments.quiz} is published yet."
                raise CommandError(message)
            document = versions[0].document
        written = write(session, document.get("items", []), arguments.format, arguments.locale)
    for item, loss in written.losses:
        print(f"{item}: {words.loss(loss)}" if item else words.loss(loss), file=sys.stderr)
    if arguments.output:
        try:
            arguments.output.write_bytes(written.data)
        except OSError as error:
            message = f"{arguments.output} cannot be written: {error.strerror}."
            raise CommandError(message) from error
        return 0
    if arguments.format == "qti" and sys.stdout.isatty():
        raise CommandError("A QTI package is an archive; name a file with --output.", 2)
    sys.stdout.buffer.write(written.data)
    sys.stdout.flush()
    return 0
