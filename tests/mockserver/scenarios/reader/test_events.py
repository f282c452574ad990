"""Operations, faults and recorded answers in scenario files: what each form means."""

from __future__ import annotations

import pytest

from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.scenario import Event, Frame, Play, Trigger
from taskmock.mockserver.scenarios import read_scenario

NODE = "n0123456789abcdef0123456789abcde"


def play_of(text: str) -> Play:
    (play,) = read_scenario(f"format: 1\nscenario: demo\n{text}", source="demo.yaml").plays
    return play


FLOW = f"""flow:
  - Copy: {{fails: boom}}
  - Slow: {{times_out: 1s}}
  - Wait: {{waits: callback}}
  - Calm: 1s
  - subprocess: Inner
    flow: [Copy: 1s]
    fails: no input
  - exclusive: {{take: none, arms: {{ok: []}}}}
    id: {NODE}
"""


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("at: 1s", Trigger(at=1000)),
        ("when: task RUNNING", Trigger(state="RUNNING")),
        ("when: Inner / Copy RUNNING", Trigger(node="Inner / Copy", state="RUNNING")),
        ("when: Wait  RUNNING, times: 2, after: 3s", Trigger(node="Wait", state="RUNNING", times=2, after=3000)),
    ],
)
def test_trigger_is_read(text: str, trigger: Trigger) -> None:
    event = Event(trigger=trigger, command=Command(verb=Verb.PAUSE))

    assert play_of(f"{FLOW}events:\n  - {{{text}, pause: task}}\n").events == (event,)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("start: task", Command(verb=Verb.START)),
        ("pause: Calm", Command(verb=Verb.PAUSE, target="Calm")),
        ("resume: Calm", Command(verb=Verb.RESUME, target="Calm")),
        ("revoke: task", Command(verb=Verb.REVOKE)),
        ("retry: Slow", Command(verb=Verb.RETRY, target="Slow")),
        ("retry: Slow, data: {a: 1}", Command(verb=Verb.RETRY, target="Slow", data={"a": 1})),
        ("skip: Inner", Command(verb=Verb.SKIP, target="Inner")),
        ("forced_fail: Calm, data: stop", Command(verb=Verb.FORCED_FAIL, target="Calm", data="stop")),
        ("callback: Wait", Command(verb=Verb.CALLBACK, target="Wait")),
        ("callback: Wait, data: {a: 1}", Command(verb=Verb.CALLBACK, target="Wait", data={"a": 1})),
        ("rollback: 'Copy[1]'", Command(verb=Verb.ROLLBACK, target="Copy[1]")),
        (f"skip_exg: {NODE}, take: ok", Command(verb=Verb.SKIP_EXCLUSIVE, target=NODE, data="ok")),
    ],
)
def test_operation_is_read(text: str, command: Command) -> None:
    event = Event(trigger=Trigger(state="NODE_SUSPENDED"), command=command)

    assert play_of(f"{FLOW}events:\n  - {{when: task NODE_SUSPENDED, {text}}}\n").events == (event,)


@pytest.mark.parametrize(
    "first",
    ["{at: 1s, forced_fail: Calm}", "{at: 1s, pause: Calm}", "{at: 1s, callback: Wait, data: {result: false}}"],
)
def test_event_prepares_another(first: str) -> None:
    second = {"f": "retry: Calm", "p": "resume: Calm", "c": "skip: Wait"}[first.split()[2][0]]

    assert len(play_of(f"{FLOW}events: [{first}, {{at: 2s, {second}}}]\n").events) == 2


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("http: 502", FaultKind.HTTP, 502),
        (
            "envelope: {code: -1, message: no, data: [1]}",
            FaultKind.ENVELOPE,
            {"code": -1, "message": "no", "data": [1]},
        ),
        (
            "envelope: {code: 9900403, message: no, permission: {actions: []}}",
            FaultKind.ENVELOPE,
            {"code": 9900403, "message": "no", "permission": {"actions": []}},
        ),
        ("body: <html>", FaultKind.BODY, "<html>"),
        ('body: ""', FaultKind.BODY, ""),
        ("delay: 3s", FaultKind.DELAY, 3000),
        ("delay: [1s, 5s]", FaultKind.DELAY, [1000, 5000]),
        ("drip: {bytes: 64, every: 1s}", FaultKind.DRIP, {"bytes": 64, "every": 1000}),
        ("truncate: 0", FaultKind.TRUNCATE, 0),
        ("reset: 20", FaultKind.RESET, 20),
        ("reset: true", FaultKind.RESET, 0),
        ("empty: true", FaultKind.EMPTY, None),
        ("content_length: 7", FaultKind.CONTENT_LENGTH, 7),
        ("rate_limit: {limit: 10, reset: 1m}", FaultKind.RATE_LIMIT, {"limit": 10, "reset": 60_000}),
        ("stale: {for: 10s}", FaultKind.STALE, {"for": 10_000, "workers": 1}),
        ("break: {node: Copy, drop: state}", FaultKind.BREAK, {"node": "Copy", "drop": "state"}),
        ("break: {node: task, state: PENDING}", FaultKind.BREAK, {"node": "task", "state": "PENDING"}),
        ("break: {node: task, add: {x: null}}", FaultKind.BREAK, {"node": "task", "add": {"x": None}}),
        ("break: {node: task, rename: {id: uid}}", FaultKind.BREAK, {"node": "task", "rename": {"id": "uid"}}),
        ("break: {node: task, retype: {id: null}}", FaultKind.BREAK, {"node": "task", "retype": {"id": "null"}}),
    ],
)
def test_fault_is_read(text: str, kind: FaultKind, value: object) -> None:
    play = play_of(f"flow: [Copy]\nfaults:\n  - {{{text}}}\n")

    assert play.faults == (Fault(kind=kind, value=value),)


def test_bounds_are_read() -> None:
    play = play_of(
        "flow: [Copy]\nfaults:\n"
        "  - {when: Copy RUNNING, from: 1s, to: 2s, polls: [3, 4], answers: 5, chance: 0.25, empty: true}\n"
    )

    assert play.faults[0].bounds == Bounds(
        node="Copy", state="RUNNING", since=1000, until=2000, polls=(3, 4), answers=5, chance=0.25
    )


def test_frames_are_read() -> None:
    body = "{result: true, data: {id: n1, name: Web, children: {n2: {name: Copy, retry: 0}}}}"
    play = play_of(
        f"frames:\n  - {{at: 0s, body: {body}}}\n  - {{at: 2s, body: {{result: false}}}}\n"
        "faults: [{when: n2 FAILED, http: 502}, {when: Copy FAILED, break: {node: task, drop: id}}]\n"
    )

    tree = {"id": "n1", "name": "Web", "children": {"n2": {"name": "Copy", "retry": 0}}}
    assert play.frames == (Frame(at=0, body={"result": True, "data": tree}), Frame(at=2000, body={"result": False}))
    assert len(play.faults) == 2
