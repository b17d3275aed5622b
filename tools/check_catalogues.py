"""Checks that every sentence of the product is translated into every language, with the same placeholders.

With `--write` it first brings the catalogues up to date: new sentences come in without a translation, sentences that
are gone go out, and the head of each file (its words and its Plural-Forms) stays as it is.
"""

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "app" / "web" / "locale"
LOCALES = ("zh_Hans", "zh_Hant")
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
HEADER = """\
msgid ""
msgstr ""
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {locale}\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"""
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+>")


def main() -> int:
    wanted = _sentences()
    problems = []
    for locale in LOCALES:
        path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
        if "--write" in sys.argv[1:]:
            _write(path, locale, wanted)
        problems += [f"{path.relative_to(ROOT)}: {problem}" for problem in _problems(_read(path, locale), wanted)]
    print("\n".join(problems) or f"All {len(list(wanted)) - 1} sentences are translated.")
    return bool(problems)


def _sentences() -> Catalog:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel left it untyped
    wanted = Catalog()
    for _file, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, KEYWORDS):
        wanted.add(message, context=context)
    return wanted


def _read(path: Path, locale: str) -> Catalog:
    return read_po(BytesIO(path.read_bytes() if path.exists() else b""), locale=locale)


def _write(path: Path, locale: str, wanted: Catalog) -> None:
    catalogue = _read(path, locale)
    catalogue.update(wanted, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    head = path.read_text().partition("\n\n")[0] + "\n" if path.exists() else HEADER.format(locale=locale)
    body = BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{head}\n{body.getvalue().decode().strip()}\n")


def _problems(catalogue: Catalog, wanted: Catalog) -> list[str]:
    found = []
    for message in wanted:
        if not message.id:
            continue
        singular = message.id if isinstance(message.id, str) else message.id[0]
        texts = _texts(catalogue.get(singular, message.context))
        if not texts or not all(texts):
            found.append(f"not translated: {singular!r}")
            continue
        names = _placeholders(message.id)
        if any(_placeholders(text) - names for text in texts) or names - _placeholders(texts):
            found.append(f"other placeholders than in {singular!r}")
    return found


def _texts(entry: Message | None) -> tuple[str, ...]:
    if entry is None:
        return ()
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())


def _placeholders(text: str | tuple[str, ...] | list[str]) -> set[str]:
    return set(PLACEHOLDER.findall(text if isinstance(text, str) else " ".join(text)))


if __name__ == "__main__":
    sys.exit(main())
