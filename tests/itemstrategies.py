"""Items of every type, made up: whatever a trainer may write."""

from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.catalog.document import canonical
from app.quizzes.interchange.checking import WHOLE_ESSAY
from app.quizzes.itemcontent import Item

ITEM: TypeAdapter[Any] = TypeAdapter(Item)

LETTERS = "abcXYZ019 .,:;!?'\"<>&~#=%{}[]()\\/*-_$@|éß价报“”\n\t"
WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=30).filter(lambda text: text.strip() != "")
LINES = WORDS.filter(lambda text: "\n" not in text.strip() and "\t" not in text)
SLUGS = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?", fullmatch=True)
SHARES = st.sampled_from([0.1, 0.2, 0.25, 1 / 3, 0.5, 0.75])
NUMBERS = st.decimals(-10_000, 10_000, places=3, allow_nan=False).map(float)
TOLERANCES = st.decimals(0, 10, places=3).map(float)
WIDTHS = st.decimals(0, 10, places=2).map(float)


def some(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), value)


def parts(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


CATEGORIES = st.lists(st.from_regex(r"[A-Za-z]{1,6}( [a-z]{1,3})?", fullmatch=True), min_size=1, max_size=3)
HEAD = parts(
    {"id": SLUGS, "prompt": WORDS},
    category=st.lists(st.from_regex(r"[A-Za-z]{1,6}( [a-z]{1,3})?", fullmatch=True), min_size=1, max_size=3).map(
        "/".join
    ),
    tags=st.lists(st.from_regex(r"[A-Za-z价]{1,8}( [a-z]{1,3})?", fullmatch=True), max_size=3, unique=True),
    difficulty=st.sampled_from(["easy", "medium", "hard"]),
    topic=st.from_regex(r"[A-Za-z]{1,8}", fullmatch=True),
    critical=st.just(True),
    red_line=st.lists(SLUGS, max_size=2, unique=True),
    lesson=SLUGS,
    points=st.sampled_from([0.5, 1, 2, 10, 2.5]).map(float),
    feedback=WORDS,
)


def _choices(weight: st.SearchStrategy[float]) -> st.SearchStrategy[list[dict[str, Any]]]:
    option = parts({"text": WORDS}, weight=weight, feedback=WORDS)
    return st.lists(option, min_size=2, max_size=6, unique_by=lambda each: " ".join(each["text"].split()))


@st.composite
def single_options(draw: st.DrawFn) -> list[dict[str, Any]]:
    options = draw(_choices(st.sampled_from([-0.5, 0.25, 1 / 3])))
    right = draw(st.integers(0, len(options) - 1))
    pinned = draw(st.booleans())
    options[right] = {key: value for key, value in options[right].items() if key != "weight"} | {"correct": True}
    return [option | ({"pinned": True} if pinned else {}) for option in options]


@st.composite
def multiple_options(draw: st.DrawFn) -> list[dict[str, Any]]:
    options = [option | {"correct": draw(st.booleans())} for option in draw(_choices(st.just(0.0)))]
    right = sum(option["correct"] for option in options) or 1
    weighted = draw(st.booleans())
    for option in options:
        option.pop("weight", None)
        if weighted:
            option["weight"] = 1 / right if option["correct"] else draw(st.sampled_from([0.0, -0.25]))
    return options


ACCEPT = st.lists(
    parts({"text": LINES}, weight=st.one_of(st.just(1.0), SHARES), feedback=WORDS),
    min_size=1,
    max_size=4,
    unique_by=lambda each: " ".join(each["text"].split()).casefold(),
).map(lambda found: sorted(found, key=lambda each: -each.get("weight", 1)))
RANGES = st.lists(
    st.one_of(
        parts({"answer": NUMBERS}, tolerance=TOLERANCES, weight=SHARES, feedback=WORDS),
        st.builds(lambda low, width: {"min": low, "max": round(low + width, 3)}, NUMBERS, WIDTHS),
    ),
    min_size=1,
    max_size=3,
).map(lambda found: sorted(found, key=lambda each: -each.get("weight", 1)))
NUMERIC_KEYS = st.one_of(parts({"answer": NUMBERS}, tolerance=TOLERANCES), parts({"answers": RANGES}))
UNITS = st.sampled_from(
    [{}, {"unit": "m"}, {"unit": "m", "units": [{"unit": "km", "factor": 1000.0}, {"unit": "cm", "factor": 0.01}]}]
)


@st.composite
def cloze(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 4))
    prompt, gaps = "", []
    for place in range(count):
        key = draw(
            st.one_of(
                parts({"type": st.just("short_text"), "accept": ACCEPT}, case_sensitive=st.booleans()),
                st.builds(lambda key: {"type": "numeric", **key}, NUMERIC_KEYS),
                st.builds(lambda options: {"type": "choice", "options": options}, single_options()),
            )
        )
        prompt += draw(WORDS.filter(lambda text: "[" not in text and "]" not in text)) + f"[[g{place + 1}]]"
        gaps.append({"id": f"g{place + 1}", "points": float(draw(st.integers(1, 3)))} | key)
    return {"type": "cloze", "prompt": prompt, "gaps": gaps}


PAIRS = st.lists(
    st.fixed_dictionaries({"left": WORDS, "right": WORDS}),
    min_size=2,
    max_size=5,
    unique_by=(lambda each: " ".join(each["left"].split()), lambda each: " ".join(each["right"].split())),
)
OWN = st.one_of(
    st.builds(lambda options: {"type": "single", "options": options}, single_options()),
    st.builds(lambda options: {"type": "multiple", "options": options}, multiple_options()),
    parts({"type": st.just("true_false"), "answer": st.booleans()}, feedback_true=WORDS, feedback_false=WORDS),
    parts({"type": st.just("short_text"), "accept": ACCEPT}, case_sensitive=st.booleans()),
    st.builds(lambda key, units: {"type": "numeric", **key, **units}, NUMERIC_KEYS, UNITS),
    parts({"type": st.just("matching"), "pairs": PAIRS}, extra=st.lists(WORDS, max_size=2)),
    st.builds(
        lambda texts: {"type": "ordering", "options": [{"text": text} for text in texts]},
        st.lists(WORDS, min_size=2, max_size=5, unique_by=lambda each: " ".join(each.split())),
    ),
    parts({"type": st.just("essay"), "criteria": st.just([])}, min_words=st.integers(1, 99), guidance=WORDS),
    cloze(),
)


def _stored(head: dict[str, Any], own: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the stored document of an item, if it is one."""
    criteria = {"criteria": [WHOLE_ESSAY]} if own["type"] == "essay" else {}
    try:
        return [canonical(ITEM.validate_python(head | own | criteria))]
    except ValidationError:
        return []


def items() -> st.SearchStrategy[dict[str, Any]]:
    """Give stored documents of items."""
    return st.builds(_stored, HEAD, OWN).filter(bool).map(lambda found: found[0])
