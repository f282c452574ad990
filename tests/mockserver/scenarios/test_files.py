"""Good scenario files: what each part of the grammar means, and files that build on each other."""

from __future__ import annotations

import codecs
import dataclasses
import pathlib

import pytest

from support.places import DATA
from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import Activity, Arm, Attempt, AutoRetry, Branch, BranchKind, Loop, Step, Subprocess
from taskmock.mockserver.core.scenario import Event, Play, Scenario, Trigger
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.generation.options import GenerateOptions
from taskmock.mockserver.scenarios import ScenarioError, load_scenario, read_scenario

EXAMPLE = DATA / "copy-fails-once.yaml"
HEAD = "format: 1\nscenario: demo\n"
NODE = "n0123456789abcdef0123456789abcde"


def node(name: str, takes: int = 1000, **options: object) -> Activity:
    return Activity(name=name, attempts=(Attempt(takes=takes),), **options)


def play_of(text: str) -> Play:
    (play,) = read_scenario(HEAD + text, source="demo.yaml").plays
    return play


def step_of(text: str) -> Step:
    (step,) = play_of(f"flow:\n  - {text}\n").flow
    return step


def test_example_is_read_word_for_word() -> None:
    copy_b = Activity(
        name="Copy B",
        attempts=(
            Attempt(takes=5000, fails="ssh timeout"),
            Attempt(takes=1000, fails="disk full"),
            Attempt(takes=5000),
        ),
        auto_retry=AutoRetry(max=1, after=2000),
    )
    flow = (
        node("Prepare", 2000),
        Branch(
            kind=BranchKind.PARALLEL,
            arms=(Arm(name="1", flow=(node("Copy A", 3000),)), Arm(name="2", flow=(copy_b,))),
            take=("1", "2"),
        ),
        node("Approve", waits=True, at_most=30_000),
        Subprocess(name="Rolling restart", flow=(node("Restart 1", 2000), node("Restart 2", 2000, loop=3, id=NODE))),
        Branch(
            kind=BranchKind.EXCLUSIVE,
            arms=(
                Arm(name="ok", flow=(Activity(name="Notify", attempts=(Attempt(fails="no route"),), ignored=True),)),
                Arm(name="bad", flow=(node("Roll back", 9000),)),
            ),
            take=("ok",),
        ),
    )
    retry = Command(verb=Verb.RETRY, target="Copy B")
    events = (
        Event(trigger=Trigger(node="Copy B", state="FAILED", after=5000), command=retry),
        Event(trigger=Trigger(at=40_000), command=Command(verb=Verb.PAUSE)),
    )
    faults = (
        Fault(kind=FaultKind.HTTP, value=502, bounds=Bounds(node="Copy B", state="FAILED", answers=2)),
        Fault(
            kind=FaultKind.ENVELOPE,
            value={"code": 3599999, "message": "no permission"},
            bounds=Bounds(polls=(3,)),
        ),
    )
    play = Play(ids=("10",), name="Release web", start=3000, dispatch=200, flow=flow, events=events, faults=faults)

    assert load_scenario(EXAMPLE) == Scenario(name="copy-fails-once", edition="v2", plays=(play,))


# -- steps


@pytest.mark.parametrize("name", ["yes", "on", "1:30", "0010", "1e3", "#1", "部署", "a:b", "a#b", "x y"])
@pytest.mark.parametrize("form", ["- {}: 2s", "- {}", "- {{node: '{}', takes: 2s}}"])
def test_name_is_its_text(name: str, form: str) -> None:
    quoted = f"'{name}'" if name.startswith("#") and "'" not in form else name

    (step,) = play_of(f"flow:\n  {form.format(quoted)}\n").flow

    assert step.name == name


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("Copy", node("Copy")),
        ("Copy: 0", node("Copy", 0)),
        ("Copy: {}", node("Copy")),
        ("Copy: {fails: boom}", Activity(name="Copy", attempts=(Attempt(fails="boom"),))),
        (
            "Copy: {fails: {code: 0x1f, no: null}}",
            Activity(name="Copy", attempts=(Attempt(fails={"code": 31, "no": None}),)),
        ),
        ("Copy: {fails: 0010}", Activity(name="Copy", attempts=(Attempt(fails="0010"),))),
        ("Copy: {waits: callback}", node("Copy", waits=True)),
        ("Copy: {times_out: 3s}", node("Copy", times_out=3000)),
        (f"Copy: {{id: {NODE}}}", node("Copy", id=NODE)),
        ("Copy: {loop: 2, ignored: false}", node("Copy", loop=2)),
        ("{node: parallel, takes: 3s}", node("parallel", 3000)),
        ("{node: task}", node("task")),
        ("{subprocess: Inner, flow: [], fails: no input}", Subprocess(name="Inner", flow=(), fails="no input")),
        ("{loop: 3, flow: [Copy]}", Loop(times=3, flow=(node("Copy"),))),
        (
            f"{{parallel: {{a: [Copy], b: []}}, id: {NODE}}}",
            Branch(
                kind=BranchKind.PARALLEL,
                arms=(Arm(name="a", flow=(node("Copy"),)), Arm(name="b", flow=())),
                take=("a", "b"),
                id=NODE,
            ),
        ),
        (
            "exclusive: {take: none, arms: {a: []}}",
            Branch(kind=BranchKind.EXCLUSIVE, arms=(Arm(name="a", flow=()),), take=()),
        ),
        (
            "conditional: {take: [b, a], arms: {a: [], b: []}}",
            Branch(kind=BranchKind.CONDITIONAL, arms=(Arm(name="a", flow=()), Arm(name="b", flow=())), take=("b", "a")),
        ),
    ],
)
def test_step_is_read(text: str, step: Step) -> None:
    assert step_of(text) == step


def test_anchor_stands_for_the_same_steps() -> None:
    play = play_of("flow:\n  - parallel: [&arm [Copy: 2s], *arm]\n")

    (branch,) = play.flow
    assert [arm.flow for arm in branch.arms] == [(node("Copy", 2000),)] * 2


# -- the head and the task


@pytest.mark.parametrize(
    ("text", "ids"),
    [("10", ("10",)), ("0010", ("0010",)), ('"1*"', ("1*",)), ("1*", ("1*",)), ("[10, 1?, 10]", ("10", "1?"))],
)
def test_task_ids_are_texts(text: str, ids: tuple[str, ...]) -> None:
    assert play_of(f"task: {{id: {text}}}\nflow: []\n").ids == ids


def test_head_is_read() -> None:
    head = "title: Copy fails\ncareless: polls for ever\ntags: [retry, 10]\nends: FINISHED\nedition: doc-2019\n"

    assert read_scenario(f"{HEAD}{head}flow: []\n", source="demo.yaml") == Scenario(
        name="demo",
        plays=(Play(),),
        title="Copy fails",
        careless="polls for ever",
        tags=("retry", "10"),
        ends="FINISHED",
        edition="doc-2019",
    )


def test_play_is_read() -> None:
    play = play_of(f"task: {{name: Web, root_id: {NODE}}}\nstart: on_request\nexpires: 1h\nflow: []\n")

    assert play == Play(name="Web", id=NODE, start=None, expires=3_600_000)


def test_several_tasks_are_read() -> None:
    scenario = read_scenario(
        f"{HEAD}tasks:\n  - {{id: 10, flow: [Copy]}}\n  - {{name: Any, flow: []}}\n", source="demo"
    )

    assert scenario.plays == (Play(ids=("10",), flow=(node("Copy"),)), Play(name="Any"))


def test_generated_task_is_drawn_from_the_name() -> None:
    text = "generate: {nodes: 30, state: FAILED}\nstart: 5s\nevents: [{at: 9s, revoke: task}]\n"
    drawn = generate("demo", "", GenerateOptions(nodes=30, state="FAILED")).scenario.plays[0]

    play = play_of(text)

    assert play == dataclasses.replace(drawn, start=5000, events=play.events)
    assert [event.command.verb for event in play.events] == [Verb.REVOKE]


# -- texts and files


@pytest.mark.parametrize(
    "content",
    [
        f"{HEAD}flow: [复制: 2s]\n".encode(),
        codecs.BOM_UTF8 + f"{HEAD}flow: [复制: 2s]\n".encode(),
        f"{HEAD}flow: [复制: 2s]\n".encode("utf-16"),
        f"{HEAD}flow: [复制: 2s]\n".replace("\n", "\r\n").encode(),
        '{"format": 1, "scenario": "demo", "flow": [{"复制": "2s"}]}'.encode(),
        b'{"format": 1, "scenario": "demo", "flow": [{"\\u590d\\u5236": "2s"}]}',
        f"%YAML 1.2\n---\n{HEAD}flow: [复制: 2s]\n...\n".encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "windows", "json", "json-escapes", "directive"],
)
def test_encodings_and_forms_are_read_alike(content: bytes, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "demo.yaml"
    path.write_bytes(content)

    assert load_scenario(str(path)).plays == (Play(flow=(node("复制", 2000),)),)


def test_escaped_pair_is_one_character() -> None:
    (step,) = play_of('flow: ["\\ud83d\\ude00": 2s]\n').flow

    assert step.name == "😀"


@pytest.mark.parametrize("comment", ["# a comment", "#", "## loud", "#! odd", "# see: the docs"])
def test_comment_is_no_lost_text(comment: str) -> None:
    assert play_of(f"flow:\n  - Copy: 2s {comment}\n  - 'Move' #quoted\n").flow == (node("Copy", 2000), node("Move"))


def test_missing_file_is_named(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "none.yaml"

    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)

    said = "No such file or directory"
    assert str(caught.value) == f"{path}: the file cannot be read ({said}); allowed: a scenario file"


def test_impossible_path_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"^a\x00b: the file cannot be read \(.*\); allowed: a scenario file$"):
        load_scenario("a\0b")
