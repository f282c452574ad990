"""Draws a timeline for a terminal of any width, encoding and colour."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from taskmock.contracts.findings.foreign_text import harmless, printable
from taskmock.mockserver.core.duration import format_duration
from taskmock.mockserver.dry_run.chart.looks import (
    LOOKS,
    OTHER,
    Look,
    clipped,
    display_width,
    more_text,
    seconds_text,
    tick_of,
)
from taskmock.mockserver.dry_run.chart.rows import Mark, Row, Timeline

LEAST_WIDTH = 40
"""The narrowest drawing, in columns."""


_RANKS = {state: rank for rank, state in enumerate(LOOKS)}
_TICK_WIDTH = 9


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """Where a drawing goes: its `width` in columns, its `encoding`, and whether it shows colours.

    `every`: all nodes, start and end events and gateways too, however many there are.
    """

    width: int = 80
    encoding: str = "utf-8"
    colour: bool = False
    every: bool = False

    @property
    def full(self) -> bool:
        """Whether the full set of signs can be shown; elsewhere some of them are two columns wide."""
        return self.encoding.lower().replace("-", "").replace("_", "") in {"utf8", "utf8sig"}

    def sign(self, look: Look) -> str:
        """The sign of a look that this screen can show."""
        return look.sign if self.full else look.plain

    def text(self, text: str) -> str:
        """A text as this screen can show it: whatever is invisible, a command or unknown there is escaped."""
        return harmless(printable(text)).encode(self.encoding, "backslashreplace").decode(self.encoding)

    def painted(self, text: str, colour: int) -> str:
        """A text in a colour, where there are any."""
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour and text.strip() else text


def draw_text(timeline: Timeline, screen: Screen) -> str:
    """The drawing: an axis, a row a node, then events and faults, and a legend."""
    screen = dataclasses.replace(screen, width=max(LEAST_WIDTH, screen.width))
    return "\n".join(_Drawing(timeline, screen).lines()) + "\n"


class _Drawing:
    """Columns for names on the left, for the last state on the right, and a bar between them."""

    def __init__(self, timeline: Timeline, screen: Screen) -> None:
        self._timeline = timeline
        self._screen = screen
        self._rows, self._hidden = timeline.drawn(every=screen.every)
        labels = [display_width(self._label(row)) for row in self._rows]
        self._left = min(max([6, *labels]), screen.width * 2 // 5)
        self._right = max([8, *(len(row.state) for row in self._rows)])
        self._bar = max(10, screen.width - self._left - self._right - 2)

    def lines(self) -> Iterator[str]:
        yield self._line("", self._axis())
        for row in self._rows:
            yield self._row(row)
        if self._hidden:
            yield more_text(self._hidden)
        yield from self._marks("events", self._timeline.events, "e")
        yield from self._marks("faults", self._timeline.faults, "f")
        yield ""
        yield from self._legend()

    def _line(self, label: str, bar: str, state: str = "") -> str:
        return f"{fitted(label, self._left)} {bar} {state}".rstrip()

    def _label(self, row: Row) -> str:
        return "  " * row.depth + (self._screen.text(row.name) or f"({row.kind})")

    def _row(self, row: Row) -> str:
        look = LOOKS.get(row.state, OTHER)
        return self._line(self._label(row), self._states(row), self._screen.painted(row.state, look.colour))

    def _states(self, row: Row) -> str:
        line = ""
        for look, run in itertools.groupby(self._look(row, column) for column in range(self._bar)):
            width = len(list(run))
            line += self._screen.painted(self._screen.sign(look) * width, look.colour) if look else " " * width
        return line

    def _look(self, row: Row, column: int) -> Look | None:
        since, until = (place * self._timeline.span / self._bar for place in (column, column + 1))
        found = [span.state for span in row.spans if span.since < until and max(span.until, span.since + 1) > since]
        if not found:
            return None
        return LOOKS.get(min(found, key=lambda state: _RANKS.get(state, -1)), OTHER)

    def _column(self, moment: int) -> int:
        return min(self._bar - 1, moment * self._bar // self._timeline.span)

    def _axis(self) -> str:
        """Moments at even distances, as many as fit."""
        step = tick_of(self._timeline.span, most=max(1, self._bar // _TICK_WIDTH))
        axis = ""
        for moment in range(0, self._timeline.span, step):
            column = -(-moment * self._bar // self._timeline.span)
            text = format_duration(moment)
            if column >= len(axis) and column + len(text) <= self._bar:
                axis = axis.ljust(column) + text + " "
        return axis

    def _marks(self, label: str, marks: Sequence[Mark], prefix: str) -> Iterator[str]:
        """A row with numbers where something happens, and what each number means."""
        if not marks:
            return
        bar = [" "] * self._bar
        for number, mark in enumerate(marks, 1):
            for since, until in mark.spans:
                for column in range(self._column(since), self._column(max(since, until - 1)) + 1):
                    bar[column] = str(number % 10)
        yield self._line(label, "".join(bar))
        for number, mark in enumerate(marks, 1):
            when = f" at {seconds_text(mark.spans[0][0])}" if prefix == "e" else ""
            yield clipped(f"  {number}{when}: {self._screen.text(mark.text)}", self._screen.width)

    def _legend(self) -> Iterator[str]:
        shown = {span.state for row in self._rows for span in row.spans}
        line, used = "", 0
        for state in sorted(shown, key=lambda state: -_RANKS.get(state, -1)):
            if used and used + len(state) + 4 > self._screen.width:
                yield line.rstrip()
                line, used = "", 0
            look = LOOKS.get(state, OTHER)
            line += self._screen.painted(self._screen.sign(look), look.colour) + f" {state}  "
            used += len(state) + 4
        yield line.rstrip()


def fitted(text: str, width: int) -> str:
    """A text cut or filled up to exactly so many columns."""
    text = clipped(text, width)
    return text + " " * (width - display_width(text))
