"""Every template is used, every part of the components too, and what pages name is there."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, meta, nodes

from app.config import ROOT

FOLDER = ROOT / "templates"
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
CODE = "\n".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
ENVIRONMENT = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]
)


def tree(template: str) -> nodes.Template:
    return ENVIRONMENT.parse((FOLDER / template).read_text())


def named_by(template: str) -> set[str]:
    """The templates that a template extends, includes or imports."""
    return {name for name in meta.find_referenced_templates(tree(template)) if name}


def test_every_template_is_used() -> None:
    used = set(re.findall(r'"((?!templates/)[a-z_]+(?:/[a-z_]+)+\.html)"', CODE))
    waiting = list(used)
    while waiting:
        more = named_by(waiting.pop()) - used
        used |= more
        waiting += more
    assert used == set(TEMPLATES)


def test_every_component_is_used() -> None:
    macros = {each.name for each in tree("components.html").find_all(nodes.Macro)}
    pages = [(FOLDER / name).read_text() for name in TEMPLATES if name != "admin/components.html"]
    called = set(re.findall(r"(?<!macro )\b([a-z_]+)\(", "\n".join(pages)))
    assert macros <= called


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_inline_script_or_style(template: str) -> None:
    source = (FOLDER / template).read_text()
    assert re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|hx-on|javascript:", source) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_icons_and_static_files_exist(template: str) -> None:
    source = (FOLDER / template).read_text()
    symbols = set(re.findall(r'<symbol id="([a-z-]+)"', Path(ROOT / "static/icons.svg").read_text()))
    assert set(re.findall(r'ui\.icon\("([a-z-]+)"', source)) <= symbols
    assert [name for name in re.findall(r'static\("([^"]+)"\)', source) if not (ROOT / "static" / name).exists()] == []
