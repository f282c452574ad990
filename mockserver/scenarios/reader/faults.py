"""Reads faults: within which bounds, and which one thing goes wrong."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from functools import partial

from taskmock.mockserver.core.fault import OF_POLLS, OPERATIONS, POLLS, UNDOING, Bounds, Fault, FaultKind
from taskmock.mockserver.core.scenario import Frame
from taskmock.mockserver.scenarios.reader.events import MOST_TIMES, Placed, read_when
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of, read_items
from taskmock.mockserver.scenarios.reader.frames import fields_in
from taskmock.mockserver.scenarios.reader.scalars import (
    MOST,
    read_chance,
    read_choice,
    read_data,
    read_duration,
    read_flag,
    read_text,
    read_whole,
)
from taskmock.mockserver.scenarios.syntax.nodes import Listing, Mapping, Node, Scalar, is_null, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of
from taskmock.schemas import EDITIONS, STATUS, closest, load_operations, load_schema

BREAKS = ("drop", "retype", "rename", "add", "state")
"""The ways to break the contract at a node."""


TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
"""What `retype` turns a field into."""


MOST_WORKERS = 64
"""The most workers that `stale` plays."""


Read = Callable[[Node, Problems], object]
"""Reads a fault's value."""


def _envelope(node: Node, problems: Problems) -> object:
    """`{code, message}`, `data` and `permission` where they are given."""
    example = "{code: 3599999, message: no permission}"
    fields = fields_of(node, problems, keys=("code", "message", "data", "permission"), what="envelope", example=example)
    if fields is None:
        return None
    fields.require("code", allowed="a whole number")
    fields.require("message", allowed="text")
    value: dict[str, object] = {"code": fields.read("code", read_whole), "message": fields.text("message")}
    for key in ("data", "permission"):
        part = fields.node(key)
        if part is not None:
            value[key] = read_data(part, problems)
            if key == "permission" and not isinstance(part, Mapping):
                problems.add(part, "not-mapping", f"permission is {kind_of(part)}", allowed="a mapping")
    return value


def _body(node: Node, problems: Problems) -> object:
    if isinstance(node, Scalar) and not is_null(node):
        return node.text
    allowed = "the text that is answered, in quotes or as a block"
    problems.add(node, "not-text", f"body is {kind_of(node)}", allowed=allowed)
    return None


def _delay(node: Node, problems: Problems) -> object:
    """ms, or `[least, most]`."""
    if not isinstance(node, Listing):
        return read_duration(node, problems, what="delay")
    found = [read_duration(item, problems, what="delay") for item in node.items]
    spans = [span for span in found if span is not None]
    if len(spans) == len(found) and (len(spans) != 2 or spans[0] > spans[1]):
        problems.add(node, "bad-delay", "delay is no range", allowed="3s, or [least, most]: [1s, 5s]")
    return spans


def _count_and_span(what: str, count: tuple[str, str], span: tuple[str, str]) -> Read:
    """Reads a mapping of a count and a duration; each is given as its key and an example."""

    def read(node: Node, problems: Problems) -> object:
        keys, example = (count[0], span[0]), f"{{{': '.join(count)}, {': '.join(span)}}}"
        fields = fields_of(node, problems, keys=keys, what=what, example=example)
        if fields is None:
            return None
        fields.require(count[0], allowed=count[1])
        number = fields.whole(count[0], 1, least=1, most=MOST)
        return {count[0]: number, span[0]: _span(fields, *span)}

    return read


def _reset(node: Node, problems: Problems) -> object:
    """Bytes before the reset; `true` means none."""
    if isinstance(node, Scalar) and node.text == "true":
        return 0
    if isinstance(node, Scalar) and node.plain and node.text[:1].isdigit():
        return read_whole(node, problems, what="reset", least=0)
    problems.add(node, "bad-number", f"reset is {kind_of(node)}", allowed="true, or the bytes that get through before")
    return None


def _empty(node: Node, problems: Problems) -> object:
    if read_flag(node, problems, what="empty") is False:
        problems.add(node, "bad-flag", "empty is 'false'", allowed="true")
    return None


def _stale(node: Node, problems: Problems) -> object:
    fields = fields_of(node, problems, keys=("for", "workers"), what="stale", example="{for: 10s, workers: 2}")
    if fields is None:
        return None
    workers = fields.whole("workers", 1, least=1, most=MOST_WORKERS)
    return {"for": _span(fields, "for", "10s"), "workers": workers}


def _break(node: Node, problems: Problems) -> object:
    """`{node, …}` and one way to break the contract there."""
    example = "{node: Copy B, drop: state}"
    fields = fields_of(node, problems, keys=("node", *BREAKS), what="break", example=example)
    if fields is None:
        return None
    fields.require("node", allowed="task, or a node's name")
    found = [way for way in BREAKS if way in fields]
    if len(found) != 1:
        wrong = f"break has {len(found) or 'none'} of {', '.join(BREAKS)}"
        problems.add(node, "conflict", wrong, allowed=f"one: {example}")
        return None
    way = found[0]
    return {
        "node": fields.text("node"),
        way: fields.text(way) if way in {"drop", "state"} else _break_pairs(fields, way),
    }


def _break_pairs(fields: Fields, way: str) -> object:
    """Fields with what becomes of them: another type, another name, a value."""
    examples = {"retype": "{retry: string}", "rename": "{state: status}", "add": "{extra: 1}"}
    node = fields.node(way)
    if not isinstance(node, Mapping) or not node.entries:
        shown = "nothing" if node is None else kind_of(node)
        fields.problems.add(node or fields.mapping, "not-mapping", f"{way} is {shown}", allowed=examples[way])
        return None
    if way == "add":
        return read_data(node, fields.problems)
    if way == "retype":
        return {key.text: read_choice(value, fields.problems, what=way, choices=TYPES) for key, value in node.entries}
    return {key.text: read_text(value, fields.problems, what=way) for key, value in node.entries}


def _span(fields: Fields, key: str, example: str) -> int:
    fields.require(key, allowed=example)
    return fields.duration(key)


READERS: dict[FaultKind, Read] = {
    FaultKind.HTTP: partial(read_whole, what="http", least=200, most=599),
    FaultKind.ENVELOPE: _envelope,
    FaultKind.BODY: _body,
    FaultKind.DELAY: _delay,
    FaultKind.DRIP: _count_and_span("drip", ("bytes", "64"), ("every", "1s")),
    FaultKind.TRUNCATE: partial(read_whole, what="truncate", least=0),
    FaultKind.RESET: _reset,
    FaultKind.EMPTY: _empty,
    FaultKind.CONTENT_LENGTH: partial(read_whole, what="content_length", least=0),
    FaultKind.RATE_LIMIT: _count_and_span("rate_limit", ("limit", "10"), ("reset", "60s")),
    FaultKind.STALE: _stale,
    FaultKind.BREAK: _break,
}
"""The reader of each kind's value."""


BOUNDS = ("on", "when", "from", "to", "polls", "calls", "answers", "chance", "carried_out")
"""The words of bounds."""


FAULT_EXAMPLE = "{when: Copy B FAILED, answers: 2, http: 502}, {polls: [3], reset: true}"
"""What faults look like."""


def read_faults(node: Node, problems: Problems) -> list[Placed[Fault]]:
    """The faults of a list; what cannot be read is left out."""
    return read_items(node, problems, _fault, what="faults", example=f"a list of faults: [{FAULT_EXAMPLE}]")


def _fault(node: Node, problems: Problems) -> Placed[Fault] | None:
    keys = (*BOUNDS, *(kind.value for kind in FaultKind))
    fields = fields_of(node, problems, keys=keys, what="a fault", example=FAULT_EXAMPLE)
    if fields is None:
        return None
    before = len(problems)
    bounds = _bounds(fields)
    kind = fields.one_of(FaultKind, "is")
    body = None if kind is None else fields.node(kind.value)
    if kind is None or body is None:
        return None
    on, carried_out = _on(fields), _carried_out(fields, kind)
    _check_calls(fields, kind, on)
    value = READERS[kind](body, problems)
    if len(problems) > before:
        return None
    named = None
    if kind is FaultKind.BREAK and isinstance(body, Mapping):
        named = next(child for key, child in body.entries if key.text == "node")
    return Placed(
        Fault(kind=kind, value=value, bounds=bounds, on=on, carried_out=carried_out), fields.node("when"), named
    )


def _bounds(fields: Fields) -> Bounds:
    when = read_when(fields) if "when" in fields else None
    since, until = fields.span("from"), fields.span("to")
    if since is not None and until is not None and until <= since:
        fields.refuse("to", "the window ends before it begins", allowed="from less than to", code="bad-window")
    return Bounds(
        node=when[0] if when else None,
        state=when[1] if when else None,
        since=since,
        until=until,
        polls=_numbers(fields, "polls", "poll"),
        calls=_numbers(fields, "calls", "call"),
        answers=fields.whole("answers", 1, least=1, most=MOST_TIMES) if "answers" in fields else None,
        chance=fields.read("chance", read_chance),
    )


def _numbers(fields: Fields, key: str, what: str) -> tuple[int, ...]:
    node = fields.node(key)
    if node is None:
        return ()
    example, filled = f"a list of {what} numbers: [3, 4]", f"{what} numbers from 1: [3, 4]"
    read = partial(read_whole, what=f"a {what} number", least=1, most=MOST_TIMES)
    return tuple(read_items(node, fields.problems, read, what=key, example=example, filled=filled))


def _on(fields: Fields) -> tuple[str, ...]:
    """Polls, operations, or calls by their names: one, or a list."""
    node = fields.node("on")
    if node is None:
        return (POLLS,)
    read = partial(read_choice, what="on", choices=(POLLS, OPERATIONS, *_calls()))
    if not isinstance(node, Listing):
        word = read(node, fields.problems)
        return () if word is None else (word,)
    example = f"{OPERATIONS}, or a list of calls: [{_calls()[0]}]"
    return tuple(dict.fromkeys(read_items(node, fields.problems, read, what="on", example=example, filled=example)))


def _carried_out(fields: Fields, kind: FaultKind) -> bool | None:
    carried_out = fields.read("carried_out", read_flag)
    if carried_out is False and kind not in UNDOING:
        wrong = f"{kind} is made of a good answer, so the call is carried out"
        fields.refuse(
            "carried_out", wrong, allowed=f"true, or false with {', '.join(sorted(UNDOING))}", code="conflict"
        )
    return carried_out


def _check_calls(fields: Fields, kind: FaultKind, on: tuple[str, ...]) -> None:
    """Checks that polls and other calls have what goes with them."""
    if "polls" in fields and on != (POLLS,):
        fields.refuse("polls", "polls are on status alone", allowed="calls: [3, 4]", code="conflict")
    if "calls" in fields and POLLS in on:
        fields.refuse("calls", "calls are on others than polls", allowed="polls: [3, 4]", code="conflict")
    if on != (POLLS,) and kind in OF_POLLS:
        fields.refuse("on", f"only answers to polls can be {kind}", allowed=f"on: {POLLS}", code="conflict")
    if "carried_out" in fields and on == (POLLS,):
        fields.refuse("carried_out", "a poll has no effect", allowed=f"on: {OPERATIONS}", code="conflict")


@functools.cache
def _calls() -> tuple[str, ...]:
    """The calls of one task beside the poll."""
    return tuple(name for name, row in load_operations().items() if "task_id" in row["required"] and name != STATUS)


def check_broken_fields(faults: Sequence[Placed[Fault]], frames: Sequence[Frame], problems: Problems) -> None:
    """Checks that contract breaks are about fields that answers have, in some edition or in recorded `frames`."""
    breaks = [fault for fault in faults if fault.part.kind is FaultKind.BREAK]
    if not breaks:
        return
    known = dict.fromkeys((*_documented_fields(), *fields_in(frames)))
    for fault in breaks:
        value = fault.part.value
        if not isinstance(value, dict) or fault.target is None:
            continue
        for name in (*_words(value.get("drop")), *value.get("retype", ()), *value.get("rename", ())):
            if name not in known:
                wrong = f"break: no answer has a field {quoted(name)}"
                problems.add(fault.target, "unknown-field", wrong, allowed=", ".join(known), meant=closest(name, known))
        known |= dict.fromkeys((*value.get("add", ()), *value.get("rename", {}).values()))


def _words(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else ()


@functools.cache
def _documented_fields() -> tuple[str, ...]:
    """Every field of tasks and nodes in any edition."""
    shapes = (load_schema(edition, "node")["$defs"] for edition in reversed(EDITIONS))
    return tuple(
        dict.fromkeys(name for shape in shapes for part in ("task", "node") for name in shape[part]["properties"])
    )
