"""Checks that vendored scripts are the ones their manifest names, and that lock files hold no address."""

import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    problems = []
    vendor = ROOT / "static" / "vendor"
    manifest = json.loads((vendor / "manifest.json").read_text())
    for path in sorted(vendor.glob("*.js")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if manifest.get(path.name, {}).get("sha256") != digest:
            problems.append(f"{path.relative_to(ROOT)}: not the file that manifest.json names")
    problems += [
        f"{path.relative_to(ROOT)}: holds an address"
        for path in sorted((ROOT / "requirements").glob("*.txt"))
        if "://" in path.read_text()
    ]
    print("\n".join(problems) or "Vendored scripts and lock files are as they should be.")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
