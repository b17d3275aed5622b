"""`make eval`: prints how precisely and how completely red lines are found in the sets of this folder.

Every set has been used for tuning once it had been measured, so these numbers say that nothing got worse. How well
the matcher does on sentences it was not made for is what docs/redlines.md tells of each set when first measured.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.catalog.document import parse
from app.redlines.content import RedLinesDocument
from app.redlines.matcher import Matcher
from eval.scoring import EVASIONS, Result, Score, measure, sentences

FOLDER = Path(__file__).parent
PARTS = {
    "first": "the half that the matcher was tuned on",
    "second": "held back until the third tuning; its results before that are in docs/redlines.md",
    "third": "written after tuning; its first result is in docs/redlines.md",
    "fourth": "denial, hearsay, questions and suppositions alone; its first result is in docs/redlines.md",
}
TARGET = 0.95
_HEAD = f"  {'':24}{'sentences':>10}{'precision':>11}{'recall':>9}{'spans':>9}"


def matcher() -> Matcher:
    """Compile the rules of this folder."""
    path = FOLDER / "rules.yaml"
    document = parse(RedLinesDocument, path.read_bytes(), str(path)).document
    if document is None:
        raise SystemExit(f"{path} is not valid; see `dealworthy lint`.")
    return Matcher(rule.model_dump(mode="json", exclude_defaults=True) for rule in document.rules)


def _row(name: str, score: Score) -> str:
    return f"  {name:24}{score.sentences:>10}{score.precision:>11.3f}{score.recall:>9.3f}{score.spans:>9.3f}"


def _print(name: str, result: Result, *, failures: bool) -> None:
    print(f"\n{name}: {PARTS[name]}")
    print(_HEAD)
    for title, groups in (("language", result.languages), ("tag", result.tags), ("rule", result.rules)):
        print(f"  by {title}")
        for key in sorted(groups):
            print(_row(f"  {key}", groups[key]))
    print(_row("all", result.whole))
    if failures:
        print("\n".join(f"  {failure}" for failure in result.whole.failures))


def reached(result: Result) -> bool:
    """Tell whether a set meets the target in each language, with every evasion found and every span exact."""
    languages = all(score.precision >= TARGET and score.recall >= TARGET for score in result.languages.values())
    evasions = all(score.recall == 1 for tag, score in result.tags.items() if tag in EVASIONS)
    return languages and evasions and result.whole.spans == 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; return 1 when a set misses the target."""
    parser = argparse.ArgumentParser(
        prog="make eval",
        description=f"Targets, each language apart: precision and recall {TARGET:.0%}, evasions and spans 100%.",
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    parser.add_argument("--failures", action="store_true", help="print each sentence that is judged otherwise")
    parsed = parser.parse_args(arguments)
    unknown = sorted(set(parsed.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}")
    compiled = matcher()
    missed = []
    for name in parsed.parts or [part for part in PARTS if (FOLDER / f"{part}.jsonl").exists()]:
        result = measure(sentences(FOLDER / f"{name}.jsonl"), compiled)
        _print(name, result, failures=parsed.failures)
        if not reached(result):
            missed.append(name)
    print(f"\nMissed the target: {', '.join(missed)}." if missed else "\nEvery target is met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
