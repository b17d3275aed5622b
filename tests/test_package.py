"""The command may be installed alone, without the rest of the repository: every file that it reads goes with it."""

import tomllib
from fnmatch import fnmatch

from app.config import ROOT


def test_every_file_beside_the_code_is_named_for_installing() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    named = [f"{package.replace('.', '/')}/{pattern}" for package, patterns in data.items() for pattern in patterns]
    beside = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc", ".mo"}
    ]
    assert len(beside) > 2
    assert [path for path in beside if not any(fnmatch(path, pattern) for pattern in named)] == []
