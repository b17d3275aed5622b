"""Which lesson comes next?"""

from collections.abc import Collection, Sequence


def next_lesson(lessons: Sequence[str], done: Collection[str], after: str | None = None) -> str | None:
    """Return the first lesson behind `after` that is not done, else the first at all; None when all are done."""
    start = lessons.index(after) + 1 if after is not None else 0
    order = [*lessons[start:], *lessons[:start]]
    return next((lesson for lesson in order if lesson not in done), None)
