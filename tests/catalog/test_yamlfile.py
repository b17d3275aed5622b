import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.yamlfile import Limits, Place, read, scalar
from app.catalog.yamltext import dump


def value_of(source: str | bytes) -> object:
    reading = read(source, "f.yaml")
    assert reading.problems == ()
    assert reading.root is not None
    return reading.root.value


def lines_of(source: str | bytes, limits: Limits | None = None) -> list[str]:
    return [str(problem) for problem in read(source, "f.yaml", limits=limits).problems]


def test_every_value_keeps_the_place_of_its_key_or_entry() -> None:
    reading = read("title: A\nlessons:\n- id: one\n  minutes: 5\n- {id: two}\n", "f.yaml", first_line=10)
    assert reading.root is not None
    assert reading.root.value == {"title": "A", "lessons": [{"id": "one", "minutes": 5}, {"id": "two"}]}
    assert reading.root.places == {
        (): Place(10, 1),
        ("title",): Place(10, 1),
        ("lessons",): Place(11, 1),
        ("lessons", 0): Place(12, 3),
        ("lessons", 0, "id"): Place(12, 3),
        ("lessons", 0, "minutes"): Place(13, 3),
        ("lessons", 1): Place(14, 3),
        ("lessons", 1, "id"): Place(14, 4),
    }


def test_a_missing_part_is_blamed_on_the_nearest_one() -> None:
    root = read("a:\n  b: 1\n", "f.yaml").root
    assert root is not None
    assert str(root.problem(("a", "c", "d"), "is missing")) == "f.yaml:1:1: a.c.d: is missing"
    assert str(root.under("a").problem(("b",), "is wrong")) == "f.yaml:2:3: a.b: is wrong"
    assert str(root.problem((), "is wrong")) == "f.yaml:1:1: .: is wrong"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("", None),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("-7", -7),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("2026-09-14", "2026-09-14"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_plain_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


def test_quoted_scalars_are_text() -> None:
    assert value_of("""["12", 'true', "", 'null']""") == ["12", "true", "", "null"]


def test_a_byte_order_mark_and_windows_line_ends_are_tolerated() -> None:
    assert value_of(b"\xef\xbb\xbfa: |\r\n  x\r\n  y\r\nb: 1\r\n") == {"a": "x\ny\n", "b": 1}


def test_all_problems_of_a_file_come_at_once() -> None:
    source = "a: &x 1\nb: *x\nc: !!python/object:os.system {}\nd: 1\nd: 2\n1: one\n<<: {}\n"
    assert lines_of(source) == [
        "f.yaml:1:4: a: anchors (&x) are not allowed",
        "f.yaml:2:4: b: aliases (*x) are not allowed; write the value out",
        "f.yaml:3:4: c: tags (!) are not allowed",
        "f.yaml:5:1: d: stands here twice; first in line 4",
        "f.yaml:6:1: .: a key must be text; put 1 in quotes",
    ]


BOMB = "a: &a [x,x]\n" + "".join(f"{chr(c + 1)}: &{chr(c + 1)} [*{chr(c)},*{chr(c)}]\n" for c in range(97, 120))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a: [1\n", "f.yaml:2:1: .: is not YAML: did not find expected ',' or ']'"),
        ("a: 'x\n", "f.yaml:2:1: .: is not YAML: found unexpected end of stream"),
        ("\ta: 1\n", "f.yaml:1:1: .: is not YAML: found character that cannot start any token"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: .: a file holds one document; remove the second ---"),
        ("[" * 40 + "]" * 40, "f.yaml:1:33: 0.0.0: is nested deeper than 32 levels"),
        ("[" * 500_000, "f.yaml:1:33: 0.0.0: is nested deeper than 32 levels"),
        ("- " * 500_000, "f.yaml:1:65: 0.0.0: is nested deeper than 32 levels"),
        ("[" + "1," * 60_000 + "]", "f.yaml:1:100000: 49999: the file holds more than 50,000 values"),
        (b"x" * (2 << 20), "f.yaml:1:1: .: is 2,097,152 bytes long; at most 1,048,576 are read"),
        (b"a: 1\nb: x\x00y\n", "f.yaml:2:5: .: holds the control character U+0000"),
        (b"a: 1\nb: \xe4\xb8\xad\xff\n", "f.yaml:2:5: .: is not UTF-8 (byte 0xff); save it as UTF-8"),
        ("a: 1\n".encode("utf-16"), "f.yaml:1:1: .: is UTF-16; save it as UTF-8"),
    ],
)
def test_a_hostile_file_is_refused_in_one_sentence(source: str | bytes, line: str) -> None:
    assert lines_of(source) == [line]
    assert read(source, "f.yaml").root is None


def test_an_alias_bomb_is_never_unfolded() -> None:
    lines = lines_of(BOMB)
    assert len(lines) == 24 + 23 * 2
    assert lines[1] == "f.yaml:2:4: b: anchors (&b) are not allowed"
    assert lines[2] == "f.yaml:2:8: b.0: aliases (*a) are not allowed; write the value out"


def test_limits_can_be_set() -> None:
    assert lines_of("[1, 2]", Limits(nodes=2)) == ["f.yaml:1:5: 1: the file holds more than 2 values"]


def test_an_empty_file_is_null() -> None:
    assert value_of("") is None
    assert value_of("# nothing\n") is None


def test_the_canonical_form_is_block_style_in_the_given_order() -> None:
    value = {
        "schema": 1,
        "name": {"zh-Hans": "店面消息", "en": "Shopfront: messaging"},
        "can": [{"en": "A"}, "no # comment"],
        "body": "First line\n\nThird: line",
        "nested": [[1, 2.5], []],
        "answer": 12.0,
        "open": None,
        "on": True,
    }
    assert dump(value) == (
        "schema: 1\n"
        "name:\n"
        "  zh-Hans: 店面消息\n"
        '  en: "Shopfront: messaging"\n'
        "can:\n"
        "- en: A\n"
        '- "no # comment"\n'
        "body: |-\n"
        "  First line\n"
        "\n"
        "  Third: line\n"
        "nested:\n"
        "- - 1\n"
        "  - 2.5\n"
        "- []\n"
        "answer: 12\n"
        "open: null\n"
        "on: true\n"
    )
    assert value_of(dump(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_cannot_be_written(value: float) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        dump([value])


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    "ab :#-\n \t'\"|>&*!%@`{}[],?~01.e中。", max_size=12
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(texts, below, max_size=4), max_leaves=15
)


@settings(deadline=None)
@given(values)
def test_what_is_written_is_read_again(value: object) -> None:
    assert value_of(dump(value)) == value
    assert value_of(dump({"key": value})) == {"key": value}
    assert value_of(dump([value])) == [value]


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text("ab:-?[]{}&*!|>'\"%@` \n\t#,~1.", max_size=60).map(str.encode))
def test_no_bytes_make_the_reader_fail(data: bytes) -> None:
    reading = read(data, "f.yaml")
    assert (reading.root is None) <= bool(reading.problems)
