import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.redlines.compacting import compact_text
from app.redlines.folding import fold
from app.redlines.scanner import Literals
from redlines.plain import compact_with_places, occurrences

PHRASES = (
    "a", "art", "arts", "arting", "art work", "art works", "best", "b", "guarantee return", "guarantee returns",
    "return", "returns", "最佳", "佳最", "最佳最佳", "国家级", "家级", "级art", "100%", "𠀀国", "é",
    "the best", "don't",
)  # fmt: skip
LITERALS = tuple(dict.fromkeys(fold(literal).text for literal in PHRASES))
FRAGMENTS = st.sampled_from(
    [*LITERALS, "s", "the", "The ", " a ", "their", "your", "其", " ", "  ", "-", "，", "。", "'", "$", "\n", "_", ".",
     "b e s t", "b-e-s-t", "r.e.t.u.r.n", "ﬁ", "\u200b", "𝐛est", "國", "한", "\ud800", "ß", "other", "1", "İ"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(FRAGMENTS, max_size=16).map("".join))
ENGINES = {"ahocorasick": Literals(LITERALS, fast=False), "hyperscan": Literals(LITERALS, fast=True)}


@given(TEXTS, st.booleans())
def test_arrays_make_the_same_compact_text_as_tokens_do(text: str, determiners: bool) -> None:
    folded = fold(text)
    expected, places = compact_with_places(folded.text, determiners=determiners)

    found = compact_text(folded, determiners=determiners)

    assert found.text(0, len(found.packed)) == expected
    assert [p for p, e in zip(found.places.tolist(), places, strict=True) if e >= 0] == [p for p in places if p >= 0]


@pytest.mark.parametrize("engine", ENGINES)
@settings(deadline=None)  # the first example compiles
@given(text=TEXTS, determiners=st.booleans())
def test_every_engine_finds_what_the_plain_scan_finds(engine: str, text: str, determiners: bool) -> None:
    folded = fold(text)
    compact, places = compact_with_places(folded.text, determiners=determiners)

    found = sorted(ENGINES[engine].scan(compact_text(folded, determiners=determiners)))

    assert found == sorted(occurrences(LITERALS, compact, folded.text, places))


def test_both_engines_find_the_same_in_a_long_text() -> None:
    text = compact_text(fold("The best arts, 最佳最佳 国，家，级 art. Guarantee returns of 100%! 𠀀國 " * 3_000))

    found = {name: sorted(engine.scan(text)) for name, engine in ENGINES.items()}

    assert found["hyperscan"] == found["ahocorasick"]
    assert len(found["hyperscan"]) > 3_000 * 10


@pytest.mark.parametrize("engine", ENGINES)
def test_a_scanner_can_be_pickled_with_what_it_compiled(engine: str) -> None:
    text = compact_text(fold("the best arts"))
    literals = ENGINES[engine]
    expected = list(literals.scan(text))

    again: Literals = pickle.loads(pickle.dumps(literals))  # noqa: S301 - written on this line

    assert list(again.scan(text)) == expected != []
