"""Writes items as a QTI 2.1 package: a manifest, a file for each item, and the pictures.

What a question belongs to here stands among the keywords of the manifest (see `dossiers`).
"""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from lxml import etree

from app.quizzes.interchange import dossiers
from app.quizzes.interchange.outcome import Loss, Written, collected
from app.quizzes.interchange.qtiitemwriter import item_file
from app.quizzes.interchange.voices import Voice
from app.quizzes.interchange.xmltree import Element

_PACKAGE: Final = "http://www.imsglobal.org/xsd/imscp_v1p1"
_METADATA: Final = "http://www.imsglobal.org/xsd/imsmd_v1p2"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_DAY: Final = (1980, 1, 1, 0, 0, 0)


def write(items: Sequence[Mapping[str, Any]], media: Mapping[str, bytes], locale: str) -> Written:
    """Write items in one language; their pictures are taken from `media`."""
    losses: list[tuple[str, Loss]] = []
    used: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    manifest = etree.Element(f"{{{_PACKAGE}}}manifest", {"identifier": "MANIFEST"}, nsmap={None: _PACKAGE})
    about = _part(manifest, "metadata")
    _part(about, "schema").text = "QTIv2.1 Package"
    _part(about, "schemaversion").text = "1.0.0"
    _part(manifest, "organizations")
    resources = _part(manifest, "resources")
    for item in items:
        voice = Voice(item, locale, media)
        name = f"items/{item['id']}.xml"
        own: dict[str, bytes] = {}
        files[name] = _file(item_file(voice, own))
        used |= own
        tags, lost = dossiers.write(item, voice.say, category=True)
        _resource(resources, item["id"], name, own, (tags, locale))
        losses += ((item["id"], loss) for loss in dict.fromkeys([*voice.losses, *lost]))
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        _put(package, "imsmanifest.xml", _file(manifest))
        for name, data in files.items():
            _put(package, name, data)
        for name, data in used.items():
            _put(package, f"media/{name}", data)
    return Written(archive.getvalue(), {}, collected(losses))


def _resource(
    resources: Element, item_id: str, name: str, media: Mapping[str, bytes], keywords: tuple[Sequence[str], str]
) -> None:
    resource = _part(resources, "resource")
    for key, value in (("identifier", f"R-{item_id}"), ("type", "imsqti_item_xmlv2p1"), ("href", name)):
        resource.set(key, value)
    tags, locale = keywords
    if tags:
        metadata = _part(resource, "metadata")
        lom = etree.SubElement(metadata, f"{{{_METADATA}}}lom", nsmap={None: _METADATA})
        general = etree.SubElement(lom, f"{{{_METADATA}}}general")
        for tag in tags:
            keyword = etree.SubElement(general, f"{{{_METADATA}}}keyword")
            etree.SubElement(keyword, f"{{{_METADATA}}}langstring", {_LANGUAGE: locale}).text = tag
    for path in (name, *(f"media/{each}" for each in media)):
        _part(resource, "file").set("href", path)


def _part(parent: Element, name: str) -> Element:
    return etree.SubElement(parent, f"{{{_PACKAGE}}}{name}")


def _file(root: Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _put(package: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Put a file in with the same date always, so that the same items make the same bytes."""
    info = zipfile.ZipInfo(name, _DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    package.writestr(info, data)
