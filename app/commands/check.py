"""The command that looks for red lines in a text: `check`."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.authoring.proving import prove_examples
from app.catalog.document import canonical, parse
from app.catalog.text import LOCALES
from app.clock import local_day, now
from app.commands.base import CommandError, Parsers, reading
from app.config import Settings
from app.errors import NotFoundError
from app.redlines.cache import digest
from app.redlines.checking import Circumstances, Found, RuleSet, rule_set
from app.redlines.content import RedLinesDocument
from app.redlines.documents import Code, Place, Reading, UnreadableError, read
from app.redlines.documents.kinds import TEXTS
from app.redlines.documents.transcripts import Mapped
from app.redlines.documents.words import place_words, words
from app.redlines.findings import Finding
from app.redlines.problems import RuleError
from app.redlines.queries import card_of
from app.redlines.sarif import Lines, Located, sarif

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


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.jsonl and (arguments.files or arguments.format != "text"):
        raise CommandError("--jsonl reads standard input and writes JSON lines; leave FILE and --format out.", 2)
    if not arguments.jsonl and not arguments.files:
        raise CommandError("Name a FILE, or - for standard input.", 2)
    rules = _from_file(arguments) if arguments.rules else _from_database(arguments, settings)
    return _lines(arguments, rules) if arguments.jsonl else _text(arguments, rules)


def _from_file(arguments: argparse.Namespace) -> RuleSet:
    path: Path = arguments.rules
    try:
        data = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise CommandError(message, 2) from error
    parsed = parse(RedLinesDocument, data, str(path))
    if parsed.document is None or parsed.located is None:
        raise CommandError("\n".join(map(str, parsed.problems)), 2)
    failing = [parsed.located.problem(*failure) for failure in prove_examples(parsed.document, str(path))]
    for problem in sorted(failing):
        print(problem, file=sys.stderr)
    documents: list[dict[str, Any]] = [canonical(rule) for rule in parsed.document.rules]
    rules = RuleSet(digest(documents), local_day(now()), tuple(arguments.product), tuple(documents), {})
    try:
        len(rules)  # compiles them
    except RuleError as error:
        message = f"{path}: {error}"
        raise CommandError(message, 2) from error
    return rules


def _from_database(arguments: argparse.Namespace, settings: Settings) -> RuleSet:
    with reading(settings) as session:
        try:
            return rule_set(session, list(dict.fromkeys(arguments.product)), now())
        except NotFoundError as error:
            raise CommandError(error.message, 2) from error


@dataclass(frozen=True, slots=True)
class _Located:
    """A finding in a file; `place` is where in it, `lines` are those of the file, where it has them."""

    name: str
    found: Found
    place: Place | None
    lines: Lines | None

    @property
    def finding(self) -> Finding:
        return self.found.finding

    def json(self, *, named: bool) -> dict[str, Any]:
        """Return the finding with its place, and with its file when there are several."""
        answer: dict[str, Any] = {"file": self.name} if named else {}
        answer |= asdict(self.finding)
        if self.place:
            answer["place"] = {"kind": self.place.kind, "number": self.place.number, "label": self.place.label}
            if self.place.file:
                answer["place"]["file"] = self.place.file
        return answer

    def sarif(self) -> Located:
        """Return the finding as SARIF wants it."""
        uri = "stdin" if self.name == _STANDARD_INPUT else quote(Path(self.name).as_posix())
        place = (place_words(self.place), self.place.kind) if self.place else None
        return Located(uri, self.finding, self.lines, place)

    def where(self) -> str:
        """Return the file and the place, as editors know them where there are lines."""
        where = self.name
        if self.lines is not None:
            line, column = self.lines.position(self.finding.start)
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


def _circumstances(arguments: argparse.Namespace) -> Circumstances:
    return Circumstances(arguments.locale, arguments.region, arguments.channel, arguments.speaker)


def _text(arguments: argparse.Namespace, rules: RuleSet) -> int:
    found: list[_Located] = []
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
        _print(arguments, rules, found)
    blocked = any(each.finding.severity == "block" and each.finding.state == "active" for each in found)
    return 2 if unreadable else int(blocked)


def _of_file(arguments: argparse.Namespace, rules: RuleSet, name: str, reading: Reading) -> list[_Located]:
    spoken = reading.original or Mapped(reading.text, reading.text, reading.parts)
    lines = Lines(spoken.source) if reading.original or not reading.parts else None
    return [
        _Located(name, each, each.place if spoken.parts else None, lines)
        for each in rules.check(spoken, _circumstances(arguments), everything=arguments.all)
    ]


def _print(arguments: argparse.Namespace, rules: RuleSet, shown: Sequence[_Located]) -> None:
    said = {name: _words(rules.documents[name], arguments) for name in {each.finding.red_line for each in shown}}
    if arguments.format == "text":
        _print_text(shown, said)
    elif arguments.format == "json":
        several = len(arguments.files) > 1
        findings = [
            {**each.json(named=several), **said[each.finding.red_line], "products": list(each.found.products)}
            for each in shown
        ]
        print(_json({"findings": findings, "rules": len(rules)}))
    else:
        print(_json(sarif([each.sarif() for each in shown], said)))


def _words(rule: Mapping[str, Any], arguments: argparse.Namespace) -> dict[str, Any]:
    card = card_of(rule, arguments.locale or "en")
    return {"title": card.title, "why": card.why, "say_instead": list(card.say_instead)}


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    # half of a surrogate pair, which JSON can hold, cannot be written as UTF-8
    return text if text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text) else json.dumps(value)


def _print_text(shown: Sequence[_Located], said: Mapping[str, Mapping[str, Any]]) -> None:
    for each in shown:
        finding = each.finding
        state = "" if finding.state == "active" else f" ({finding.state}: {finding.reason})"
        rule = said[finding.red_line]
        matched = " ".join(each.found.heard.matched.split())
        print(f"{each.where()}: {finding.severity}{state}: {finding.red_line}: “{matched}”")
        print(f"  {rule['title']}. {rule['why']}")
        print(f"  Say instead: {rule['say_instead'][0]}")
    active = sum(each.finding.state == "active" for each in shown)
    print(f"Findings: {active}. Excused by what surrounds them: {len(shown) - active}.")


def _lines(arguments: argparse.Namespace, rules: RuleSet) -> int:
    told = asdict(_circumstances(arguments))
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        given = _line(number, line)
        said = Circumstances(**{name: given.get(name) or value for name, value in told.items()})
        found = rules.check(given["text"], said, products=given.get("products") or (), everything=arguments.all)
        print(_json({"id": given["id"], "findings": [asdict(each.finding) for each in found]}))
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
