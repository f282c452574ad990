"""One poll of a task: what is asked, how far the task is, and what the poll meets."""

from __future__ import annotations

import dataclasses
import functools
from typing import NamedTuple

from taskmock.mockserver.api.bk_sops.documents.flags import BUSINESS, NO_FLAGS, WHOLE_TASK, Flags, View
from taskmock.mockserver.api.bk_sops.documents.recorded import recorded_state, viewed
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.draw import draw_hex
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.fault import REPLACING, Fault, FaultKind, PollContext, cached_moment, counted, holding
from taskmock.mockserver.core.graph import ROOT
from taskmock.mockserver.core.state import State
from taskmock.mockserver.playback.record import Record


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one poll gets: the `moment` on the task's clock, the moment that is `shown` (an earlier one where the
    answer is stale), both in ms, and the faults that it meets."""

    moment: int
    shown: int
    faults: tuple[Fault, ...]


def moment_of(record: Record, history: History, now: int) -> int:
    """How far a record is, in ms on the task's clock: at `now`, or at what its latest poll has shown."""
    last = len(history.moments) - 1
    match record.mode:
        case ClockMode.POLLS:
            step = record.steps if record.sought else record.steps - 1
            return history.moments[max(0, min(step, last))]
        case ClockMode.INSTANT:
            return history.moments[last]
        case _:
            return record.timed_reading(now)


def take_poll(
    record: Record, faults: tuple[Fault, ...], history: History, now: int, view: View = WHOLE_TASK
) -> tuple[Record, PollResult]:
    """The next poll's turn, and the record after it: polls are counted, and good ones move a `polls` clock."""
    polled = record.mode is ClockMode.POLLS and not record.frozen
    step = min(record.steps, len(history.moments) - 1)
    moment = history.moments[step] if polled else moment_of(record, history, now)
    poll = record.polls + 1
    held: tuple[int, ...] = ()
    if faults:
        situation = PollContext(
            moment=moment,
            poll=poll,
            key=record.draw_key,
            state=functools.partial(state_at, history, moment),
            query=view.flags.query,
        )
        held = holding(faults, record.spent, situation)
    met = tuple(faults[number] for number in held)
    good = not any(fault.kind in REPLACING for fault in met)
    shown = moment
    for fault in met:
        if fault.kind is FaultKind.STALE and isinstance(fault.value, dict):
            cached = cached_moment(fault.value, situation)
            shown = cached if _is_cached(history, cached, view) else moment
    changed = dataclasses.replace(
        record,
        polls=poll,
        steps=min(record.steps + (good and polled), len(history.moments)),
        sought=record.sought and not (good and polled),
        spent=counted(record.spent, held) if held else record.spent,
    )
    return changed, PollResult(moment=moment, shown=shown, faults=met)


def _is_cached(history: History, moment: int, view: View) -> bool:
    """Whether the real server keeps its answer: never one that fails, nor one that is only created (facts)."""
    frame = history.frame_at(moment)
    if frame is not None:
        body = viewed(frame.body, view)
        return body is not None and body.get("result") is True and recorded_state(body) != State.CREATED
    if history.expired_at(moment):
        return not view.needs_id
    return history.reached_at(view.top, moment)


def state_at(history: History, moment: int, address: str = TASK) -> State | str | None:
    """The state that a node (by address) shows at a moment; None where it is not there.

    Raises:
        AddressError: No node, or several, go by that address.
    """
    frame = history.frame_at(moment)
    if frame is not None:
        return recorded_state(frame.body, address)
    if history.expired_at(moment):
        return State.EXPIRED if address == TASK else None
    tree = history.tree_at(moment)
    index = history.graph.find(address)
    return tree.states.get(index, State.CREATED if index == ROOT else None)


class Reading(NamedTuple):
    """How far a task is: ms on its clock, and the number of this poll, counted from 1."""

    moment: int
    poll: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A call for a status, resolved: who asks, for which task, and for which of its nodes (None: the task).

    `flags` say what of it is wanted, `scope` what the call's business id counts. With `quirks` the answer has the real
    system's flaws.
    """

    session: str
    task_id: str
    scenario: str | None = None
    node_id: str | None = None
    flags: Flags = NO_FLAGS
    scope: str = BUSINESS
    quirks: bool = True


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a poll gives: `data` as JSON bytes, and where the task stands.

    `whole` is a recorded answer, envelope and all, instead; where both are None, `failure` is what the system says in
    place of an answer. `faults` are what the poll has met; one that replaces the answer leaves `data` for nobody to
    see. `view` is what of the task was asked for.
    """

    data: bytes | None
    whole: bytes | None = None
    failure: str = ""
    view: View
    faults: tuple[Fault, ...] = ()
    record: Record
    reading: Reading
    edition: str

    @property
    def request_id(self) -> str:
        """The id in the answer's envelope: the same for the same task at the same reading, whoever asks."""
        return draw_hex(self.record.draw_key, "request", self.reading.moment)


class UnknownNodeError(LookupError):
    """A node id that no task of the session has."""

    def __init__(self, node_id: str) -> None:
        self.node_id = node_id
        super().__init__(f"no task of this session has a node {node_id}")
