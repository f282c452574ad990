"""Writes a flow as the plain data that a scenario file has for it."""

from __future__ import annotations

from taskmock.mockserver.duration import format_duration
from taskmock.mockserver.loader.branches import NONE
from taskmock.mockserver.loader.emitter import LONGEST_KEY
from taskmock.mockserver.loader.flow import RESERVED
from taskmock.mockserver.pipeline import Activity, Attempt, Branch, BranchKind, Flow, Loop, Step, Subprocess

Data = dict[str, object]


def flow_data(flow: Flow) -> list[object]:
    """The steps of a flow."""
    return [_step(step) for step in flow]


def _step(step: Step) -> object:
    match step:
        case Activity():
            return _activity(step)
        case Subprocess():
            data: Data = {"subprocess": step.name, "flow": flow_data(step.flow)}
            return data | _given(fails=step.fails, id=step.id)
        case Branch():
            return {step.kind.value: _arms(step)} | _given(id=step.id)
        case Loop():
            return {"loop": step.times, **_given(limit=step.limit), "flow": flow_data(step.flow)}


def _given(**values: object) -> Data:
    return {key: value for key, value in values.items() if value is not None}


def _activity(activity: Activity) -> object:
    body = _body(activity)
    # A long or many-lined name cannot stand before a ':'; a reserved one means something else there.
    if activity.name in RESERVED or len(activity.name) >= LONGEST_KEY or "\n" in activity.name:
        return {"node": activity.name, **body}
    if set(body) == {"takes"}:
        return {activity.name: body["takes"]}
    return {activity.name: body} if body else {activity.name: format_duration(Attempt().takes)}


def _body(activity: Activity) -> Data:
    data: Data = {}
    if len(activity.attempts) > 1:
        data["attempts"] = [_attempt(attempt) for attempt in activity.attempts]
    elif activity.attempts != (Attempt(),):
        data |= _attempt(activity.attempts[0])
    if activity.waits:
        data["waits"] = "callback"
    for key, span in (("at_most", activity.at_most), ("times_out", activity.times_out)):
        if span is not None:
            data[key] = format_duration(span)
    if activity.auto_retry:
        data["auto_retry"] = {"max": activity.auto_retry.max, "after": format_duration(activity.auto_retry.after)}
    if activity.ignored:
        data["ignored"] = True
    if activity.loop != 1 or activity.limit is not None:
        data["loop"] = activity.loop
    return data | _given(limit=activity.limit, id=activity.id)


def _attempt(attempt: Attempt) -> Data:
    return {"takes": format_duration(attempt.takes)} | _given(fails=attempt.fails)


def _arms(branch: Branch) -> object:
    names = [arm.name for arm in branch.arms]
    flows = [flow_data(arm.flow) for arm in branch.arms]
    arms = dict(zip(names, flows, strict=True))
    match branch.kind:
        case BranchKind.PARALLEL if names == [str(number) for number in range(1, len(names) + 1)]:
            return flows
        case BranchKind.PARALLEL:
            return arms
        case BranchKind.EXCLUSIVE:
            return {"take": branch.take[0] if branch.take else NONE, "arms": arms}
        case BranchKind.CONDITIONAL:
            return {"take": list(branch.take), "arms": arms}
