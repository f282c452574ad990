"""Reads what each kind of fault needs to know, into the values that `fault.FaultKind` names."""

from __future__ import annotations

from collections.abc import Callable

from taskmock.mockserver.fault import FaultKind
from taskmock.mockserver.loader.data import read_data
from taskmock.mockserver.loader.fields import Fields, fields_of
from taskmock.mockserver.loader.problem import Problems, kind_of
from taskmock.mockserver.loader.scalars import MOST, read_choice, read_duration, read_flag, read_text, read_whole
from taskmock.mockserver.yaml_node import Listing, Mapping, Node, Scalar, is_null

BREAKS = ("drop", "retype", "rename", "add", "state")
"""The ways to break the contract at a node."""

TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
"""What `retype` turns a field into."""

MOST_WORKERS = 64
"""The most workers that `stale` plays."""


def _http(node: Node, problems: Problems) -> object:
    return read_whole(node, problems, what="http", least=200, most=599)


def _envelope(node: Node, problems: Problems) -> object:
    """`{code, message}`, `data` and `permission` where they are given."""
    example = "{code: 3599999, message: no permission}"
    fields = fields_of(node, problems, keys=("code", "message", "data", "permission"), what="envelope", example=example)
    if fields is None:
        return None
    code = fields.require("code", allowed="a whole number")
    fields.require("message", allowed="text")
    value: dict[str, object] = {
        "code": None if code is None else read_whole(code, problems, what="code"),
        "message": fields.text("message"),
    }
    data = fields.node("data")
    if data is not None:
        value["data"] = read_data(data, problems)
    permission = fields.node("permission")
    if permission is not None:
        value["permission"] = read_data(permission, problems)
        if not isinstance(permission, Mapping):
            problems.add(permission, "not-mapping", f"permission is {kind_of(permission)}", allowed="a mapping")
    return value


def _body(node: Node, problems: Problems) -> object:
    if isinstance(node, Scalar) and not is_null(node):
        return node.text
    problems.add(
        node, "not-text", f"body is {kind_of(node)}", allowed="the text that is answered, in quotes or as a block"
    )
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


def _drip(node: Node, problems: Problems) -> object:
    fields = fields_of(node, problems, keys=("bytes", "every"), what="drip", example="{bytes: 64, every: 1s}")
    return None if fields is None else {"bytes": _count(fields, "bytes", "64"), "every": _span(fields, "every", "1s")}


def _truncate(node: Node, problems: Problems) -> object:
    return read_whole(node, problems, what="truncate", least=0)


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


def _content_length(node: Node, problems: Problems) -> object:
    return read_whole(node, problems, what="content_length", least=0)


def _rate_limit(node: Node, problems: Problems) -> object:
    fields = fields_of(node, problems, keys=("limit", "reset"), what="rate_limit", example="{limit: 10, reset: 60s}")
    return None if fields is None else {"limit": _count(fields, "limit", "10"), "reset": _span(fields, "reset", "60s")}


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
    return {"node": fields.text("node"), way: _BREAKS[way](fields, way)}


def _break_text(fields: Fields, way: str) -> object:
    return fields.text(way)


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


def _count(fields: Fields, key: str, example: str) -> int:
    fields.require(key, allowed=example)
    return fields.whole(key, 1, least=1, most=MOST)


def _span(fields: Fields, key: str, example: str) -> int:
    fields.require(key, allowed=example)
    return fields.duration(key)


_BREAKS: dict[str, Callable[[Fields, str], object]] = {
    "drop": _break_text,
    "retype": _break_pairs,
    "rename": _break_pairs,
    "add": _break_pairs,
    "state": _break_text,
}

READERS: dict[FaultKind, Callable[[Node, Problems], object]] = {
    FaultKind.HTTP: _http,
    FaultKind.ENVELOPE: _envelope,
    FaultKind.BODY: _body,
    FaultKind.DELAY: _delay,
    FaultKind.DRIP: _drip,
    FaultKind.TRUNCATE: _truncate,
    FaultKind.RESET: _reset,
    FaultKind.EMPTY: _empty,
    FaultKind.CONTENT_LENGTH: _content_length,
    FaultKind.RATE_LIMIT: _rate_limit,
    FaultKind.STALE: _stale,
    FaultKind.BREAK: _break,
}
"""The reader of each kind's value."""
