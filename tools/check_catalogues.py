"""Checks that every sentence of the product is translated into every language, with the same placeholders."""

import re
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "app" / "web" / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def main() -> int:
    problems = []
    wanted = _sentences()
    for locale in ("zh_Hans", "zh_Hant"):
        path = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
        catalogue = read_po(BytesIO(path.read_bytes()), locale=locale)
        problems += [f"{path.relative_to(ROOT)}: {problem}" for problem in _problems(catalogue, wanted)]
    print("\n".join(problems) or f"All {len(wanted)} sentences are translated.")
    return bool(problems)


def _sentences() -> list[tuple[str | None, str | tuple[str, ...]]]:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel left it untyped
    keywords = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    found = {
        (context, message if isinstance(message, str) else tuple(message))
        for _file, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, keywords)
    }
    return sorted(found, key=str)


def _problems(catalogue: Catalog, wanted: list[tuple[str | None, str | tuple[str, ...]]]) -> list[str]:
    found = []
    for context, message in wanted:
        singular = message if isinstance(message, str) else message[0]
        entry: Message | None = catalogue.get(singular, context)
        translations = (
            [] if entry is None else [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        )
        if not translations or not all(translations):
            found.append(f"not translated: {singular!r}")
            continue
        names = set(PLACEHOLDER.findall(singular if isinstance(message, str) else " ".join(message)))
        if any(set(PLACEHOLDER.findall(text)) - names for text in translations) or not names <= set(
            PLACEHOLDER.findall(" ".join(translations))
        ):
            found.append(f"other placeholders than in {singular!r}")
    return found


if __name__ == "__main__":
    sys.exit(main())
