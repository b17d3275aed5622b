"""The command that looks for red lines in a text: `check`."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.authoring.proving import prove_examples
from app.catalog.document import canonical, parse
from app.catalog.models import Product
from app.catalog.text import LOCALES, localized, nearest
from app.clock import local_day, now
from app.commands.base import CommandError, Parsers, reading
from app.config import Settings
from app.redlines.compiler import RuleError
from app.redlines.content import RedLinesDocument
from app.redlines.documents import Code, Place, Reading, UnreadableError, read
from app.redlines.documents.kinds import TEXTS
from app.redlines.documents.words import place_words, words
from app.redlines.matcher import Finding, Matcher
from app.redlines.queries import rules_by_product
from app.redlines.sarif import Located, position, sarif

_STANDARD_INPUT = "-"
_KINDS = "texts, transcripts (.vtt, .srt), documents (.docx, .pptx, .pdf), mails (.eml) and web pages"
_PATIENCE = 60.0
"""Seconds for a file: nobody else waits for this process."""


def register(parsers: Parsers) -> None:
    """Add the parser."""
    check = parsers.add_parser("check", help="look for red lines in a text")
    check.add_argument("files", nargs="*", metavar="FILE", help=f"{_KINDS}; or - for standard input")
    check.add_argument("--rules", type=Path, metavar="FILE.yaml", help="use these rules; no database is needed")
    check.add_argument("--jsonl", action="store_true", help="read texts from standard input, one JSON object a line")
    check.add_argument("--all", action="store_true", help="show also what is allowed where it stands, with the reason")
    check.add_argument("--product", action="append", default=[], metavar="SLUG", help="may be given several times")
    check.add_argument("--locale", choices=LOCALES, help="the language of the text and of the answer")
    check.add_argument("--region", metavar="CODE", help="where the text is said, such as CN")
    check.add_argument("--channel", metavar="NAME", help="how it is said, such as call or mail")
    check.add_argument("--speaker", metavar="WHO", help="rep or customer; labels in the text say it otherwise")
    check.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    check.set_defaults(run=_check)


@dataclass(frozen=True, slots=True)
class _Rules:
    """A matcher with the words of its rules and the products that they belong to."""

    matcher: Matcher
    documents: Mapping[str, Mapping[str, Any]]
    products: Mapping[str, list[str]] = field(default_factory=dict)

    def words(self, name: str, locale: str) -> dict[str, Any]:
        rule = self.documents[name]
        offered = rule["say_instead"]
        return {
            "title": localized(rule["title"], locale),
            "why": localized(rule["why"], locale),
            "say_instead": list(offered[nearest(offered, locale)]),
        }


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.jsonl and (arguments.files or arguments.format != "text"):
        raise CommandError("--jsonl reads standard input and writes JSON lines; leave FILE and --format out.", 2)
    if not arguments.jsonl and not arguments.files:
        raise CommandError("Name a FILE, or - for standard input.", 2)
    rules = _from_file(arguments.rules) if arguments.rules else _from_database(arguments, settings)
    return _lines(arguments, rules) if arguments.jsonl else _text(arguments, rules)


def _from_file(path: Path) -> _Rules:
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CommandError(message, 2) from error
    parsed = parse(RedLinesDocument, data, str(path))
    if parsed.document is None:
        raise CommandError("\n".join(map(str, parsed.problems)), 2)
    for trail, message in prove_examples(parsed.document, str(path)):
        print(f"{path}: {'.'.join(map(str, trail))}: {message}", file=sys.stderr)
    documents: list[dict[str, Any]] = [canonical(rule) for rule in parsed.document.rules]
    try:
        matcher = Matcher(documents)
    except RuleError as error:
        message = f"{path}: {error}"
        raise CommandError(message, 2) from error
    return _Rules(matcher, {rule["id"]: rule for rule in documents})


def _product_ids(session: Session, slugs: Sequence[str]) -> dict[int, str]:
    wanted = select(col(Product.id), col(Product.slug))
    if slugs:
        wanted = wanted.where(col(Product.slug).in_(slugs))
    found = {row[0]: row[1] for row in session.execute(wanted)}
    missing = sorted(set(slugs) - set(found.values()))
    if missing:
        message = f"There is no product {missing[0]}."
        raise CommandError(message, 2)
    return found


def _from_database(arguments: argparse.Namespace, settings: Settings) -> _Rules:
    documents: list[dict[str, Any]] = []
    products: dict[str, list[str]] = {}
    with reading(settings) as session:
        slugs = _product_ids(session, arguments.product)
        for product, rules in rules_by_product(session, now(), list(slugs)).items():
            documents += rules
            for rule in rules:
                products.setdefault(rule["id"], []).append(slugs[product])
    return _Rules(Matcher(documents), {rule["id"]: rule for rule in documents}, products)


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding in a file; `place` is where in it, `text` what its lines are counted in, where it has them."""

    name: str
    finding: Finding
    place: Place | None
    text: str | None

    def json(self, *, named: bool) -> dict[str, Any]:
        """Return the finding with its place, and with its file when there are several."""
        answer: dict[str, Any] = {"file": self.name} if named else {}
        answer |= asdict(self.finding)
        if self.place:
            answer["place"] = {"kind": self.place.kind, "number": self.place.number, "label": self.place.label}
            if self.place.file:
                answer["place"]["file"] = self.place.file
        return answer

    def located(self) -> Located:
        """Return the finding as SARIF wants it."""
        uri = "stdin" if self.name == _STANDARD_INPUT else Path(self.name).as_posix()
        place = (place_words(self.place), self.place.kind) if self.place else None
        return Located(uri, self.finding, self.text, place)

    def where(self) -> str:
        """Return the file and the place, as editors know them where there are lines."""
        where = self.name
        if self.text is not None:
            line, column = position(self.text, self.finding.start)
            where += f":{line}:{column}"
        return f"{where}: {place_words(self.place)}" if self.place else where


def _read(name: str) -> Reading:
    try:
        data = sys.stdin.buffer.read() if name == _STANDARD_INPUT else Path(name).read_bytes()
        return read(data, "" if name == _STANDARD_INPUT else Path(name).name, seconds=_PATIENCE)
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}."
        raise CommandError(message, 2) from error
    except UnreadableError as error:
        if error.code is Code.NO_TEXT and error.kind in {"", *TEXTS}:
            return Reading("", (), "txt", speaker_labels=False)
        message = f"{name}: {words(error)}"
        raise CommandError(message, 2) from error


def _text(arguments: argparse.Namespace, rules: _Rules) -> int:
    found: list[_Found] = []
    unreadable = 0
    for name in arguments.files:
        try:
            reading = _read(name)
        except CommandError as error:
            unreadable += 1
            print(error, file=sys.stderr)
            continue
        for place in reading.unread:
            print(f"{name}: {place_words(place)}: there is no text here that can be read.", file=sys.stderr)
        found += _of_file(arguments, rules, name, reading)
    if unreadable < len(arguments.files):
        _print(arguments, rules, [each for each in found if arguments.all or each.finding.state != "suppressed"])
    blocked = any(each.finding.severity == "block" and each.finding.state == "active" for each in found)
    return 2 if unreadable else int(blocked)


def _of_file(arguments: argparse.Namespace, rules: _Rules, name: str, reading: Reading) -> Iterator[_Found]:
    found = rules.matcher.check(
        reading.text,
        products=arguments.product,
        locale=arguments.locale,
        region=arguments.region,
        channel=arguments.channel,
        speaker=arguments.speaker,
        on=local_day(now()),
    )
    for finding in found:
        place = reading.place(finding.start) if reading.parts else None
        if reading.original:
            start, end = reading.original.origin(finding.start, finding.end)
            yield _Found(name, replace(finding, start=start, end=end), place, reading.original.source)
        else:
            yield _Found(name, finding, place, None if reading.parts else reading.text)


def _print(arguments: argparse.Namespace, rules: _Rules, shown: Sequence[_Found]) -> None:
    names = {each.finding.red_line for each in shown}
    said = {name: rules.words(name, arguments.locale or "en") for name in names}
    if arguments.format == "text":
        _print_text(shown, said)
    elif arguments.format == "json":
        several = len(arguments.files) > 1
        findings = [
            {
                **each.json(named=several),
                **said[each.finding.red_line],
                "products": rules.products.get(each.finding.red_line, []),
            }
            for each in shown
        ]
        print(_json({"findings": findings, "rules": len(rules.matcher)}))
    else:
        print(_json(sarif([each.located() for each in shown], said)))


def _shown(findings: Iterable[Finding], *, everything: bool) -> list[Finding]:
    return [finding for finding in findings if everything or finding.state != "suppressed"]


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # half of a surrogate pair, which JSON can hold, cannot be written as UTF-8
    return text if text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text) else json.dumps(value)


def _print_text(shown: Sequence[_Found], said: Mapping[str, Mapping[str, Any]]) -> None:
    for each in shown:
        finding = each.finding
        state = "" if finding.state == "active" else f" ({finding.state}: {finding.reason})"
        rule = said[finding.red_line]
        matched = " ".join(finding.matched.split())
        print(f"{each.where()}: {finding.severity}{state}: {finding.red_line}: “{matched}”")
        print(f"  {rule['title']}. {rule['why']}")
        print(f"  Say instead: {rule['say_instead'][0]}")
    active = sum(each.finding.state == "active" for each in shown)
    print(f"Findings: {active}. Excused by what surrounds them: {len(shown) - active}.")


def _lines(arguments: argparse.Namespace, rules: _Rules) -> int:
    today = local_day(now())
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        given = _line(number, line)
        found = rules.matcher.check(
            given["text"],
            products=given.get("products") or arguments.product,
            locale=given.get("locale") or arguments.locale,
            region=given.get("region") or arguments.region,
            channel=given.get("channel") or arguments.channel,
            speaker=given.get("speaker") or arguments.speaker,
            on=today,
        )
        findings = [asdict(each) for each in _shown(found, everything=arguments.all)]
        print(_json({"id": given["id"], "findings": findings}))
    return 0


def _line(number: int, line: bytes) -> dict[str, Any]:
    try:
        given = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        message = f"Line {number} of standard input is not JSON: {error}."
        raise CommandError(message, 2) from error
    except RecursionError as error:
        message = f"Line {number} of standard input is nested too deep."
        raise CommandError(message, 2) from error
    for wrong in _wrong(given):
        message = f"Line {number} of standard input: {wrong}."
        raise CommandError(message, 2)
    checked: dict[str, Any] = given
    return checked


def _wrong(given: object) -> Iterator[str]:
    if not isinstance(given, dict):
        yield "an object with id and text is expected"
        return
    if isinstance(given.get("id"), bool) or not isinstance(given.get("id"), str | int):
        yield "id is missing, or neither a string nor a number"
    if not isinstance(given.get("text"), str):
        yield "text is missing or not a string"
    for name in ("locale", "region", "channel", "speaker"):
        if not isinstance(given.get(name), str | None):
            yield f"{name} is not a string"
    products = given.get("products") or []
    if not isinstance(products, list) or not all(isinstance(product, str) for product in products):
        yield "products is not a list of strings"
