"""What a signature under red lines says, and whose it may be."""

import unicodedata

from app.web.i18n import ngettext


def same_name(typed: str, name: str) -> bool:
    """Tell whether two spellings are one name: case, width and spaces do not matter."""
    return _bare(typed) == _bare(name) != ""


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def meaning(count: int, product: str, version: int) -> str:
    """Write what signing means, in the reader's language; this sentence is stored with the signature."""
    sentence = ngettext(
        "I have read this red line of %(product)s, version %(version)s. I will follow it with every customer, and I "
        "know that breaking it can suspend my certification.",
        "I have read these %(count)s red lines of %(product)s, version %(version)s. I will follow them with every "
        "customer, and I know that breaking one can suspend my certification.",
        count,
    )
    return sentence % {"count": count, "product": product, "version": version}
