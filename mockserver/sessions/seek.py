"""Moments of a task by what happens then: `next`, `failed`, `Copy B start`."""

from __future__ import annotations

import bisect
import json
from collections.abc import Sequence

from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.graph import AddressError
from taskmock.mockserver.core.state import State
from taskmock.mockserver.playback.presenter import Presenter, states_over

START, END = "start", "end"

CHANGES = ("next", "back", START, END)
"""Changes of a task: the next one, the one before, its creation, its last change."""

STATES = ("failed", "suspended", "expired")
"""The first moment at which a task shows a state."""

OF_NODES = (START, "failed", "suspended", END)
"""What stands behind a node's address: when it begins, first shows a state, and ends."""

WORDS = (*CHANGES, *STATES, *(f"NODE {word}" for word in OF_NODES))
"""Every moment that can be sought; any state may stand in the place of `failed`."""

_BEFORE_START = frozenset({None, State.CREATED, State.READY, State.SUSPENDED, State.NODE_SUSPENDED})
_ENDED = frozenset(
    {State.FINISHED, State.FAILED, State.REVOKED, State.ROLL_BACK_SUCCESS, State.ROLL_BACK_FAILED, State.EXPIRED}
)


class SeekError(LookupError):
    """A moment that the task never has; `allowed` are those that it has."""

    def __init__(self, message: str, *, allowed: tuple[str, ...] = ()) -> None:
        self.allowed = allowed
        super().__init__(message)


class MomentNameError(ValueError):
    """A text that names no moment; `allowed` says what does."""

    def __init__(self, text: str) -> None:
        self.allowed = WORDS
        shown = json.dumps(text, ensure_ascii=False)[:60]
        super().__init__(f"seek is {shown}; allowed: {', '.join(map(json.dumps, WORDS))}")


def moment_of(text: str, presenter: Presenter, history: History, *, before: int, task: str) -> int:
    """The moment that a text names, in ms on the task's clock, which is at `before`; `task` is what errors call it.

    Raises:
        MomentNameError: The text names no moment.
        AddressError: It names no node, or several.
        SeekError: The moment never comes.
    """
    address, word = _split(text)
    if address == TASK and word in CHANGES:
        return _change(word, history.moments, before)
    course = tuple(states_over(presenter, history, address))
    if history.frames and all(state is None for _, state in course):
        raise AddressError(address, matches=(), closest=())
    found = _first(word, course)
    if found is None:
        what = f"task {task}" if address == TASK else f"node {address!r} of task {task}"
        never = {START: "starts", END: "ends"}.get(word, f"shows {word.upper()}")
        raise SeekError(f"{what} never {never}", allowed=_possible(address, course))
    return found


def _split(text: str) -> tuple[str, str]:
    """The address and the word of a text; a word alone is about the task."""
    address, _, word = text.strip().rpartition(" ")
    address = address.strip()
    named = word in OF_NODES if address and address != TASK else word in CHANGES
    if not named and word not in STATES and word.upper() not in State.__members__:
        raise MomentNameError(text)
    return address or TASK, word


def _change(word: str, moments: Sequence[int], before: int) -> int:
    match word:
        case "next":
            return next((later for later in moments if later > before), before)
        case "back":
            return moments[max(0, bisect.bisect_right(moments, before) - 2)]
        case "end":
            return max(before, moments[-1])
        case _:
            return 0


def _first(word: str, course: Sequence[tuple[int, State | str | None]]) -> int | None:
    """When what a word says is first there in the course of a node's states; None: never."""
    if word == END:
        at, state = next(((at, state) for at, state in reversed(course) if state is not None), (None, None))
        return at if state in _ENDED else None
    wanted = word.upper()
    for at, state in course:
        if (state not in _BEFORE_START) if word == START else (state == wanted):
            return at
    return None


def _possible(address: str, course: Sequence[tuple[int, State | str | None]]) -> tuple[str, ...]:
    if address == TASK:
        return (*CHANGES, *(word for word in STATES if _first(word, course) is not None))
    return tuple(f"{address} {word}" for word in OF_NODES if _first(word, course) is not None)
