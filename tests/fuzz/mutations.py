"""Files, changed: bytes turned, cut, repeated and put elsewhere, and pieces put in that are known to hurt readers."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Final

_LAUGHS: Final = b'<!DOCTYPE q [<!ENTITY a "%s">%s]>' % (
    b"ha" * 50,
    b"".join(b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(98, 110)),
)
TOKENS: Final = [
    *(b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xae", b"\r", b"\x85", b"\x0b"),
    *(b"9" * 5_000, b"1e400", b"-0", b"NaN", b"Infinity", b"0x" + b"f" * 300),
    *(b"1" + b"0" * 30, b"1_0", b"9999-12-31"),
    *(b'"', b'""', b'"' * 999, b"'", b"\\", b"\\" * 999, b"`" * 99, b"{" * 999, b"}" * 999, b"[" * 9_999, b"]" * 999),
    *(b"(" * 999, b"<" * 999, b"<a>" * 999, b"</a>" * 9, b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x", b"?>"),
    *(_LAUGHS, b"&m;", b'<!DOCTYPE q SYSTEM "file:///etc/passwd">'),
    b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    *(b"&x;", b"&#0;", b"&#xD800;", b"&#99999999;", b"&nbsp;", b"<?xml version='1.0' encoding='UTF-7'?>"),
    *(b"&a [*a, *a]", b"*a", b"<<: *a", b"!!python/object/apply:os.system [id]"),
    *(b"? ", b"- " * 99, b"---\n", b"...\n"),
    *(b": ", b"#", b"|\n", b">-\n", b"%YAML 9.9\n", b"\t", b"="),
    *(b"=%50%", b"~", b"->", b"{#", b"{=", b"#### ", b"//"),
    *(b"$CATEGORY: ", b"::", b"[html]", b"ANSWER: ", b"A) ", b"-->", b"00:00:00.000 --> 99:99:99.999\n", b"WEBVTT\n"),
    *(b"\n\n", b"\n" * 999, b",", b";", b"," * 9_999, b"=cmd|' /C calc'!A0"),
    *(b"../../etc/passwd", b"C:\\", b"/etc/passwd"),
    *(b"(a+)+$", b".*" * 99, b"a|" * 999, b"* " * 99, b"**" * 99),
    *(b"_" * 999, b"![" * 500, b"](", b"> " * 200, b"    " * 99),
    *("中".encode() * 99, "ß\u0130\ufb03".encode(), "e\u0301\u200d".encode() * 30),
    b"\xf0\x9f\x91\xa8\xe2\x80\x8d" * 20,
    *(b"null", b"true", b'"id":', b"{}", b"[]", b"stream\n", b"endobj"),
    *(b" 0 R", b"/Kids [2 0 R]", b"/Length 9999999"),
    *(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n", b"=?utf-7?b?+AAA-?="),
    b"Content-Transfer-Encoding: uuencode\n",
]  # fmt: skip
Change = Callable[[Random, bytes, bytes], bytes]


def mutated(data: bytes, other: bytes, chance: Random) -> bytes:
    """Change a file a little or much; of an archive, half of the time, one of the files within."""
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.7:
        return _repacked(data, other, chance)
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        data = chance.choice(_CHANGES)(chance, data, other)
    return data


def _spot(chance: Random, data: bytes) -> int:
    return chance.randint(0, len(data))


def _turn(chance: Random, data: bytes, _other: bytes) -> bytes:
    changed = bytearray(data or b"x")
    for _ in range(chance.choice([1, 1, 4, 32])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: Random, data: bytes, _other: bytes) -> bytes:
    one, two = sorted((_spot(chance, data), _spot(chance, data)))
    return data[:one] + data[two:]


def _end(chance: Random, data: bytes, _other: bytes) -> bytes:
    return data[: _spot(chance, data)]


def _repeat(chance: Random, data: bytes, _other: bytes) -> bytes:
    one = _spot(chance, data)
    two = min(len(data), one + chance.choice([1, 4, 20, 200]))
    return data[:two] + data[one:two] * chance.choice([1, 10, 1_000]) + data[two:]


def _splice(chance: Random, data: bytes, other: bytes) -> bytes:
    return data[: _spot(chance, data)] + other[_spot(chance, other) :]


def _insert(chance: Random, data: bytes, _other: bytes) -> bytes:
    spot = _spot(chance, data)
    return data[:spot] + chance.choice(TOKENS) + data[spot:]


def _overwrite(chance: Random, data: bytes, _other: bytes) -> bytes:
    """Put a token in the place of a word."""
    words = data.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(TOKENS)
    return b" ".join(words)


_CHANGES: Final[list[Change]] = [_turn, _cut, _end, _repeat, _splice, _insert, _insert, _overwrite]
_NAMES: Final = [
    "../../evil",
    "/etc/passwd",
    "C:\\evil",
    "a" * 300,
    "",
    "imsmanifest.xml",
    "word/document.xml",
    "a/../b",
]


def _repacked(data: bytes, other: bytes, chance: Random) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as package:
        files = [(name, package.read(name)) for name in package.namelist()]
    place = chance.randrange(len(files))
    name, content = files[place]
    what = chance.randrange(6)
    if what == 0:
        files[place] = (chance.choice(_NAMES), content)
    elif what == 1:
        del files[place]
    elif what == 2:
        files[place] = (name, content + b" " * 20_000_000)
    else:
        files[place] = (name, mutated(content, other, chance))
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as copy:
        for each, inside in files:
            info = zipfile.ZipInfo(each or "empty")
            info.compress_type = zipfile.ZIP_DEFLATED
            copy.writestr(info, inside)
    return written.getvalue()
