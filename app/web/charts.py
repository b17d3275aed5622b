"""The places of the parts of a bar chart, in the units of its view box (560 by 190); no colour, no words."""

from dataclasses import dataclass

WIDTH = 560
LEFT, BOTTOM = 24, 160
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its left edge and its upper one."""

    x: int
    y: float
    width: int

    @property
    def height(self) -> float:
        """How high the bar is."""
        return BOTTOM - self.y

    @property
    def middle(self) -> int:
        """The middle of the bar, for its label and its mark."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Plot:
    """The ground of `bars` bars side by side, of which the highest holds `most`; `top` is as high as they may reach."""

    bars: int
    width: int
    most: int
    top: int

    @property
    def _step(self) -> int:
        return max(1, -(-self.most // MOST_LINES))

    @property
    def _full(self) -> int:
        return max(self._step, -(-self.most // self._step) * self._step)

    def bar(self, place: int, count: int) -> Bar:
        """Return the bar at a place, counted from 0, that holds so many."""
        pitch = (WIDTH - LEFT) / self.bars
        return Bar(round(LEFT + place * pitch + (pitch - self.width) / 2), self.y(count), self.width)

    def y(self, count: int) -> float:
        """Return how far down so many lie."""
        return round(BOTTOM - (BOTTOM - self.top) * count / self._full, 1)

    def edge(self, place: int) -> float:
        """Return where the strip of a place begins."""
        return round(LEFT + place * (WIDTH - LEFT) / self.bars, 1)

    @property
    def lines(self) -> tuple[tuple[int, float], ...]:
        """The horizontal lines as (count, how far down)."""
        return tuple((count, self.y(count)) for count in range(self._step, self._full + 1, self._step))
