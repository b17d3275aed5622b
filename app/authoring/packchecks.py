"""What a rule pack must be beside well formed, and what a product's red lines say about packs."""

from collections.abc import Collection, Iterator

from app.catalog.document import Parsed
from app.catalog.yamlfile import Problem
from app.redlines.content import RedLinesDocument


def check_pack(pack: Parsed[RedLinesDocument], name: str) -> Iterator[Problem]:
    """Check that a file is a rule pack that stands alone, named as it says."""
    if not (pack.document and pack.located):
        return
    header = pack.document.pack
    if header is None:
        yield pack.located.problem(
            (), "is not a rule pack; a pack begins with pack: id, name, version, source, licence"
        )
    elif header.id != name:
        yield pack.located.problem(("pack", "id"), f"must equal the file's name, {name}")
    if pack.document.packs:
        yield pack.located.problem(("packs",), "a rule pack cannot subscribe to others")


def check_subscriptions(redlines: Parsed[RedLinesDocument], known: Collection[str] | None) -> Iterator[Problem]:
    """Check that a product's red lines name rule packs that are there; `known` None leaves that unchecked."""
    if not (redlines.document and redlines.located):
        return
    if redlines.document.pack is not None:
        yield redlines.located.problem(("pack",), "is for files in packs/; a product's red lines belong to no pack")
    for position, each in enumerate(redlines.document.packs):
        if known is not None and each.pack not in known:
            yield redlines.located.problem(("packs", position, "pack"), f"there is no rule pack {each.pack}")
