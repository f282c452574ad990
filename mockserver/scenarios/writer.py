"""Writes a scenario as the text of a file that reads back as an equal scenario."""

from __future__ import annotations

import json
import re

from taskmock.mockserver.core.command import TASK, Verb
from taskmock.mockserver.core.fault import Fault, FaultKind
from taskmock.mockserver.core.flow import Activity, Attempt, Branch, BranchKind, Flow, Loop, Step, Subprocess
from taskmock.mockserver.core.scenario import Event, Play, Scenario
from taskmock.mockserver.scenarios.duration import format_duration
from taskmock.mockserver.scenarios.reader.branches import NONE
from taskmock.mockserver.scenarios.reader.flow import RESERVED
from taskmock.mockserver.scenarios.reader.plays import ON_REQUEST
from taskmock.mockserver.scenarios.syntax.emitter import LONGEST_KEY, emit

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


def dump_scenario(scenario: Scenario) -> str:
    """The text of a scenario file: YAML; JSON (which is YAML, too) where it holds recorded answers."""
    data: Data = {"format": 1, "scenario": scenario.name}
    _put(data, title=scenario.title, careless=scenario.careless, ends=scenario.ends, edition=scenario.edition)
    _put(data, tags=list(scenario.tags))
    if len(scenario.plays) == 1:
        play = scenario.plays[0]
        _put(data, task=_task_data(play))
        data |= _play_data(play)
    else:
        data["tasks"] = [_task_data(play) | _play_data(play) for play in scenario.plays]
    if any(play.frames for play in scenario.plays):
        return json.dumps(data, ensure_ascii=True, indent=1) + "\n"
    return emit(data)


def _put(data: Data, **values: object) -> None:
    """Adds what is not empty."""
    data.update({key: value for key, value in values.items() if value not in (None, "", [], {}, 0)})


def _task_data(play: Play) -> Data:
    data: Data = {}
    ids = [_id_data(pattern) for pattern in play.ids]
    _put(data, id=ids[0] if len(ids) == 1 else ids, name=play.name, root_id=play.id)
    return data


def _id_data(pattern: str) -> object:
    """A task id as people write it: a number where it is one."""
    return int(pattern) if re.match(r"[1-9][0-9]{0,17}(?!\n)$", pattern) else pattern


def _play_data(play: Play) -> Data:
    data: Data = {}
    if play.frames:
        data["frames"] = [{"at": format_duration(frame.at), "body": frame.body} for frame in play.frames]
    else:
        _put(data, start=ON_REQUEST if play.start is None else _span(play.start))
        _put(data, dispatch=_span(play.dispatch), expires=_optional(play.expires))
        data["flow"] = flow_data(play.flow)
        _put(data, events=[event_data(event) for event in play.events])
    _put(data, faults=[fault_data(fault) for fault in play.faults])
    return data


def _span(span: int) -> str:
    return format_duration(span) if span else ""


def _optional(span: int | None) -> str:
    return "" if span is None else format_duration(span)


def event_data(event: Event) -> Data:
    """A scripted operation in the words of `events:`."""
    trigger, command = event.trigger, event.command
    data: Data = {}
    if trigger.at is not None:
        data["at"] = format_duration(trigger.at)
    else:
        data["when"] = f"{trigger.node} {trigger.state}"
        _put(data, after=_span(trigger.after), times=trigger.times if trigger.times != 1 else None)
    data[command.verb.value] = command.target
    if command.data is not None:
        data["take" if command.verb in {Verb.SKIP_EXCLUSIVE, Verb.SKIP_CONDITIONAL} else "data"] = command.data
    return data


def fault_data(fault: Fault) -> Data:
    """A fault in the words of `faults:`."""
    bounds, data = fault.bounds, Data()
    if bounds.state is not None:
        data["when"] = f"{bounds.node or TASK} {bounds.state}"
    # `from` is a word of Python.
    data |= {key: _optional(span) for key, span in (("from", bounds.since), ("to", bounds.until)) if span is not None}
    _put(data, polls=list(bounds.polls), answers=bounds.answers, chance=bounds.chance)
    data[fault.kind.value] = _value_data(fault)
    return data


def _value_data(fault: Fault) -> object:
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
            spans = {"every", "reset", "for"}
            return {
                key: format_duration(part) if key in spans and isinstance(part, int) else part
                for key, part in value.items()
            }
        case _:
            return value
