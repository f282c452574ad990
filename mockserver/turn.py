"""One poll's turn: how far a record is, what the poll will show, and which faults it meets. Pure but for its input."""

from __future__ import annotations

import dataclasses
import functools

from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.command import TASK
from taskmock.mockserver.fault import REPLACING, Fault, FaultKind
from taskmock.mockserver.graph import ROOT
from taskmock.mockserver.record import Record
from taskmock.mockserver.situation import Situation, cached_moment, counted, holding
from taskmock.mockserver.state import State
from taskmock.mockserver.timeline import History
from taskmock.mockserver.wire import recorded_state


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
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


def taken_turn(record: Record, faults: tuple[Fault, ...], history: History, now: int) -> tuple[Record, Turn]:
    """The next poll's turn, and the record after it: polls are counted, and good ones move a `polls` clock."""
    polled = record.mode is ClockMode.POLLS and not record.frozen
    step = min(record.steps, len(history.moments) - 1)
    moment = history.moments[step] if polled else moment_of(record, history, now)
    poll = record.polls + 1
    held: tuple[int, ...] = ()
    if faults:
        situation = Situation(
            moment=moment, poll=poll, key=record.draw_key, state=functools.partial(state_at, history, moment)
        )
        held = holding(faults, record.spent, situation)
    met = tuple(faults[number] for number in held)
    good = not any(fault.kind in REPLACING for fault in met)
    shown = moment
    for fault in met:
        if fault.kind is FaultKind.STALE and isinstance(fault.value, dict):
            cached = cached_moment(fault.value, situation)
            # What is only created is never cached (fact).
            shown = cached if history.frames or history.started_at(cached) else moment
    changed = dataclasses.replace(
        record,
        polls=poll,
        steps=min(record.steps + (good and polled), len(history.moments)),
        sought=record.sought and not (good and polled),
        spent=counted(record.spent, held) if held else record.spent,
    )
    return changed, Turn(moment=moment, shown=shown, faults=met)


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
