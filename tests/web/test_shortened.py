"""A long text in a list ends with one ellipsis, wherever it is cut."""

import pytest
from markupsafe import Markup

from app.web.templating import shortened


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("Short enough.", 13, "Short enough."),
        ("It all begins. It ends late.", 16, "It all begins…"),
        ("What do you say, and why?", 18, "What do you say…"),
        ("Unbreakableword again", 10, "Unbreakabl…"),
        ("在 Dealworthy 里怎么说价格才准确？", 20, "在 Dealworthy 里怎么说价格才…"),
        (Markup("Salt &amp; pepper"), 13, Markup("Salt &amp; pepper")),
        (Markup("Salt &amp; pepper"), 8, "Salt &…"),
    ],
)
def test_a_long_text_is_cut_between_words(text: str, most: int, shown: str) -> None:
    assert shortened(text, most) == shown
