"""One status document made ready for the rules: every node once, its values as far as they can be read."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from taskmock.contracts.api.bk_sops.edition import HABITS, Habits
from taskmock.contracts.validation.walk import Place
from taskmock.schemas import base_of, variant_of

if TYPE_CHECKING:
    from taskmock.schemas.variant import Variant

LOCAL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})")


REFRESH = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{3}Z")


DAY = 86_400


LONGEST = 40
"""Longer texts are no times and not worth remembering, in characters."""


def seconds(text: str) -> int | None:
    """A time of either form in whole seconds since the year 1 (UTC); None where the text is no time.

    A time carries its own offset, so times of different offsets compare.
    """
    return _seconds(text) if len(text) <= LONGEST else None


def is_written_like_time(text: str) -> bool:
    """Whether a text has the form of a time, though perhaps no calendar or clock has it: 30 February, 25:00."""
    return len(text) <= LONGEST and (LOCAL.fullmatch(text) or REFRESH.fullmatch(text)) is not None


@functools.lru_cache(maxsize=8192)
def _seconds(text: str) -> int | None:
    match = LOCAL.fullmatch(text) or REFRESH.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(group) for group in match.groups()[:6])
    sign, hours, minutes = match.groups()[6:] or ("+", "00", "00")
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return None
    offset = int(hours) * 3600 + int(minutes) * 60
    if offset >= DAY or int(minutes) > 59:
        return None
    local = moment.toordinal() * DAY + hour * 3600 + minute * 60 + second
    return local - offset if sign == "+" else local + offset


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """One node as the rules see it.

    What is missing or of a wrong type reads as None, "" or the value that raises no alarm: the structural check
    reports it. `start` and `finish` are seconds since the year 1; `has_no_start` is True where the answer
    says so (null or ""). `leaf` is True where `children` is there and empty. `loop` is 1 where unreadable.
    """

    place: Place
    value: dict[str, Any]
    state: str
    start: int | None
    finish: int | None
    has_no_start: bool
    has_no_finish: bool
    loop: int
    leaf: bool
    children: tuple[Observed, ...] = dataclasses.field(repr=False)

    @property
    def is_top(self) -> bool:
        """Whether this is the document's outermost node: the task, or the subtree that was asked for."""
        return self.place.parent is None

    @property
    def pointer(self) -> str:
        """The JSON Pointer of the node in the whole body."""
        return self.place.pointer

    @property
    def path(self) -> str:
        """The names of the nodes that lead to it from below the task, and its own."""
        return self.place.path

    @property
    def keeps_earlier_finish(self) -> bool:
        """Whether a further pass of a loop shows the previous pass's finish, which is before its own start."""
        if self.loop < 2 or self.state == "FINISHED" or self.start is None or self.finish is None:
            return False
        return self.finish <= self.start


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One answer whose `result` is true, prepared once for all rules.

    `edition` is doc-2019, v1, v2 or a variant of one; `nodes` all nodes of `data`, parents before children, as `walk`
    gives them; `request` the call's parameters where known.
    """

    edition: str
    data: dict[str, Any]
    nodes: tuple[Place, ...]
    request: Mapping[str, Any] | None = None
    observed: tuple[Observed, ...] = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Reads every node once."""
        object.__setattr__(self, "observed", _observed(self.nodes))

    def __del__(self) -> None:
        """Takes the tree apart: freeing a deep one from its top would recurse once a level, and small stacks end."""
        for node in getattr(self, "observed", ()):
            object.__setattr__(node, "children", ())

    @property
    def engine(self) -> Habits:
        """What the edition's engine does in its own way."""
        return HABITS[base_of(self.edition)]

    @property
    def variant(self) -> Variant | None:
        """The facts of the variant that is judged by; None for an edition."""
        return variant_of(self.edition)

    @property
    def top(self) -> Observed:
        """The outermost node."""
        return self.observed[0]

    def is_constant(self, node: Observed) -> bool:
        """Whether a node shows the constant CREATED body of a task, whose values the schemas fix."""
        return node.state == "CREATED" and self.edition != "doc-2019"

    @property
    def is_whole_task(self) -> bool:
        """Whether the outermost node is known to be the task itself, not a subtree that was asked for."""
        if not self.engine.task_has_version:
            return self.data.get("version") == ""
        own = self.data.get("id")
        return isinstance(own, str) and self.data.get("parent_id") == own and self.data.get("root_id:") == own


def _observed(nodes: tuple[Place, ...]) -> tuple[Observed, ...]:
    """Every node in the order of the walk, each holding its children."""
    below: dict[int, list[Observed]] = {}
    found: list[Observed] = []
    for node in reversed(nodes):
        children = below.pop(id(node), None)
        observed = _read(node, tuple(reversed(children)) if children else ())
        found.append(observed)
        if node.parent is not None:
            below.setdefault(id(node.parent), []).append(observed)
    found.reverse()
    return tuple(found)


def _read(node: Place, children: tuple[Observed, ...]) -> Observed:
    value = node.value
    state, loop = value.get("state"), value.get("loop")
    start, finish = value.get("start_time", 0), value.get("finish_time", 0)
    return Observed(
        place=node,
        value=value,
        state=state if isinstance(state, str) else "",
        start=seconds(start) if isinstance(start, str) else None,
        finish=seconds(finish) if isinstance(finish, str) else None,
        has_no_start=start is None or start == "",
        has_no_finish=finish is None or finish == "",
        loop=loop if type(loop) is int else 1,
        leaf=value.get("children") == {},
        children=children,
    )
