"""A process of its own, with limits, that reads changed files: `python -m fuzz.parsing EXAMPLES SEED KIND…`.

It prints a line of JSON for each file that was neither read nor refused in the reader's own words, or not in time.
"""

import json
import resource
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from app.authoring.files import read_tree
from app.catalog.markdown import render
from app.certification.certificates import baking
from app.certification.past.reading import read_past
from app.deals.importing.reading import read_deals
from app.deals.reconciling import reading as reconciling
from app.people.csvfile import read_people
from app.quizzes.interchange import outcome
from app.quizzes.interchange.formats import FORMATS
from app.redlines import documents
from app.redlines.documents import child
from app.redlines.documents.kinds import TEXTS, kind_of
from fuzz.mutations import mutated

CORPUS: Final = Path(__file__).parent / "corpus"
MOST_SECONDS: Final = 10.0
"""Of this process's time for one file."""
MOST_BYTES: Final = 400_000_000
"""Of memory that one file takes beside itself."""
MOST_ADDRESSES: Final = 6_000_000_000
Read = Callable[[bytes, str], Any]
_IN_TREE: Final = {
    "product.yaml": "courses/keeper/product.yaml",
    "redlines.yaml": "courses/keeper/redlines.yaml",
    "01-what-it-is.md": "courses/keeper/01-what-it-is.md",
    "quiz.yaml": "quizzes/keeper-quiz.yaml",
    "pack.yaml": "packs/house.yaml",
}


def _content(data: bytes, name: str) -> None:
    with TemporaryDirectory() as folder:
        for each, place in _IN_TREE.items():
            path = Path(folder) / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data if each == name else (CORPUS / each).read_bytes())
        tree = read_tree(Path(folder))
    for problem in tree.problems:
        assert problem.line >= 1, problem
        str(problem).encode()


def _questions(data: bytes, name: str) -> None:
    reading = FORMATS[_QUESTIONS[name]].read(data)
    for entry in reading.entries:
        assert entry.line >= 0, entry
    json.dumps([item.document for item in reading.items], ensure_ascii=False).encode()


def _table(read: Callable[[bytes], Any]) -> Read:
    def table(data: bytes, _name: str) -> None:
        found = read(data)
        for problem in found.problems:
            assert problem.row >= 1, problem
            str(problem).encode()

    return table


def _document(data: bytes, name: str) -> None:
    """Read as `isolated` lets it be read; there a reader that fails makes the file a damaged one."""
    kind = kind_of(data, name)
    if kind in TEXTS:
        reading = documents.read(data, name)
        reading.text.encode()
        assert all(reading.text[part.start : part.end].strip() for part in reading.parts)
        return
    try:
        json.dumps(child.answer(data, kind))
    except Exception as error:
        raise documents.UnreadableError(documents.Code.DAMAGED, kind) from error


def _rows(data: bytes, name: str) -> None:
    if name.endswith("json") and not name.endswith("ndjson"):
        list(reconciling.array(data))
    else:
        list(reconciling.lines(BytesIO(data)))


def _markdown(data: bytes, _name: str) -> None:
    "".join(str(block) for block in render(data.decode(errors="replace"), "en")).encode()


_QUESTIONS: Final = {
    "questions.gift": "gift",
    "questions.moodle.xml": "moodle-xml",
    "questions.aiken.txt": "aiken",
    "question.qti.xml": "qti",
    "questions.qti.zip": "qti",
    "questions.csv": "csv",
    "questions.json": "json",
}
READERS: Final[Mapping[str, Read]] = {
    **dict.fromkeys(_IN_TREE, _content),
    **dict.fromkeys(_QUESTIONS, _questions),
    "people.csv": _table(read_people),
    "deals.csv": _table(read_deals),
    "past.csv": _table(read_past),
    **dict.fromkeys(
        ("talk.vtt", "talk.srt", "letter.docx", "deck.pptx", "page.pdf", "mail.eml", "page.html"), _document
    ),
    "deals.ndjson": _rows,
    "deals.array.json": _rows,
    "lesson.md": _markdown,
    "badge.svg": lambda data, _name: baking.out_of(data),
    "badge.png": lambda data, _name: baking.out_of(data),
}
"""What reads each file of the corpus."""
_REFUSALS: Final = (outcome.UnreadableError, documents.UnreadableError)


def tried(name: str, data: bytes) -> str:
    """Say what went wrong with a file, or nothing."""
    tracemalloc.reset_peak()
    before, began = tracemalloc.get_traced_memory()[0], time.process_time()
    wrong = ""
    try:
        READERS[name](data, name)
    except _REFUSALS as error:
        wrong = "" if str(error) else "refused without a word"
    except (Exception, RecursionError) as error:  # noqa: BLE001 (that is what is looked for)
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
        wrong = f"{type(error).__name__} at {place}: {str(error)[:200]}"
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1] - before
    if spent > MOST_SECONDS:
        wrong += f" {spent:.1f} seconds"
    if peak > MOST_BYTES:
        wrong += f" {peak:,} bytes"
    return wrong


def main() -> None:
    """Read as many changed files of each kind as were asked for."""
    examples, seed, *names = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    warnings.simplefilter("ignore")
    tracemalloc.start()
    corpus = {path.name: path.read_bytes() for path in sorted(CORPUS.iterdir())}
    for name in names or READERS:
        for number in range(int(examples)):
            chance = Random(f"{seed} {name} {number}")  # noqa: S311 (to be had again)
            data = corpus[name] if number == 0 else mutated(corpus[name], chance.choice(list(corpus.values())), chance)
            print(json.dumps({"reads": name, "number": number}), flush=True)  # noqa: T201 (the last one, if we die)
            if wrong := tried(name, data):
                print(json.dumps({"name": name, "number": number, "wrong": wrong}), flush=True)  # noqa: T201 (read by the test)


if __name__ == "__main__":
    main()
