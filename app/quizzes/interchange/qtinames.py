"""One set of names for QTI 2.1, 2.2 and 3.0: those of 2.1, without namespaces."""

import re
from typing import Final

from lxml import etree

from app.quizzes.interchange.xmltree import Element, name_of

_PREFIX: Final = "qti-"
_HYPHEN: Final = re.compile(r"-([a-z])")


def normalise(root: Element) -> None:
    """Rename the elements and attributes of a tree in place; those of HTML keep their names."""
    for element in root.iter(etree.Element):
        name = name_of(element)
        is_third = name.startswith(_PREFIX)
        element.tag = _camel(name.removeprefix(_PREFIX)) if is_third else name
        for key, value in list(element.attrib.items()):
            plain = str(key).rpartition("}")[2]
            wanted = _camel(plain) if is_third else plain
            if wanted != key:
                del element.attrib[key]
                element.set(wanted, value)
    etree.cleanup_namespaces(root)


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda found: found[1].upper(), name)
