"""Flows and faults as plain data (objects, lists, texts, numbers), in the words of scenario files.

Digests are taken from these words, and files are written in them: renaming a class or a field changes neither.
"""

from __future__ import annotations

from collections.abc import Iterator

from taskmock.mockserver.core.command import TASK
from taskmock.mockserver.core.duration import format_duration
from taskmock.mockserver.core.fault import POLLS, Fault, FaultKind
from taskmock.mockserver.core.flow import Activity, Attempt, Branch, BranchKind, Flow, Loop, Step, Subprocess

Data = dict[str, object]
"""An object of plain data."""

BRANCH_WORDS = tuple(kind.value for kind in BranchKind)
"""The words of the steps that are gateways."""

STEP_WORDS = ("node", "subprocess", *BRANCH_WORDS, "loop", "flow")
"""The words that say what a step is; a node of that name is written `{node: NAME}`."""

RESERVED = (*STEP_WORDS, "task")
"""Names that a node has only as `{node: NAME}`; `task` because events mean the task itself by it."""

NONE = "none"
"""What an exclusive gateway takes when no condition is met."""

_LONGEST_NAME = 127  # a longer one, or one of several lines, cannot stand before a ':' in YAML
_DURATIONS = {"every", "reset", "for"}  # the parts of a fault's value that are durations


def flow_data(flow: Flow) -> list[object]:
    """The steps of a flow."""
    return [_step(step) for step in flow]


def _step(step: Step) -> object:
    match step:
        case Activity():
            return _activity(step)
        case Subprocess():
            data: Data = {"subprocess": step.name, "flow": flow_data(step.flow)}
            return data | given(fails=step.fails, id=step.id)
        case Branch():
            return {step.kind.value: _arms(step)} | given(id=step.id)
        case Loop():
            return {"loop": step.times, **given(limit=step.limit), "flow": flow_data(step.flow)}


def given(**values: object) -> Data:
    """The values that are not None."""
    return {key: value for key, value in values.items() if value is not None}


def duration_data(span: int | None) -> str | None:
    """A duration as text, None for none."""
    return None if span is None else format_duration(span)


def _activity(activity: Activity) -> object:
    body = _body(activity)
    if activity.name in RESERVED or len(activity.name) > _LONGEST_NAME or "\n" in activity.name:
        return {"node": activity.name, **body}
    if set(body) == {"takes"}:
        return {activity.name: body["takes"]}
    return {activity.name: body or format_duration(Attempt().takes)}


def _body(activity: Activity) -> Data:
    data: Data = {}
    if len(activity.attempts) > 1:
        data["attempts"] = [_attempt(attempt) for attempt in activity.attempts]
    elif activity.attempts != (Attempt(),):
        data |= _attempt(activity.attempts[0])
    retry = activity.auto_retry
    return data | given(
        waits="callback" if activity.waits else None,
        at_most=duration_data(activity.at_most),
        times_out=duration_data(activity.times_out),
        auto_retry={"max": retry.max, "after": format_duration(retry.after)} if retry else None,
        ignored=activity.ignored or None,
        loop=None if activity.loop == 1 and activity.limit is None else activity.loop,
        limit=activity.limit,
        id=activity.id,
    )


def _attempt(attempt: Attempt) -> Data:
    return {"takes": format_duration(attempt.takes)} | given(fails=attempt.fails)


def _arms(branch: Branch) -> object:
    arms = {arm.name: flow_data(arm.flow) for arm in branch.arms}
    match branch.kind:
        case BranchKind.PARALLEL if list(arms) == [str(number) for number in range(1, len(arms) + 1)]:
            return list(arms.values())
        case BranchKind.PARALLEL:
            return arms
        case BranchKind.EXCLUSIVE if NONE not in branch.take:
            return {"take": branch.take[0] if branch.take else NONE, "arms": arms}
        case _:
            return {"take": list(branch.take), "arms": arms}


def arm_names(flow: Flow) -> Iterator[list[str]]:
    """The names of the arms of each gateway, at any depth, in order."""
    for step in flow:
        match step:
            case Branch():
                yield [arm.name for arm in step.arms]
                for arm in step.arms:
                    yield from arm_names(arm.flow)
            case Subprocess() | Loop():
                yield from arm_names(step.flow)


def fault_data(fault: Fault) -> Data:
    """A fault in the words of `faults:`."""
    bounds = fault.bounds
    since, until = duration_data(bounds.since), duration_data(bounds.until)
    when = None if bounds.state is None else f"{bounds.node or TASK} {bounds.state}"
    on = None if fault.on == (POLLS,) else fault.on[0] if len(fault.on) == 1 else list(fault.on)
    data = given(on=on, when=when, **{"from": since, "to": until})
    data |= given(polls=list(bounds.polls) or None, calls=list(bounds.calls) or None)
    data |= given(answers=bounds.answers, chance=bounds.chance, carried_out=fault.carried_out)
    data[fault.kind.value] = value_data(fault)
    return data


def value_data(fault: Fault) -> object:
    """A fault's value with its durations as texts."""
    value = fault.value
    match fault.kind, value:
        case FaultKind.EMPTY, _:
            return True
        case FaultKind.DELAY, [int(least), int(most)]:
            return [format_duration(least), format_duration(most)]
        case FaultKind.DELAY, int(span):
            return format_duration(span)
        case ((FaultKind.DRIP | FaultKind.RATE_LIMIT | FaultKind.STALE), dict()):
            return {
                key: format_duration(part) if key in _DURATIONS and isinstance(part, int) else part
                for key, part in value.items()
            }
        case _:
            return value
