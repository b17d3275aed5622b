"""Check an evidence pack, offline: python3 verify.py [folder or zip file]; without a name, the folder it lies in.

It needs Python 3.9 or newer and nothing else. It prints OK and ends with 0, or prints the first thing that is wrong and
ends with 1.
"""

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

PIECE = 1024 * 1024
SCHEMA = 1
ENTRY = ("id", "at", "actor", "action", "subject_kind", "subject", "details", "previous_digest")


class Wrong(Exception):  # noqa: N818 (it names what the reader sees)
    """Something in the pack is not as it was packed."""


class Folder:
    """A pack that was unpacked."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def names(self) -> set[str]:
        """Return the names of all files."""
        found = {each.relative_to(self._path).as_posix() for each in self._path.rglob("*") if each.is_file()}
        return {each for each in found if "__pycache__" not in each}

    def open(self, name: str) -> BinaryIO:
        """Open a file."""
        return (self._path / name).open("rb")


class Zip:
    """A pack as it was handed over."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def names(self) -> set[str]:
        """Return the names of all files."""
        listed = self._zip.namelist()
        if len(listed) != len(set(listed)):
            raise Wrong("the zip file holds two files of the same name")
        return set(listed)

    def open(self, name: str) -> BinaryIO:
        """Open a file."""
        return self._zip.open(name)  # type: ignore[return-value]  # a ZipExtFile reads as any binary file


def sha256(source: BinaryIO) -> str:
    """Digest a file, piece by piece."""
    digest = hashlib.sha256()
    with source:
        for piece in iter(lambda: source.read(PIECE), b""):
            digest.update(piece)
    return digest.hexdigest()


def canonical(content: Any) -> str:
    """Digest JSON in its one form: keys sorted, nothing between."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read(pack: Any, name: str) -> Any:
    """Read a JSON file."""
    with io.TextIOWrapper(pack.open(name), encoding="utf-8") as source:
        try:
            return json.load(source)
        except ValueError as error:
            raise Wrong(name + " cannot be read: " + str(error)) from error


def check_files(pack: Any) -> dict[str, Any]:
    """Check the manifest and the digest of every file; returns the manifest."""
    present = pack.names()
    for name in ("manifest.json", "manifest.sha256"):
        if name not in present:
            raise Wrong(name + " is missing")
    with pack.open("manifest.sha256") as source:
        stated = source.read().decode("utf-8", "replace")
    if stated != sha256(pack.open("manifest.json")) + "  manifest.json\n":
        raise Wrong("manifest.json is not what manifest.sha256 says")
    manifest: dict[str, Any] = read(pack, "manifest.json")
    if manifest.get("form") != "dealworthy-evidence" or manifest.get("schema") != SCHEMA:
        raise Wrong("manifest.json is of a form that this verifier does not know")
    listed = {each["name"]: each["sha256"] for each in manifest["files"]}
    for name in sorted(listed):
        if name not in present:
            raise Wrong(name + " is missing")
        if sha256(pack.open(name)) != listed[name]:
            raise Wrong(name + " is not as it was packed")
    extra = sorted(present - set(listed) - {"manifest.json", "manifest.sha256"})
    if extra:
        raise Wrong(extra[0] + " was not packed")
    return manifest


def links(pack: Any) -> Iterator[tuple[int, str, str]]:
    """Read the chain and check that each entry names the digest of the one before."""
    with io.TextIOWrapper(pack.open("audit/chain.csv"), encoding="utf-8") as source:
        before = None
        for row in csv.DictReader(source):
            link = (int(row["id"]), row["previous_digest"], row["digest"])
            if before is not None and link[0] != before[0] + 1:
                raise Wrong(f"audit/chain.csv: entry {before[0] + 1} is missing")
            if before is not None and link[1] != before[2]:
                raise Wrong(f"audit/chain.csv: entry {link[0]} does not follow the one before")
            yield link
            before = link


def check_chain(pack: Any) -> tuple[int, int]:
    """Check that the whole entries make their digests and stand in the chain; returns how many there are of both."""
    entries = {each["id"]: each for each in read(pack, "audit/entries.json")}
    length = 0
    left = set(entries)
    for number, previous, digest in links(pack):
        length += 1
        entry = entries.get(number)
        if entry is None:
            continue
        left.discard(number)
        if entry["previous_digest"] != previous or entry["digest"] != digest:
            raise Wrong(f"audit/entries.json: entry {number} is not the one in the chain")
        if canonical([entry[name] for name in ENTRY]) != digest:
            raise Wrong(f"audit/entries.json: entry {number} was changed")
    if left:
        raise Wrong(f"audit/chain.csv: entry {min(left)} is missing")
    return len(entries), length


def check_certificates(pack: Any) -> int:
    """Check what certificates print against their digests; returns how many there are."""
    if "records/certificates.json" not in pack.names():
        return 0
    found: list[dict[str, Any]] = read(pack, "records/certificates.json")
    for each in found:
        if canonical([each["template"], each["snapshot"]]) != each["digest"]:
            raise Wrong(f"records/certificates.json: certificate {each['code']} was changed")
    return len(found)


def check_texts(pack: Any) -> int:
    """Check the frozen texts that are whole against their digests; returns how many there are."""
    checked = 0
    for name in sorted(each for each in pack.names() if each.startswith("texts/")):
        text = read(pack, name)
        if text["whole"]:
            if canonical(text["document"]) != text["sha256"]:
                raise Wrong(name + ": the text is not the one that was published")
            checked += 1
    return checked


def check(path: Path) -> str:
    """Check a pack; returns what was proved. Raises Wrong."""
    pack: Any = Folder(path) if path.is_dir() else Zip(path)
    manifest = check_files(pack)
    whole, length = check_chain(pack)
    certificates = check_certificates(pack)
    texts = check_texts(pack)
    about = manifest["about"]
    return (
        f"OK: {about['kind']} {about['name']}, as of {manifest['as_of']}\n"
        f"{len(manifest['files'])} files, {whole} audit entries in a chain of {length}, "
        f"{certificates} certificates, {texts} whole texts"
    )


def main() -> int:
    """Check what the command line names."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    try:
        print(check(path))  # noqa: T201 (it is a command)
    except (Wrong, OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        print("WRONG:", error)  # noqa: T201 (as above)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
