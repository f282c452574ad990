"""A scenario's timeline as rows and marks: which node is in which state from when to when."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from taskmock.mockserver.api.bk_sops.documents.edition import Edition
from taskmock.mockserver.api.bk_sops.documents.presenter import edition_of
from taskmock.mockserver.api.bk_sops.documents.recorded import recorded_nodes
from taskmock.mockserver.core.duration import format_duration
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import SECOND
from taskmock.mockserver.core.graph import ROOT
from taskmock.mockserver.core.plain import value_data
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.dry_run.frames import STARTED_AT, alone, polled_playback
from taskmock.mockserver.dry_run.lint import evenly, holding_moments
from taskmock.mockserver.playback.poll import Query
from taskmock.mockserver.playback.record import DEFAULT_SESSION, TASK_ID

MOST_SHOWN = 1_000_000
"""Above that many states in all, only `FEW_MOMENTS` of a task's life are looked at."""

FEW_MOMENTS = 60

MOST_ROWS = 200
"""The most nodes that are drawn unless all are asked for."""


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A state, and from when to when, in ms on the task's clock, it is shown."""

    state: str
    since: int
    until: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One node: how deep it lies (the task: 0), and its states in order of time."""

    id: str
    name: str
    kind: str
    depth: int
    spans: tuple[Span, ...]

    @property
    def state(self) -> str:
        """The last state."""
        return self.spans[-1].state


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """An event or a fault: what it is, and when, in ms, it happens or holds; never, where only polls say when."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One task's life, `span` ms long, a little after its last change included.

    `assumed`: the task waits to be started, and is drawn as if a client started it at that moment, in ms.
    """

    edition: str
    span: int
    last: int
    assumed: int | None = None
    rows: tuple[Row, ...]
    events: tuple[Mark, ...]
    faults: tuple[Mark, ...]

    @property
    def end(self) -> str:
        """The state in which the task ends."""
        return self.rows[0].state if self.rows else "CREATED"

    def drawn(self, *, every: bool) -> tuple[tuple[Row, ...], int]:
        """The rows to draw, and how many others there are no room for.

        Unless `every` one is wanted, gateways, start and end events are left out where they do not fail.
        """
        if every:
            return self.rows, 0
        rows = tuple(
            row for row in self.rows if row.depth == 0 or row.name or any(span.state == "FAILED" for span in row.spans)
        )
        return rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS)


@dataclasses.dataclass(frozen=True, slots=True)
class _ShownNode:
    """A node as one answer shows it; `parent` is the key of the node around it, None for the task."""

    key: str
    parent: str | None
    name: str
    kind: str
    state: str


def timelines(scenario: Scenario, edition: str | None = None) -> tuple[Timeline, ...]:
    """The timelines of all tasks of a scenario, in the edition's words; None is the scenario's own.

    Raises:
        ValueError: The edition is unknown.
    """
    return tuple(_timeline(alone(scenario, play), play, edition) for play in scenario.plays)


def _timeline(scenario: Scenario, play: Play, edition: str | None) -> Timeline:
    playback = polled_playback(scenario, edition)
    playing = playback.playing(playback.open(Query(session=DEFAULT_SESSION, task_id=TASK_ID)))
    history, chosen = playing.history, edition_of(playing)
    last = history.moments[-1]
    span = last + max(SECOND // 2, last // 20)
    return Timeline(
        edition=chosen.name,
        span=span,
        last=last,
        assumed=STARTED_AT if play.waits_to_be_started else None,
        rows=_rows(history, chosen, span),
        events=tuple(
            Mark(f"{entry.command.verb} {entry.command.target}", ((entry.at, entry.at),)) for entry in history.given
        ),
        faults=tuple(Mark(fault_text(fault), tuple(_held(history, fault, span))) for fault in play.faults),
    )


def _rows(history: History, edition: Edition, span: int) -> tuple[Row, ...]:
    seen: dict[str, _ShownNode] = {}
    states: dict[str, list[tuple[int, str | None]]] = {}
    many = len(history.moments) * len(history.graph.nodes) > MOST_SHOWN
    for moment in evenly(history.moments, FEW_MOMENTS) if many else history.moments:
        shown = {node.key: node for node in _shown_nodes(history, edition, moment)}
        for key, node in shown.items():
            seen.setdefault(key, node)
        for key in seen:
            state = shown[key].state if key in shown else None
            found = states.setdefault(key, [])
            if not found or found[-1][1] != state:
                found.append((moment, state))
    return tuple(
        Row(id=key, name=seen[key].name, kind=seen[key].kind, depth=depth, spans=_spans(states[key], span))
        for key, depth in _in_order(seen)
    )


def _shown_nodes(history: History, edition: Edition, moment: int) -> Iterator[_ShownNode]:
    frame = history.frame_at(moment)
    if frame is not None:
        for found in recorded_nodes(frame.body):
            kind = "task" if found.parent is None else "node"
            yield _ShownNode(found.id, found.parent, found.name, kind, found.state or "?")
        return
    nodes = history.graph.nodes
    tree = history.tree_at(moment)
    name = nodes[ROOT].name
    if history.expired_at(moment) or not tree.rows:
        yield _ShownNode(nodes[ROOT].id, None, name, "task", "EXPIRED" if history.expired_at(moment) else "CREATED")
        return
    for index in tree.rows:
        node, state = nodes[index], edition.word(tree.states[index]).value
        parent = None if index == ROOT else nodes[node.parent].id
        yield _ShownNode(node.id, parent, node.name, "task" if index == ROOT else node.kind.value, state)


def _in_order(seen: dict[str, _ShownNode]) -> Iterator[tuple[str, int]]:
    """Each node with its depth, behind the node around it, in the order in which they were first seen."""
    inside: dict[str | None, list[str]] = {}
    for key, node in seen.items():
        inside.setdefault(node.parent, []).append(key)
    waiting = [(key, 0) for key in reversed(inside.get(None, []))]
    while waiting:
        key, depth = waiting.pop()
        yield key, depth
        waiting.extend((child, depth + 1) for child in reversed(inside.get(key, [])))


def _spans(changes: list[tuple[int, str | None]], end: int) -> tuple[Span, ...]:
    untils = [moment for moment, _ in changes[1:]] + [end]
    return tuple(
        Span(state, since, until) for (since, state), until in zip(changes, untils, strict=True) if state is not None
    )


# -- faults


def _held(history: History, fault: Fault, end: int) -> Iterator[tuple[int, int]]:
    """From when to when a fault holds; nothing where the number of the poll decides."""
    if fault.bounds.polls:
        return
    moments = history.moments
    following = dict(zip(moments, [*moments[1:], end], strict=True))
    since, until = fault.bounds.since or 0, fault.bounds.until
    for moment in holding_moments(history, fault.bounds):
        stop = following[moment] if until is None else min(following[moment], until)
        yield max(moment, since), min(max(stop, since), end)


def fault_text(fault: Fault) -> str:
    """A fault in a few words: what, and within which bounds."""
    value = "" if fault.value is None or fault.kind is FaultKind.EMPTY else f" {_value_text(fault)}"
    bounds = ", ".join(_bound_texts(fault.bounds))
    return f"{fault.kind}{value}" + (f" ({bounds})" if bounds else "")


def _value_text(fault: Fault) -> str:
    match fault.kind, value_data(fault):
        case FaultKind.ENVELOPE, dict(value):
            return f"{value['code']}: {value['message']}"
        case FaultKind.RESET, 0:
            return "at once"
        case FaultKind.DELAY, [least, most]:
            return f"{least} to {most}"
        case _, dict(value):
            return ", ".join(f"{key} {part}" for key, part in value.items())
        case _, value:
            return str(value)


def _bound_texts(bounds: Bounds) -> Iterator[str]:
    if bounds.state is not None:
        yield f"{bounds.node or 'task'} {bounds.state}"
    if bounds.since is not None:
        yield f"from {format_duration(bounds.since)}"
    if bounds.until is not None:
        yield f"to {format_duration(bounds.until)}"
    if bounds.polls:
        yield f"poll{'s' * (len(bounds.polls) > 1)} {', '.join(map(str, bounds.polls))}"
    if bounds.answers is not None:
        yield f"{bounds.answers} answer{'s' * (bounds.answers > 1)}"
    if bounds.chance is not None:
        yield f"chance {bounds.chance:g}"
