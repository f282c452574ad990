"""Reads what stands behind a node's name: how long it takes, how it fails, what it waits for."""

from __future__ import annotations

from taskmock.mockserver.core.flow import Activity, Attempt, AutoRetry
from taskmock.mockserver.scenarios.reader.fields import Fields, fields_of, items_of
from taskmock.mockserver.scenarios.reader.scalars import read_choice, read_data, read_duration, read_whole
from taskmock.mockserver.scenarios.syntax.nodes import Node, Scalar, flag_of, is_null, quoted
from taskmock.mockserver.scenarios.syntax.problems import Problems, kind_of
from taskmock.schemas import closest

MOST_PASSES = 1000
"""The most passes of a loop, and the most automatic retries."""

KEYS = ("takes", "fails", "attempts", "waits", "at_most", "times_out", "auto_retry", "ignored", "loop", "limit", "id")
"""The keys of an activity."""

BODY = "a duration (2s) or a mapping ({takes: 2s, fails: text})"
"""What may stand behind a node's name."""

_ATTEMPT = ("takes", "fails")


def read_activity(name: str, body: Node, problems: Problems) -> Activity:
    """The activity that a name and a duration describe; what cannot be read keeps its default."""
    if isinstance(body, Scalar) and body.text:
        span = read_duration(body, problems, what=f"node {quoted(name)}")
        return Activity(name=name, attempts=(Attempt(takes=span),)) if span is not None else Activity(name=name)
    words = ("parallel", "exclusive", "conditional", "subprocess")
    wrong = f"{kind_of(body)} stands behind the node {quoted(name)}"
    problems.add(body, "bad-step", wrong, allowed=BODY, meant=closest(name, words))
    return Activity(name=name)


def activity_of(name: str, fields: Fields, *, pinned: str | None) -> Activity:
    """The activity with these fields and a pinned id."""
    waits = _waits(fields)
    if "at_most" in fields and "waits" not in fields:
        wrong = f"'at_most' stands without 'waits' in {fields.what}"
        fields.refuse("at_most", wrong, allowed="waits: callback, at_most: 30s")
    if "limit" in fields and "loop" not in fields:
        wrong = f"'limit' stands without 'loop' in {fields.what}"
        fields.refuse("limit", wrong, allowed="loop: 9, limit: 3")
    attempts, at_most = _attempts(fields), fields.span("at_most")
    return Activity(
        name=name,
        attempts=(Attempt(takes=attempts[0].takes),) if waits else attempts,
        waits=waits,
        at_most=at_most if waits else None,
        times_out=fields.span("times_out"),
        auto_retry=_auto_retry(fields),
        ignored=fields.flag("ignored"),
        loop=fields.whole("loop", 1, least=1, most=MOST_PASSES),
        limit=read_limit(fields),
        id=pinned,
    )


def _waits(fields: Fields) -> bool:
    if "waits" not in fields:
        return False
    for key in ("fails", "attempts"):
        if key in fields:
            wrong = f"{key!r} has no effect on a node that waits"
            allowed = "an event `callback: NODE` with `data: {result: false, ex_data: text}`"
            fields.refuse(key, wrong, allowed=allowed)
    return fields.read("waits", read_choice, choices=("callback",)) is not None


def _attempts(fields: Fields) -> tuple[Attempt, ...]:
    node = fields.node("attempts")
    if node is None:
        return (_attempt(fields),)
    for key in _ATTEMPT:
        if key in fields:
            wrong = f"{key!r} stands beside 'attempts' in {fields.what}"
            fields.refuse(key, wrong, allowed="it inside each attempt, or no attempts")
    example = "a list: [{takes: 5s, fails: text}, {takes: 5s}]"
    items = items_of(node, fields.problems, what="attempts", example=example, filled=example)
    found = (fields_of(item, fields.problems, keys=_ATTEMPT, what="an attempt") for item in items)
    return tuple(_attempt(inner) if inner else Attempt() for inner in found) or (Attempt(),)


def _attempt(fields: Fields) -> Attempt:
    return Attempt(takes=fields.duration("takes", Attempt().takes), fails=read_fails(fields))


def read_fails(fields: Fields) -> object:
    """What `fails` says, None where it is not there."""
    node = fields.node("fails")
    if node is None:
        return None
    if isinstance(node, Scalar) and (is_null(node) or flag_of(node) is not None):
        allowed = "what ex_data says, a text or a mapping; no 'fails' where nothing fails"
        fields.problems.add(node, "bad-fails", f"fails is {kind_of(node)}", allowed=allowed)
        return None
    return read_data(node, fields.problems)


def read_limit(fields: Fields) -> int | None:
    """The rerun limit, None where there is none."""
    return fields.read("limit", read_whole, least=1, most=MOST_PASSES)


def _auto_retry(fields: Fields) -> AutoRetry | None:
    node = fields.node("auto_retry")
    if node is None:
        return None
    example = "{max: 1, after: 2s}"
    inner = fields_of(node, fields.problems, keys=("max", "after"), what="auto_retry", example=example)
    if inner is None:
        return None
    inner.require("max", allowed="how many retries at most")
    return AutoRetry(max=inner.whole("max", 1, least=1, most=MOST_PASSES), after=inner.duration("after"))
