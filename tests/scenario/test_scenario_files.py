"""Good scenario files: what each part of the grammar means, and files that build on each other."""

from __future__ import annotations

import codecs
import dataclasses
import pathlib

import pytest

from taskmock.mockserver.command import Command, Verb
from taskmock.mockserver.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.generator import Wish, generate
from taskmock.mockserver.loader import ScenarioError, load_scenario, read_scenario
from taskmock.mockserver.loader.files import Find
from taskmock.mockserver.pipeline import (
    Activity,
    Arm,
    Attempt,
    AutoRetry,
    Branch,
    BranchKind,
    Loop,
    Step,
    Subprocess,
)
from taskmock.mockserver.scenario import Event, Frame, Play, Scenario, Trigger

EXAMPLE = pathlib.Path(__file__).parent / "copy-fails-once.yaml"
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
    drawn = generate("demo", "", Wish(nodes=30, state="FAILED")).scenario.plays[0]

    play = play_of(text)

    assert play == dataclasses.replace(drawn, start=5000, events=play.events)
    assert [event.command.verb for event in play.events] == [Verb.REVOKE]


# -- events, faults, frames

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
    assert str(caught.value) == f"{path}:1:1: the file cannot be read ({said}); allowed: a scenario file"


def test_impossible_path_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"^a\x00b:1:1: the file cannot be read \(.*\); allowed: a scenario file$"):
        load_scenario("a\0b")


# -- use


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "basic.yaml").write_text(
        "format: 1\nscenario: basic\ntitle: Basic\nedition: v2\ntags: [a]\nends: FAILED\n"
        "task: {id: 10, name: Web}\nstart: 3s\ndispatch: 1s\nflow:\n  - Copy: {fails: boom}\n"
        "events: [{when: Copy FAILED, retry: Copy}]\nfaults: [{when: Copy FAILED, http: 502}]\n",
        encoding="utf-8",
    )
    return tmp_path


def load_text(folder: pathlib.Path, text: str, *, find: Find | None = None) -> Scenario:
    path = folder / "mine.yaml"
    path.write_text(f"format: 1\nscenario: mine\n{text}", encoding="utf-8")
    return load_scenario(path, find=find)


def problems_of(folder: pathlib.Path, text: str, *, find: Find | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_text(folder, text, find=find)
    return [str(problem).removeprefix(str(folder))[1:] for problem in caught.value.problems]


def test_used_scenario_is_taken_over(folder: pathlib.Path) -> None:
    basic = load_scenario(folder / "basic.yaml")

    mine = load_text(folder, "use: basic\n")

    assert (mine.name, mine.plays, mine.title, mine.edition) == ("mine", basic.plays, "Basic", "v2")
    assert (mine.tags, mine.ends) == (("a",), "FAILED")


def test_given_keys_replace_those_of_the_used_scenario(folder: pathlib.Path) -> None:
    (basic,) = load_scenario(folder / "basic.yaml").plays

    mine = load_text(
        folder, "use: basic\ntitle: Mine\nedition: v1\ntags: []\ntask: {name: Other}\nstart: 0\nfaults: []\n"
    )

    (play,) = mine.plays
    assert (mine.title, mine.edition, mine.tags) == ("Mine", "v1", ())
    assert (play.ids, play.name, play.start, play.dispatch) == (("10",), "Other", 0, 1000)
    assert (play.flow, play.events, play.faults) == (basic.flow, basic.events, ())


def test_flow_that_lacks_used_nodes_is_refused(folder: pathlib.Path) -> None:
    assert problems_of(folder, "use: basic\nflow: [Move: 2s]\n") == [
        "mine.yaml:3:1: no node is called 'Copy'; allowed: task, 'Move'"
    ]


def test_tasks_replace_the_used_task(folder: pathlib.Path) -> None:
    assert load_text(folder, "use: basic\ntasks: [{id: 7, flow: []}]\n").plays == (Play(ids=("7",)),)


def test_several_used_tasks_are_taken_whole(folder: pathlib.Path) -> None:
    (folder / "two.yaml").write_text(f"{HEAD}tasks: [{{id: 1, flow: []}}, {{id: 2, flow: []}}]\n", encoding="utf-8")

    assert len(load_text(folder, "use: two\ntitle: Mine\n").plays) == 2
    wrong = "'start' fits no single one of the 2 tasks that are used"
    assert problems_of(folder, "use: two\nstart: 1s\n") == [
        f"mine.yaml:4:1: {wrong}; allowed: tasks, which replaces them all"
    ]


def test_generated_flow_replaces_the_used_one(folder: pathlib.Path) -> None:
    (play,) = load_text(folder, "use: basic\ngenerate: {nodes: 30}\nfaults: []\n").plays

    drawn = generate("mine", "", Wish(nodes=30, edition="v2")).scenario.plays[0]
    assert (play.ids, play.name) == (("10",), "Web")
    assert (play.flow, play.events, play.faults) == (drawn.flow, drawn.events, ())


def test_frames_and_flow_replace_each_other(folder: pathlib.Path) -> None:
    (folder / "rec.json").write_text(
        '{"format": 1, "scenario": "rec", "frames": [{"at": "0s", "body": {"result": true}}]}', encoding="utf-8"
    )

    assert load_text(folder, "use: rec\nflow: [Copy]\n").plays == (Play(flow=(node("Copy"),)),)
    (play,) = load_text(folder, "use: basic\nframes: [{at: 0s, body: {}}]\nfaults: []\n").plays
    assert (play.flow, play.events, play.frames) == ((), (), (Frame(at=0, body={}),))


def test_unknown_used_scenario_is_named(folder: pathlib.Path) -> None:
    assert problems_of(folder, "use: basics\n") == [
        "mine.yaml:3:6: no scenario is called 'basics'; allowed: basic, mine; did you mean 'basic'?"
    ]


def test_name_leads_out_of_no_folder(folder: pathlib.Path) -> None:
    (folder / "inner").mkdir()

    assert problems_of(folder / "inner", "use: ../basic\n") == [
        "mine.yaml:3:6: no scenario is called '../basic'; allowed: mine"
    ]


def test_broken_used_scenario_is_told_with_its_problems(folder: pathlib.Path) -> None:
    (folder / "basic.yaml").write_text("format: 2\nscenario: basic\nflow: 3\n", encoding="utf-8")

    assert problems_of(folder, "use: basic\nstart: 3\n")[:2] == [
        "mine.yaml:3:6: the scenario 'basic' that is used here has 2 problems itself",
        "basic.yaml:1:9: format is '2'; allowed: 1",
    ]


def test_circle_of_used_scenarios_is_named(folder: pathlib.Path) -> None:
    for name, used in (("one", "two"), ("two", "mine")):
        (folder / f"{name}.yaml").write_text(f"format: 1\nscenario: {name}\nuse: {used}\n", encoding="utf-8")

    said = "the scenario uses itself: mine → one → two → mine; allowed: `use` without a circle"
    assert problems_of(folder, "use: one\n")[-1] == f"two.yaml:3:6: {said}"


def test_scenario_that_uses_itself_is_named(folder: pathlib.Path) -> None:
    assert problems_of(folder, "use: mine\n") == [
        "mine.yaml:3:6: the scenario uses itself: mine → mine; allowed: `use` without a circle"
    ]


def test_finder_is_asked_for_what_is_not_beside_the_file(folder: pathlib.Path) -> None:
    made = Scenario(name="made", plays=(Play(name="Made"),))

    def find(name: str) -> Scenario:
        if name == "made":
            return made
        raise LookupError

    assert load_text(folder, "use: made\n", find=find).plays == made.plays
    assert load_text(folder, "use: basic\n", find=find).title == "Basic"
    assert problems_of(folder, "use: other\n", find=find) == ["mine.yaml:3:6: no scenario is called 'other'"]
