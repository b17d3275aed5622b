"""What is sent in the place of what a form would send."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from hypothesis import strategies as st

from fuzz.forms import Form

TEXTS: Final = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202eevil\u202c",
    "\u200b\u200d\u2060",
    "e\u0301" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 60,
    "中" * 300,
    "a" * 300,
    "a" * 100_000,
    "\n" * 20_000,
    "\r\n.\r\nRCPT TO:<x@example.com>\r\n",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% for %}",
    "' OR 1=1 --",
    "../../etc/passwd",
    "%s%d%(x)s{0}{x}",
    "-1",
    "0",
    "007",
    "1e400",
    "-1e-400",
    "NaN",
    "Infinity",
    "-Infinity",
    "9" * 30,
    "9" * 5_000,
    "-" + "9" * 19,
    "2147483648",
    "9223372036854775808",
    "１２３",
    "٣",
    "0.1" * 50,
    "1_000",
    "0x10",
    "true",
    "null",
    "9999-12-31",
    "0000-00-00",
    "0001-01-01",
    "2026-02-30",
    "10000-01-01",
    "2026-11-22T25:61",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "24:00",
    "Nowhere/Atlantis",
    "../UTC",
    "[]",
    "[" * 20_000,
    "{" * 2_000 + "}" * 2_000,
    '[[0, 9223372036854775808, "", "line", -1]]',
    "en-" + "x-" * 200,
    "someone@" + "a" * 300 + ".example",
    "a@b@c",
    "javascript:alert(1)",
    "https://user:pass@[::1]:99999/",
    "http://" + "a" * 3_000,
    "(a+)+$",
    "(" * 1_000,
]
_BLOBS: Final = [b"", b"\xff\xfe\x00", b"%PDF-1.7", b"PK\x03\x04" + bytes(60), b"a,b\n1,2\n", b"\x00" * 5_000]
_DAMAGED: Final = [
    b"",
    b"--",
    b"--edge--\r\n",
    b"--other\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--other--\r\n",
    b"--edge\r\nContent-Disposition: form-data\r\n\r\n1\r\n--edge--\r\n",
    b"--edge\r\nContent-Disposition: attachment; name=a; filename=b\r\n\r\n1\r\n--edge--",
    b"--edge\r\n" + b"A: b\r\n" * 5_000 + b"\r\n1\r\n--edge--",
    b"--edge\r\nContent-Disposition: form-data; name=" + b"a" * 9_000 + b"\r\n\r\n1\r\n--edge--",
    b"--edge\r\nContent-Disposition: form-data; name=a\r\n\r\nand no end",
    b"--edge\r\nContent-Disposition: form-data; name=\xff\xff; filename=\xed\xa0\x80\r\n\r\n1\r\n--edge--\r\n",
    b"--edge\r\nContent-Disposition: form-data; name=a; filename*=utf-7''+AAA-\r\n\r\n1\r\n--edge--\r\n",
    b"--edge\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n%%\r\n--edge--\r\n",
    b"\r\n" * 3_000 + b"--edge\r\n",
]
_TYPES: Final = [
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 500,
    "multipart/form-data; boundary=\x80edge",
    "multipart/mixed; boundary=edge",
    "application/x-www-form-urlencoded; charset=utf-7",
    "application/x-www-form-urlencoded; charset=punycode",
    "application/x-www-form-urlencoded; charset=\x00",
    "application/json",
    "text/plain",
    "application/xml",
    ";;;",
    "",
]
_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data; boundary=edge"
Pairs = list[tuple[str, str | bytes]]


@dataclass(frozen=True)
class Submission:
    """A body and its content type."""

    content: bytes
    content_type: str

    def __str__(self) -> str:
        return f"{self.content_type!r} {self.content[:1500]!r}"


values = st.one_of(st.sampled_from(TEXTS), st.text(st.characters(), max_size=30))


@st.composite
def submissions(draw: st.DrawFn, form: Form) -> Submission:
    """Draw what may be sent to a form: most of it as the page has it, so that the rest is reached."""
    pairs: Pairs = [*form.fields, *([draw(st.sampled_from(form.buttons))] if form.buttons else [])]
    names = sorted({name for name, _value in pairs} | set(form.files)) or ["nothing"]
    for _ in range(draw(st.integers(1, 4))):
        draw(st.sampled_from(_CHANGES))(draw, pairs, names)
    how = draw(st.integers(0, 19))
    if how == 0:
        return Submission(draw(st.sampled_from(_DAMAGED)), _MULTIPART)
    if how == 1:
        return Submission(urlencoded(pairs), draw(st.sampled_from(_TYPES)))
    if how == 2:
        return Submission(draw(st.binary(max_size=400)), draw(st.sampled_from([_URLENCODED, _MULTIPART])))
    if form.files or how < 6:
        blobs = {name: draw(st.sampled_from(_BLOBS)) for name in form.files if draw(st.booleans())}
        return Submission(multipart([*pairs, *blobs.items()]), _MULTIPART)
    return Submission(urlencoded(pairs), _URLENCODED)


Change = Callable[[st.DrawFn, Pairs, list[str]], None]


def _replace(draw: st.DrawFn, pairs: Pairs, names: list[str]) -> None:
    name, value = draw(st.sampled_from(names)), draw(values)
    pairs[:] = [*((each, old) for each, old in pairs if each != name), (name, value)]


def _replace_all(draw: st.DrawFn, pairs: Pairs, _names: list[str]) -> None:
    value = draw(st.sampled_from([each for each in TEXTS if len(each) < 1_000]))
    pairs[:] = [(name, value) for name, _old in pairs]


def _remove(draw: st.DrawFn, pairs: Pairs, names: list[str]) -> None:
    name = draw(st.sampled_from(names))
    pairs[:] = [(each, value) for each, value in pairs if each != name]


def _repeat(draw: st.DrawFn, pairs: Pairs, names: list[str]) -> None:
    name = draw(st.sampled_from(names))
    pairs += [(name, draw(values)) for _ in range(draw(st.integers(1, 3)))]


def _rename(draw: st.DrawFn, pairs: Pairs, names: list[str]) -> None:
    """Ask for a place in a list that there is not: `options.0.text` becomes `options.99999999.text`."""
    parts = draw(st.sampled_from(names)).split(".")
    place = draw(st.integers(0, len(parts) - 1))
    parts[place] = draw(st.sampled_from(["-1", "99999999", "9" * 300, "", "__class__", "zh-Hans", "0", "\x00", "٣"]))
    pairs.append((".".join(parts), draw(values)))


def _as_file(draw: st.DrawFn, pairs: Pairs, names: list[str]) -> None:
    name = draw(st.sampled_from(names))
    pairs[:] = [*((each, old) for each, old in pairs if each != name), (name, draw(st.sampled_from(_BLOBS)))]


_CHANGES: Final[list[Change]] = [_replace, _replace, _replace, _replace_all, _remove, _repeat, _rename, _as_file]


def urlencoded(pairs: Pairs) -> bytes:
    """Write pairs as a form, halves of characters included."""
    return urlencode(pairs, errors="surrogatepass").encode()


def multipart(pairs: Pairs) -> bytes:
    """Write pairs as parts; bytes become a file."""
    return b"".join(_part(name, value) for name, value in pairs) + b"--edge--\r\n"


def _part(name: str, value: Any) -> bytes:
    head = b'--edge\r\nContent-Disposition: form-data; name="%s"' % name.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return b'%s; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n%s\r\n' % (head, value)
    return b"%s\r\n\r\n%s\r\n" % (head, str(value).encode("utf-8", "surrogatepass"))
