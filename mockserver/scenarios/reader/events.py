"""Reads scripted operations: when, and what is done to which node."""

from __future__ import annotations

import dataclasses
import functools
from typing import Generic, TypeVar

from taskmock.mockserver.core.command import TASK, Command, Verb
from taskmock.mockserver.core.fault import Fault
from taskmock.mockserver.core.scenario import Event, Trigger
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of, read_items
from taskmock.mockserver.scenarios.reader.scalars import read_data, read_text
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Mapping, Node, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of
from taskmock.schemas import closest, load_states

VERBS = tuple(verb.value for verb in Verb)
"""The words of operations."""

KEYS = ("when", "after", "times", "at", *VERBS, "data", "take")
"""The keys of an event."""

OPERATION_KEYS = (*VERBS, "data", "take")
"""The keys of an operation that is given now."""

EVENT_EXAMPLE = "{when: Copy B FAILED, after: 5s, retry: Copy B}, {at: 40s, pause: task}"
"""What events look like."""

MOST_TIMES = 1_000_000
"""The most times that anything is counted to."""

_WITH_DATA = {Verb.CALLBACK, Verb.FORCED_FAIL, Verb.RETRY}
_WITH_ARMS = {Verb.SKIP_EXCLUSIVE, Verb.SKIP_CONDITIONAL}


T = TypeVar("T", Event, Fault)


@dataclasses.dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """An event or a fault, and the nodes of the text that name its `when` and the node that it changes."""

    part: T
    when: Node | None
    target: Node | None


@functools.cache
def states() -> tuple[str, ...]:
    """Every state that a task or node of any edition shows."""
    return tuple(entry["state"] for entry in load_states())


def read_events(node: Node, problems: Problems) -> list[Placed[Event]]:
    """The events of a list; what cannot be read is left out."""
    return read_items(node, problems, _event, what="events", example=f"a list of operations: [{EVENT_EXAMPLE}]")


def read_operations(node: Node, problems: Problems) -> list[Command]:
    """The operations of a list, which happen now; what cannot be read is left out."""
    example = "a list of operations: [{retry: Copy B}]"
    return read_items(node, problems, _operation, what="commands", example=example, filled=example)


def _operation(node: Node, problems: Problems) -> Command | None:
    example = "{retry: Copy B}, {pause: task}"
    fields = fields_of(node, problems, keys=OPERATION_KEYS, what="an operation", example=example)
    return None if fields is None else _command(fields)


def read_when(fields: Fields) -> tuple[str, str] | None:
    """The address and the state of `when: NODE STATE`."""
    node, text = fields.node("when"), fields.read("when", read_text, allowed="NODE STATE, task STATE")
    if node is None or text is None:
        return None
    address, _, state = text.strip().rpartition(" ")
    if state in states():
        if address:
            return address.strip(), state
        wrong, meant = f"when: {quoted(text)} names no node", f"{TASK} {state}"
        fields.problems.add(node, "bad-when", wrong, allowed="NODE STATE, task STATE", meant=meant)
        return None
    like = closest(state, states())
    wrong = f"when: {quoted(state)} is no state"
    meant = f"{address} {like}".strip() if like else ""
    fields.problems.add(node, "bad-state", wrong, allowed=", ".join(states()), meant=meant)
    return None


def _event(node: Node, problems: Problems) -> Placed[Event] | None:
    fields = fields_of(node, problems, keys=KEYS, what="an event", example=EVENT_EXAMPLE)
    if fields is None:
        return None
    before = len(problems)
    trigger, command = _trigger(fields), _command(fields)
    if command is None or trigger is None or len(problems) > before:
        return None
    return Placed(Event(trigger=trigger, command=command), fields.node("when"), fields.node(command.verb))


def _command(fields: Fields) -> Command | None:
    """What is done to which node."""
    before = len(fields.problems)
    verb = fields.one_of(Verb, "does")
    if verb is None:
        return None
    address, data = fields.read(verb, read_text, allowed="task, or a node's name"), _data(fields, verb)
    return None if address is None or len(fields.problems) > before else Command(verb=verb, target=address, data=data)


def _trigger(fields: Fields) -> Trigger | None:
    if ("at" in fields) == ("when" in fields):
        wrong = "the event has both 'at' and 'when'" if "at" in fields else "the event has neither 'at' nor 'when'"
        place = fields.key("at") if "at" in fields else fields.mapping
        fields.problems.add(place, "conflict", wrong, allowed="at: 40s, or when: NODE STATE")
        return None
    if "when" in fields:
        when = read_when(fields)
        times = fields.whole("times", 1, least=1, most=MOST_TIMES)
        after = fields.duration("after")
        return Trigger(node=when[0], state=when[1], times=times, after=after) if when else None
    for key in ("after", "times"):
        if key in fields:
            fields.refuse(key, f"{key!r} has no effect beside 'at'", allowed=f"{key} beside 'when'")
    return Trigger(at=fields.duration("at"))


def _data(fields: Fields, verb: Verb) -> object:
    """What comes with the command: a payload, inputs, the text of a forced failure, the arm or arms to take."""
    for key, verbs in (("data", _WITH_DATA), ("take", _WITH_ARMS)):
        if key in fields and verb not in verbs:
            wrong = f"{key!r} has no effect beside {verb.value!r}"
            fields.refuse(key, wrong, allowed=f"{key} beside {' or '.join(sorted(verbs))}")
            return None
    if verb is Verb.SKIP_EXCLUSIVE:
        fields.require("take", allowed="the name of an arm")
        return fields.read("take", read_text)
    if verb is Verb.SKIP_CONDITIONAL:
        arms = fields.require("take", allowed="the names of arms, [a, b]")
        return None if arms is None else _arms(arms, fields.problems)
    if verb is Verb.FORCED_FAIL:
        return fields.text("data")
    payload = fields.node("data")
    if payload is None:
        return None
    if not isinstance(payload, Mapping):
        callback = "{result: false, ex_data: text}, or whatever the mapping of a callback is"
        allowed = "the node's new inputs, {job_content: echo 2}" if verb is Verb.RETRY else callback
        fields.problems.add(payload, "not-mapping", f"data is {kind_of(payload)}", allowed=allowed)
        return None
    return read_data(payload, fields.problems)


def _arms(node: Node, problems: Problems) -> list[str]:
    """The arms of `take: [a, b]`; there is at least one."""
    if isinstance(node, Listing) and not node.items:
        problems.add(node, "empty", "take is empty", allowed="the names of one or more arms")
    read = functools.partial(read_text, what="take")
    return read_items(node, problems, read, what="take", example="the names of arms: take: [a, b]")
