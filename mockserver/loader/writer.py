"""Writes a scenario as the text of a file that reads back as an equal scenario."""

from __future__ import annotations

import json
import re

from taskmock.mockserver.command import TASK, Verb
from taskmock.mockserver.duration import format_duration
from taskmock.mockserver.fault import Fault, FaultKind
from taskmock.mockserver.loader.emitter import emit
from taskmock.mockserver.loader.flow_writer import flow_data
from taskmock.mockserver.loader.plays import ON_REQUEST
from taskmock.mockserver.scenario import Event, Play, Scenario

Data = dict[str, object]


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
