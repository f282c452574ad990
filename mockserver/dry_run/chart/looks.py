"""What all drawings of a timeline share: the looks of states, round moments, and texts cut to a width."""

from __future__ import annotations

import dataclasses
import unicodedata

from taskmock.mockserver.core.flow import SECOND


@dataclasses.dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn: a sign of the full and of the plain set, a terminal's colour by number, a picture's."""

    sign: str
    plain: str
    colour: int
    fill: str


LOOKS = {
    "FAILED": Look("×", "x", 31, "#d1403a"),
    "ROLL_BACK_FAILED": Look("!", "!", 31, "#a8322d"),
    "REVOKED": Look("■", "#", 35, "#8e5bb5"),
    "SUSPENDED": Look("‖", "|", 33, "#e8b931"),
    "NODE_SUSPENDED": Look("¦", ":", 33, "#f2d479"),
    "BLOCKED": Look("▒", "%", 33, "#c9a227"),
    "ROLLING_BACK": Look("◄", "<", 35, "#b58bd6"),
    "ROLL_BACK_SUCCESS": Look("◃", "(", 35, "#d6c2e8"),
    "EXPIRED": Look("?", "?", 90, "#8c959f"),
    "LOOP_READY": Look("░", "r", 36, "#9ec5f0"),
    "READY": Look("░", "r", 36, "#9ec5f0"),
    "RUNNING": Look("█", "=", 34, "#3b82d0"),
    "FINISHED": Look("─", "-", 32, "#a9d8b0"),
    "CREATED": Look("·", ".", 90, "#d0d7de"),
}
"""The looks of all states; where several fall into one column, the first of them in this order is drawn."""

OTHER = Look("o", "o", 36, "#8c959f")
"""The look of a state that no edition has."""

_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_SPANS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400, 604800, 2592000)


def more_text(hidden: int) -> str:
    """What stands in the place of nodes that there is no room for."""
    return f"... and {hidden} more nodes (--all shows them)"


def seconds_text(moment: int) -> str:
    """A moment in seconds."""
    return f"{moment / SECOND:g} s"


def tick_of(span: int, *, most: int) -> int:
    """The distance in ms of at most so many round moments in a span of ms."""
    for step in (*_TICKS, *(seconds * SECOND for seconds in _SPANS)):
        if span <= step * most:
            return step
    return span


def display_width(text: str) -> int:
    """How many columns a text takes: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1
        for sign in text
    )


def clipped(text: str, width: int) -> str:
    """A text that takes no more than so many columns; what is cut off leaves three dots."""
    if display_width(text) <= width:
        return text
    kept, used = "", 0
    for sign in text:
        used += display_width(sign)
        if used > width - 3:
            break
        kept += sign
    return kept + "..."
