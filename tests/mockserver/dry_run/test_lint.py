"""`lint()`: what is wrong with a scenario, and on which line of its file."""

import json
import re

import pytest

from taskmock.mockserver import Finding, Scenario, ScenarioError, dump_scenario, lint
from taskmock.mockserver import frames as played
from taskmock.mockserver.core.command import Command, Verb
from taskmock.mockserver.core.fault import Bounds
from taskmock.mockserver.core.flow import Activity, Arm, Branch, BranchKind, Loop
from taskmock.mockserver.core.scenario import Event, Frame, Play, Trigger
from taskmock.mockserver.dry_run.frames import polled_playback
from taskmock.mockserver.dry_run.lint import ScenarioRun, broken_answers, holding_moments
from taskmock.mockserver.dry_run.lint_file import placed, refuse_broken
from taskmock.mockserver.playback.poll import Query
from taskmock.mockserver.scenarios import load_scenario, read_scenario

HEAD = "format: 1\nscenario: mine\nedition: v2\nstart: 1s\nflow: [Copy: 2s, Check: {takes: 2s, fails: no}]\n"


def findings(text):
    return [(found.code, found.place, found.message) for found in lint(read_scenario(HEAD + text, source="mine"))]


def problems_in(path):
    return placed(lint(load_scenario(path)), path)


def recorded(body):
    """A scenario that answers one recorded body."""
    return Scenario(name="recorded", plays=(Play(frames=(Frame(at=0, body=body),)),))


def test_sound_scenario_has_no_finding():
    assert findings("ends: FAILED\n") == []


def test_task_that_waits_for_its_start_is_judged_as_started():
    waiting = HEAD.replace("start: 1s", "start: on_request")
    scenario = read_scenario(waiting + "ends: FINISHED\nfaults: [{when: task CREATED, http: 502}]\n", source="mine")

    assert [finding.message for finding in lint(scenario)] == ["ends is FINISHED, but the task ends FAILED"]


def test_refused_event_is_found():
    assert findings("events: [{at: 2s, retry: Check}]\n") == [
        (
            "refused-event",
            ("events", 0),
            "the event retry Check is refused: State matching query does not exist.",
        )
    ]


GATEWAY = "n0123456789abcdef0123456789abcde"


@pytest.mark.parametrize(
    ("step", "event", "refused"),
    [
        ("Wait: {waits: callback}", "{at: 1s, retry: Wait}", "ID state is not FAILED, actual RUNNING"),
        ("Wait: 1s", "{at: 2s, skip: Wait}", "ID state is not FAILED, actual FINISHED"),
        ("subprocess: S, flow: [A: {fails: x}]", "{at: 2s, retry: S}", "ID state is not FAILED, actual RUNNING"),
        ("subprocess: S, flow: [A: 9s]", "{at: 2s, forced_fail: S}", "ID is not activity, actual: SubProcess"),
        (
            "subprocess: S, flow: [A: 9s]",
            "{at: 2s, pause: S}",
            "can not use pause_node_appoint api for NodeType.SubProcess",
        ),
        ("Wait: 9s", "{at: 2s, resume: task}", "pipeline(ID) state is: RUNNING"),
        ("Wait: 9s", "{at: 2s, skip_exg: Wait, take: ok}", "ID is not exclusive gateway, actual: ServiceActivity"),
        (
            f"exclusive: {{take: ok, arms: {{ok: [A: 9s]}}}}, id: {GATEWAY}",
            f"{{at: 2s, skip_exg: {GATEWAY}, take: ok}}",
            "ID state is not FAILED, actual FINISHED",
        ),
        (
            f"exclusive: {{take: ok, arms: {{ok: [A: 9s]}}}}, id: {GATEWAY}",
            f"{{at: 2s, retry: {GATEWAY}}}",
            "bamboo_engine.exceptions.NotFoundError",
        ),
    ],
)
def test_event_that_the_engine_refuses_is_found_in_its_words(step, event, refused):
    text = f"format: 1\nscenario: mine\nedition: v2\nflow: [{{{step}}}]\nevents: [{event}]\n"

    (found,) = lint(read_scenario(text, source="mine"))

    said = found.message.partition(" is refused: ")[2]
    assert (found.code, found.place) == ("refused-event", ("events", 0))
    assert re.sub(r"\bn[0-9a-f]{31}\b", "ID", said) == refused


def test_callback_that_comes_to_nothing_is_no_finding():
    assert findings("events: [{at: 2s, callback: Copy}]\n") == []


@pytest.mark.parametrize(("quirks", "refused"), [("real", []), ("kind", ["pause", "resume"])])
def test_traps_are_no_findings_and_a_kind_engine_refuses_them(quirks, refused, tmp_path):
    file = tmp_path / "trap.yaml"
    file.write_text(
        f"format: 1\nscenario: trap\nedition: v2\nquirks: {quirks}\nflow: [A: 5s]\n"
        "events: [{at: 2s, pause: A}, {at: 8s, resume: A}]\n",
        encoding="utf-8",
    )
    scenario = load_scenario(file)

    refuse_broken(scenario, file)

    assert [found.code for found in lint(scenario)] == ["refused-event"] * len(refused)


def test_wrong_end_is_found():
    assert findings("ends: FINISHED\n") == [("wrong-end", ("ends",), "ends is FINISHED, but the task ends FAILED")]


def test_fault_that_never_holds_is_found():
    text = (
        "faults: [{when: Copy FAILED, http: 502}, {from: 9s, delay: 1s}, {when: Copy RUNNING, from: 4s, reset: true}]\n"
    )

    assert findings(text) == [
        ("idle-fault", ("faults", 0), "the fault http holds at no moment"),
        ("idle-fault", ("faults", 2), "the fault reset holds at no moment"),
    ]


@pytest.mark.parametrize("bounds", ["polls: [99]", "chance: 0.001", "answers: 1", "from: 100s", "to: 1ms"])
def test_fault_that_may_hold_is_no_finding(bounds):
    assert findings(f"faults: [{{{bounds}, http: 502}}]\n") == []


def test_break_that_breaks_nothing_is_found():
    text = "faults: [{break: {node: Copy, state: FINISHED}, when: Copy FINISHED}, {break: {node: task, drop: id}}]\n"

    assert findings(text) == [
        (
            "idle-break",
            ("faults", 0),
            "the contract break breaks nothing: every answer that it touches keeps the contract",
        )
    ]


def test_findings_of_several_tasks_say_which():
    text = (
        "format: 1\nscenario: two\nedition: v2\ntasks:\n- {id: 1, flow: [A: 1s]}\n"
        "- {id: 2, flow: [B: 1s], faults: [{when: B FAILED, http: 500}]}\n"
    )

    found = lint(read_scenario(text, source="two"))

    assert [finding.place for finding in found] == [("tasks", 1, "faults", 0)]


def test_recorded_answer_that_breaks_the_contract_is_found():
    (found,) = lint(recorded({"result": True, "data": {"state": "EXPIRED"}}))

    assert (found.code, found.place) == ("contract", ("frames", 0))
    assert str(found).startswith("the answer at 0 s breaks the contract of v2: field.missing at /data/name: ")


def test_each_code_of_a_broken_answer_is_found_once():
    found = lint(recorded({"result": True, "data": {"state": "EXPIRED", "name": 1, "id": "x", "loop": 1}}))

    codes = [str(finding).split(": ")[1].split(" ")[0] for finding in found]
    assert sorted(codes) == sorted(set(codes))
    assert {"field.type"} < set(codes)


def test_recorded_answers_are_judged_by_the_scenarios_edition():
    body = {"result": True, "data": {"state": "EXPIRED", "name": "x"}}

    assert broken_answers(recorded(body)) == ()
    (found, *_) = broken_answers(Scenario(name="old", plays=recorded(body).plays, edition="doc-2019"))
    assert "the contract of doc-2019" in str(found)


def course(*bodies, each=60_000):
    """A scenario that answers recorded bodies, a minute each."""
    frames = tuple(Frame(at=each * number, body=body) for number, body in enumerate(bodies))
    return Scenario(name="recorded", edition="v2", plays=(Play(frames=frames),))


def test_course_of_recorded_answers_is_judged():
    bodies = [frame.body for frame in played(read_scenario(HEAD, source="mine"))]
    assert lint(course(*bodies)) == lint(course(*bodies, each=10)) == ()

    found = lint(course(*bodies, bodies[1]))

    assert {(one.code, one.place) for one in found} == {("contract", ("frames", len(bodies)))}
    assert f"the answer at {60 * len(bodies)} s, after that at " in str(found[0])
    assert "s, breaks the contract of v2: history.backwards: the answer is older by " in str(found[0])


def test_break_in_the_course_of_a_file_stands_at_its_frame(tmp_path):
    bodies = [frame.body for frame in played(read_scenario(HEAD, source="mine"))]
    path = written(tmp_path / "mine.yaml", dump_scenario(course(bodies[-1], bodies[1])))

    lines = {problem.line for problem in problems_in(path)}

    assert len(lines) == 1
    assert path.read_text(encoding="utf-8").splitlines()[lines.pop() :][0].strip() == '"at": "1m",'


def test_flow_that_no_engine_runs_is_found_in_a_scenario_from_code():
    step = Activity(name="A")
    arms = Arm(name="a", flow=()), Arm(name="b", flow=(Loop(times=2, flow=(step,)),))
    inner = Branch(kind=BranchKind.EXCLUSIVE, arms=arms, take=("b",))
    outer = Branch(
        kind=BranchKind.PARALLEL, arms=(Arm(name="1", flow=(inner,)), Arm(name="2", flow=())), take=("1", "2")
    )

    assert [(one.code, one.message) for one in lint(Scenario(name="mine", plays=(Play(flow=(outer,)),)))] == [
        ("refused-flow", "no engine runs the flow: the validator refuses it (非法网关, 请检查其分支是否符合规则)")
    ]
    assert lint(Scenario(name="mine", plays=(Play(flow=(inner,)),))) == ()


def test_address_that_names_nothing_is_found():
    event = Event(trigger=Trigger(at=1), command=Command(verb=Verb.RETRY, target="Cpoy"))
    made = Scenario(name="made", plays=(Play(flow=(Activity(name="Copy"),), events=(event,)),))

    assert lint(made) == (Finding(code="bad-address", message="no node is called 'Cpoy'; did you mean 'Copy'?"),)


def test_scenario_without_an_edition_is_judged_as_the_document():
    assert lint(Scenario(name="made", plays=(Play(flow=(Activity(name="Copy"),)),))) == ()


@pytest.mark.parametrize(
    ("bounds", "moments"),
    [
        ({}, [0, 1000, 3000, 5000]),
        ({"since": 2000}, [1000, 3000, 5000]),
        ({"since": 3000}, [3000, 5000]),
        ({"until": 3000}, [0, 1000]),
        ({"since": 1200, "until": 1300}, [1000]),
        ({"since": 9000}, [5000]),
        ({"node": "Copy", "state": "RUNNING"}, [1000]),
        ({"state": "CREATED"}, [0]),
        ({"state": "FAILED", "until": 4000}, []),
    ],
)
def test_holding_moments_are_those_of_the_bounds(bounds, moments):
    playback = polled_playback(read_scenario(HEAD, source="mine"))
    history = playback.history(playback.open(Query(session="default", task_id="10")))

    assert list(holding_moments(history, Bounds(**bounds))) == moments


# -- files


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_problem_stands_at_its_line(tmp_path):
    text = HEAD + "ends: FINISHED\nfaults:\n  - {polls: [1], http: 502}\n  - {when: Copy FAILED, http: 500}\n"
    path = written(tmp_path / "mine.yaml", text)

    problems = problems_in(path)

    assert [(problem.line, problem.column, problem.code) for problem in problems] == [
        (6, 1, "wrong-end"),
        (9, 5, "idle-fault"),
    ]
    assert str(problems[0]) == f"{path}:6:1: ends is FINISHED, but the task ends FAILED"


def test_problem_of_what_is_used_stands_where_it_is_used(tmp_path):
    written(tmp_path / "base.yaml", HEAD + "faults: [{when: Copy FAILED, http: 500}]\n")
    path = written(tmp_path / "top.yaml", "# first\nformat: 1\nscenario: top\nuse: base\n")

    assert [(problem.line, problem.code) for problem in problems_in(path)] == [(2, "idle-fault")]


def test_problem_in_a_json_file_stands_at_its_line(tmp_path):
    data = {"format": 1, "scenario": "mine", "flow": ["A"], "tags": ["x"], "ends": "FAILED"}
    path = written(tmp_path / "mine.json", json.dumps(data, indent=1))

    assert [(problem.line, problem.column) for problem in problems_in(path)] == [(10, 2)]


def test_sound_file_has_no_problem(tmp_path):
    assert problems_in(written(tmp_path / "mine.yaml", HEAD)) == ()


@pytest.mark.parametrize("place", [("flow", "x"), ("flow", 7), ("edition", "deeper"), ("nothing",)])
def test_place_that_is_not_in_the_file_stands_at_what_is(tmp_path, place):
    path = written(tmp_path / "mine.yaml", HEAD)

    (problem,) = placed([Finding(code="x", message="y", place=place)], path)

    assert problem.line in {1, 3, 5}


def test_loaded_scenario_with_broken_answers_is_refused(tmp_path):
    body = {"result": True, "data": {"state": "EXPIRED"}}
    text = json.dumps({"format": 1, "scenario": "bad", "frames": [{"at": "0s", "body": body}]})
    path = written(tmp_path / "bad.json", text)

    with pytest.raises(ScenarioError) as caught:
        refuse_broken(load_scenario(path), path)

    (problem,) = caught.value.problems
    assert (problem.line, problem.code) == (1, "contract")


@pytest.mark.parametrize(("judged", "moments"), [(1, [5000]), (10, [0, 5000]), (10**6, [0, 1000, 3000, 5000])])
def test_answers_are_sampled_by_size(judged, moments):
    scenario = read_scenario(HEAD, source="mine")
    run = ScenarioRun(scenario, scenario.plays[0])

    assert list(run.sampled(run.history.moments, judged=judged)) == moments


def test_loaded_scenario_that_is_sound_is_taken(tmp_path):
    path = written(tmp_path / "mine.yaml", HEAD + "faults: [{break: {node: task, drop: id}}]\n")

    assert refuse_broken(load_scenario(path), path) is None
