"""Changed files: each reader returns or refuses in its own words, within bounds of time and memory.

They are read in a process of its own with limits, so that what takes too much ends it and not the tests.
"""

import json
import os
import resource
import subprocess
import sys

from app.config import ROOT
from fuzz.examples import EXAMPLES, SEED
from fuzz.parsing import CORPUS, READERS

SECONDS_EACH = 2
"""Of processor time, on the mean, with those of a test of its own to start with."""


def test_each_file_of_the_corpus_has_a_reader() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(READERS)


def test_changed_files_are_read_or_refused() -> None:
    files = 3 if EXAMPLES == 1 else 20 * EXAMPLES
    seconds = 60 + SECONDS_EACH * files * len(READERS)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))

    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(  # noqa: S603 (our own module)
        [sys.executable, "-m", "fuzz.parsing", str(files), str(SEED)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
        preexec_fn=limit,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each for each in told if "wrong" in each] == []
    assert done.returncode == 0, (told[-1:], done.stderr[-2000:])
    assert len(told) == files * len(READERS)
