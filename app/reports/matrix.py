"""The cells of the matrix as they are sent: thousands of them, of which most look like one another."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from app.catalog.text import localized
from app.reports.coverage import Cell, Column, Row
from app.web.i18n import current_locale


def drawn(rows: Iterable[Row], columns: Sequence[Column], sprite: str, past: str) -> list[tuple[Row, Markup]]:
    """Give each row with its cells; `sprite` is the address of the icons, `past` the query of a past day, if it is one.

    A template would fill in every cell anew; here people who stand alike share all but their address.
    """
    locale = current_locale()
    anchors = [f"#product-{escape(column.product.slug)}" for column in columns]
    made: dict[int, tuple[str, str]] = {}
    found = []
    for row in rows:
        address = f"/team/people/{row.seller.id}{escape(past)}"
        cells = []
        for cell, anchor in zip(row.cells, anchors, strict=True):
            if cell is None:
                cells.append("<td></td>")
            else:
                before, behind = made.get(id(cell)) or made.setdefault(id(cell), _parts(cell, sprite, locale))
                cells.append(f"{before}{address}{anchor}{behind}")
        found.append((row, Markup("".join(cells))))  # noqa: S704 (all of it is escaped here)
    return found


def _parts(cell: Cell, sprite: str, locale: str) -> tuple[str, str]:
    """Write what stands before and behind the address in a cell."""
    hidden = ' aria-hidden="true"' if cell.text == cell.word else ""
    level = f"<small>{escape(localized(cell.level, locale))}</small>" if cell.level else ""  # type: ignore[arg-type]  # a text of content
    icon = f'<svg class="i" role="img" aria-label="{escape(cell.word)}"><use href="{sprite}#{cell.icon}"/></svg>'
    return (
        f'<td><a class="{cell.kind}" href="',
        f'">{icon}<span{hidden}>{escape(cell.text)}</span>{level}</a></td>',
    )
