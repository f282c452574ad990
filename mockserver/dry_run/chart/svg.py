"""Draws timelines as one SVG picture, which browsers and pages show without any script or font of its own."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from taskmock.contracts.findings.foreign_text import harmless_xml
from taskmock.mockserver.core.duration import format_duration
from taskmock.mockserver.dry_run.chart.looks import LOOKS, OTHER, clipped, more_text, seconds_text, tick_of
from taskmock.mockserver.dry_run.chart.rows import Mark, Row, Timeline

LEAST_WIDTH = 320
"""The narrowest picture, in pixels."""

_LINE = 20
_LEFT = 240
_MARGIN = 12
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2328}.t{font-weight:600}.a{fill:#656d76;font-size:11px}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.a{fill:#9198a1}}"
)


def draw_svg(title: str, timelines: Sequence[Timeline], *, width: int = 960, every: bool = False) -> str:
    """The picture of all tasks of a scenario, one below the other; `width` in pixels, `every`: all nodes."""
    canvas = _Canvas(max(LEAST_WIDTH, width))
    canvas.text(_MARGIN, title, style="t")
    for timeline in timelines:
        canvas.timeline(timeline, every=every)
    canvas.legend(list(dict.fromkeys(span.state for line in timelines for row in line.rows for span in row.spans)))
    return canvas.svg(title)


class _Canvas:
    """Elements from top to bottom; `y` is the base line of the next text."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._left = min(_LEFT, width * 2 // 5)
        self._bar = width - self._left - 2 * _MARGIN
        self._y = _LINE
        self._parts: list[str] = []

    def svg(self, title: str) -> str:
        height = self._y + _MARGIN
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width}" height="{height}" '
            f'viewBox="0 0 {self._width} {height}" role="img">\n<title>{_clean(title)}</title>\n'
            f"<style>{_STYLE}</style>\n" + "\n".join(self._parts) + "\n</svg>\n"
        )

    def text(self, x: int, text: str, *, style: str = "") -> None:
        """A line of its own."""
        self._write(x, text, style)
        self._y += _LINE

    def timeline(self, timeline: Timeline, *, every: bool) -> None:
        """An axis, the rows, and what happens to them."""
        self._axis(timeline)
        top = self._y - _LINE + 4
        rows, hidden = timeline.drawn(every=every)
        for row in rows:
            self._row(row, timeline)
        if hidden:
            self.text(_MARGIN, more_text(hidden), style="a")
        for label, marks in (("event", timeline.events), ("fault", timeline.faults)):
            for mark in marks:
                self._mark(label, mark, timeline, top)
        self._y += _LINE // 2

    def legend(self, states: Sequence[str]) -> None:
        """A box of each state that was drawn."""
        x = _MARGIN
        for state in sorted(states, key=lambda state: [*LOOKS, state].index(state)):
            if x + 24 + 8 * len(state) > self._width:
                x, self._y = _MARGIN, self._y + _LINE
            self._box(x, 12, LOOKS.get(state, OTHER).fill, state)
            self._write(x + 16, state, "a")
            x += 32 + 8 * len(state)
        self._y += _LINE // 2

    def _axis(self, timeline: Timeline) -> None:
        step = tick_of(timeline.span, most=max(1, self._bar // 80))
        for moment in range(0, timeline.span, step):
            self._write(self._x(moment, timeline), format_duration(moment), "a")
        self._y += _LINE

    def _row(self, row: Row, timeline: Timeline) -> None:
        name = clipped(row.name or f"({row.kind})", max(8, (self._left - 12 * row.depth) // 7))
        self._write(_MARGIN + min(12 * row.depth, self._left // 2), name, "t" if row.depth == 0 else "")
        for span in row.spans:
            x = self._x(span.since, timeline)
            width = max(1, self._x(span.until, timeline) - x)
            tip = f"{row.name or row.kind}: {span.state} from {seconds_text(span.since)} to {seconds_text(span.until)}"
            self._box(x, width, LOOKS.get(span.state, OTHER).fill, tip)
        self._y += _LINE

    def _mark(self, label: str, mark: Mark, timeline: Timeline, top: int) -> None:
        for since, until in mark.spans:
            x = self._x(since, timeline)
            if label == "event":
                self._parts.append(
                    f'<line x1="{x}" x2="{x}" y1="{top}" y2="{self._y - _LINE + 6}" stroke="#656d76" '
                    f'stroke-dasharray="3 2"><title>{_clean(mark.text)} at {seconds_text(since)}</title></line>'
                )
            else:
                self._box(x, max(1, self._x(until, timeline) - x), "#f0883e", mark.text)
        when = f" at {seconds_text(mark.spans[0][0])}" if label == "event" else ""
        self._write(_MARGIN, clipped(f"{label}{when}: {mark.text}", self._left // 6), "a")
        self._y += _LINE

    def _x(self, moment: int, timeline: Timeline) -> int:
        return self._left + _MARGIN + moment * self._bar // timeline.span

    def _write(self, x: int, text: str, style: str) -> None:
        chosen = f' class="{style}"' if style else ""
        self._parts.append(f'<text x="{x}" y="{self._y}"{chosen}>{_clean(text)}</text>')

    def _box(self, x: int, width: int, fill: str, tip: str) -> None:
        self._parts.append(
            f'<rect x="{x}" y="{self._y - 11}" width="{width}" height="13" fill="{fill}">'
            f"<title>{_clean(tip)}</title></rect>"
        )


def _clean(text: str) -> str:
    """A text that XML can carry."""
    return harmless_xml(escape("".join(sign if sign.isprintable() else " " for sign in text)))
