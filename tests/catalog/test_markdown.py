import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from app.catalog.markdown import Html, RedLineCard, Reference, redline_references, render

BLOCKS = ("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "hr", "div")
INLINE = ("code", "em", "strong", "s", "a", "img", "br")


def html(source: str, locale: str = "en") -> str:
    (block,) = render(source, locale)
    assert isinstance(block, Html)
    assert isinstance(block.html, Markup)
    return str(block.html).removesuffix("\n")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("**a** *b* ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>"),
        ("**中文。**后面", "<p><strong>中文。</strong>后面</p>"),
        ("前面**「强调」**后面", "<p>前面<strong>「强调」</strong>后面</p>"),
        ("前面*（一）*后面", "<p>前面<em>（一）</em>后面</p>"),
        ("~~删除。~~后面", "<p><s>删除。</s>后面</p>"),
        ("**中文**。**后面**", "<p><strong>中文</strong>。<strong>后面</strong></p>"),
        ("a ** b ** c", "<p>a ** b ** c</p>"),
        ("中 ** 文 ** 中", "<p>中 ** 文 ** 中</p>"),
        ("2*3*4", "<p>2<em>3</em>4</p>"),
        ("# A\n\n## B", "<h2>A</h2>\n<h3>B</h3>"),
        ("### A\n\n#### B", "<h2>A</h2>\n<h3>B</h3>"),
        ("# A\n\n###### B", "<h2>A</h2>\n<h6>B</h6>"),
        ("[a](https://example.com)", '<p><a href="https://example.com" rel="noopener">a</a></p>'),
        ("![a](/static/a.png)", '<p><img src="/static/a.png" alt="a" loading="lazy"></p>'),
        ("![a](https://example.com/a.png)", '<p><img src="https://example.com/a.png" alt="a" loading="lazy"></p>'),
    ],
)
def test_markdown_becomes_html(source: str, expected: str) -> None:
    assert html(source) == expected


def test_a_wide_table_scrolls_and_has_a_name() -> None:
    source = "| a | b |\n|---|--:|\n| 1 | 2 |\n\n| c |\n|---|\n"
    page = html(source, "zh-Hans")
    assert page.startswith(
        '<div class="scroll" tabindex="0" role="region" aria-label="表格 1">\n<table>\n<thead>\n<tr>\n'
        '<th scope="col">a</th>\n<th class="align-right" scope="col">b</th>\n</tr>\n</thead>'
    )
    assert page.endswith("</table>\n</div>")
    assert re.findall(r'aria-label="([^"]+)"', html(source)) == ["Table 1", "Table 2"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("[a](ftp://example.com)", '<p><a rel="noopener">a</a></p>'),
        ("![a](http://example.com/a.png)", "<p>a</p>"),
        ("![a](//example.com/a.png)", "<p>a</p>"),
        ("![a](data:image/gif;base64,R0lG)", "<p>a</p>"),
    ],
)
def test_nothing_dangerous_comes_through(source: str, expected: str) -> None:
    assert html(source).removeprefix("<p>").removesuffix("</p>") == expected.removeprefix("<p>").removesuffix("</p>")


def test_a_paragraph_that_names_a_red_line_is_its_card() -> None:
    assert render("Before\n\n[[redline: sm.guaranteed-return]]\n\n# After", "en") == (
        Html(Markup("<p>Before</p>\n")),
        RedLineCard("sm.guaranteed-return"),
        Html(Markup("<h2>After</h2>\n")),
    )
    assert render("[[redline: a]]\n\n[[redline: b]]", "en") == (RedLineCard("a"), RedLineCard("b"))


def test_a_red_line_elsewhere_stays_text_and_is_reported() -> None:
    source = "- [[redline: a]]\n\n[[redline: b]]\n\nsee [[redline: c]]\n\n`[[redline: d]]`\n\n    [[redline: e]]\n"
    assert redline_references(source) == [Reference(1, None), Reference(3, "b"), Reference(5, None)]


def test_the_source_is_bounded() -> None:
    assert render("", "en") == ()
    with pytest.raises(ValueError, match=r"200,001 characters; at most 200,000"):
        render("a" * 200_001, "en")


@pytest.mark.parametrize("unit", [">", "- ", "[", "*", "![[", "`a``b", "*中文。*"])
def test_deep_nesting_ends(unit: str) -> None:
    blocks = render(unit * 5_000, "en")
    assert "".join(str(block.html) for block in blocks if isinstance(block, Html)).count("<blockquote>") <= 20


@settings(deadline=None)
@given(st.text("ab中。*_~`[]()!<>&\"'|-#:/\n \\", max_size=80))
def test_only_allowed_elements_come_out(source: str) -> None:
    for block in render(source, "en"):
        assert isinstance(block, Html)
        elements = set(re.findall(r"</?([a-z0-9]+)", block.html))
        assert elements <= {*BLOCKS, *INLINE}


def test_an_empty_header_is_a_plain_cell() -> None:
    (table,) = render("|  | Price |\n|---|--:|\n| Shop | 10 |", "en")
    assert isinstance(table, Html)
    head = table.html.partition("<thead>")[2].partition("</thead>")[0]
    assert head == '\n<tr>\n<td></td>\n<th class="align-right" scope="col">Price</th>\n</tr>\n'
