"""`frames()`: the answers of a scenario without a server."""

import json
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from taskmock import mockserver
from taskmock.mockserver import MockServer, Scenario, ScenarioNotFoundError, Settings, frames, load_scenario
from taskmock.mockserver.clock import ClockMode
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import Activity, Attempt
from taskmock.mockserver.core.scenario import Play
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.scenarios.catalog import LIBRARY


def one_step(*faults, **more):
    """A scenario of one step with faults."""
    step = Activity(name="Step", attempts=(Attempt(takes=2000),))
    return Scenario(name="made", plays=(Play(flow=(step,), start=1000, faults=faults, **more),), edition="v2")


def fault(kind, value=None, **bounds):
    return Fault(kind=kind, value=value, bounds=Bounds(**bounds))


def fetched(url):
    """The status and the bytes of an answer."""
    try:
        with urllib.request.urlopen(url) as response:  # the mock's own address
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("name", ["failed-then-retried", "malformed-envelope", "transient-backend-error", "expired"])
def test_frames_are_what_a_client_of_the_server_gets(name):
    expected = frames(name)
    with MockServer(name, settings=Settings(mode=ClockMode.POLLS)) as mock:
        task = mock.play()
        got = [fetched(task.url) for _ in expected]

    for (status, body), frame in zip(got, expected, strict=True):
        assert status == frame.status
        assert (json.loads(body) if isinstance(frame.body, dict) else body) == frame.body


def test_frame_says_poll_moment_state_and_faults():
    first, *_, limited, _, _, _, good, _, last = frames("rate-limited")

    assert (first.poll, first.moment, first.state, first.faults) == (1, 0.0, "CREATED", ())
    assert (limited.poll, limited.moment, limited.state, limited.faults) == (2, 1.0, "RUNNING", ())
    assert (good.poll, good.moment) == (6, 4.0)
    assert (last.poll, last.moment, last.state) == (8, 16.0, "FINISHED")


def test_frames_take_a_name_a_file_or_a_scenario():
    path = LIBRARY / "expired.yaml"

    assert frames("expired") == frames(path) == frames(str(path)) == frames(load_scenario(path))


def test_frames_without_faults_are_all_good():
    assert all(frame.faults == () for frame in frames("malformed-envelope", faults=False))
    assert len(frames("malformed-envelope", faults=False)) == 4


def test_frames_differ_by_seed_and_task_id():
    ids = {frames("expired", seed=seed, task_id=task)[1].body["data"]["id"] for seed in "01" for task in ("10", "11")}

    assert len(ids) == 4


def test_frames_speak_the_edition():
    assert "root_id:" not in frames("failed-then-retried", "v1")[-1].body["data"]
    assert frames("failed-then-retried", "doc-2019")[0].body["data"]["finish_time"] == ""


def test_frames_refuse_an_unknown_edition():
    with pytest.raises(ValueError, match=r"unknown edition 'v3': choose one of doc-2019, v1, v2, v1@3.6.10"):
        frames("expired", "v3")


def test_frames_refuse_an_unknown_name():
    with pytest.raises(ScenarioNotFoundError, match=r"no scenario is called 'expird'; did you mean 'expired'\?"):
        frames("expird")


def test_frames_refuse_a_task_that_is_not_played():
    with pytest.raises(ValueError, match=r"^the scenario 'made' does not play for the task id '11'$"):
        frames(one_step(ids=("10",)), task_id="11")


def test_frames_choose_a_task_id_that_is_played():
    assert frames(one_step(ids=("7*",)))[-1].state == "FINISHED"


@pytest.mark.parametrize(
    ("kind", "value", "body"),
    [
        (FaultKind.EMPTY, None, b""),
        (FaultKind.RESET, 0, b""),
        (FaultKind.RESET, 5, b'{"res'),
        (FaultKind.TRUNCATE, 3, b'{"r'),
        (FaultKind.CONTENT_LENGTH, 4, b'{"re'),
        (FaultKind.BODY, "[1]", b"[1]"),
        (FaultKind.BODY, "<p>", b"<p>"),
    ],
)
def test_frame_has_the_bytes_that_a_client_has_read(kind, value, body):
    frame = frames(one_step(fault(kind, value, polls=(2,))))[1]

    assert (frame.body, frame.state, frame.faults) == (body, "RUNNING", (kind,))


def test_frame_keeps_the_true_state_where_a_break_hides_it():
    dropped = fault(FaultKind.BREAK, {"node": "task", "drop": "state"})

    shown = frames(one_step(dropped))

    assert [frame.state for frame in shown] == ["CREATED", "RUNNING", "FINISHED"]
    assert all("state" not in frame.body["data"] for frame in shown)


@pytest.mark.parametrize("bounds", [{}, {"chance": 1}, {"state": "RUNNING"}, {"since": 500}])
def test_frames_end_at_a_fault_that_never_ends(bounds):
    shown = frames(one_step(fault(FaultKind.HTTP, 502, **bounds)))

    assert shown[-1].faults == (FaultKind.HTTP,)
    assert [frame.status for frame in shown].count(502) == 1


@pytest.mark.parametrize("bounds", [{"answers": 3}, {"polls": (1, 2, 3)}, {"chance": 0.3}])
def test_frames_go_on_behind_a_fault_that_ends(bounds):
    shown = frames(one_step(fault(FaultKind.HTTP, 502, **bounds)))

    assert shown[-1].state == "FINISHED"
    assert shown[-1].status == 200
    assert any(frame.status == 502 for frame in shown)


def test_expired_task_of_the_document_is_refused():
    last = frames("expired", "doc-2019")[-1]

    assert last.state == "EXPIRED"
    assert last.body["message"] == "task[id=10] get status error: the task's history has expired"


def test_fault_while_expired_holds():
    shown = frames(one_step(fault(FaultKind.HTTP, 404, state="EXPIRED"), expires=2500))

    assert [(frame.state, frame.status) for frame in shown] == [("CREATED", 200), ("RUNNING", 200), ("EXPIRED", 404)]


def test_recorded_answers_are_played_as_they_are():
    body = {"result": True, "data": {"state": "RUNNING", "children": {"a": {"name": "Copy", "state": "FAILED"}}}}
    refused = {"result": False, "message": "no"}
    text = json.dumps(
        {
            "format": 1,
            "scenario": "recorded",
            "frames": [{"at": "0s", "body": body}, {"at": "5s", "body": refused}],
            "faults": [{"when": "Copy FAILED", "answers": 1, "http": 502}],
        }
    )

    shown = frames(read_scenario(text, source="recorded"))

    assert [(frame.moment, frame.status, frame.state) for frame in shown] == [
        (0.0, 502, "RUNNING"),
        (0.0, 200, "RUNNING"),
        (5.0, 200, None),
    ]
    assert [frame.body for frame in shown[1:]] == [body, refused]


# -- the package


def test_every_public_name_is_there():
    assert sorted(mockserver.__all__) == list(mockserver.__all__)
    assert {name: getattr(mockserver, name) for name in dir(mockserver)}.keys() == set(mockserver.__all__)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'taskmock.mockserver' has no attribute 'frame'"):
        mockserver.frame  # noqa: B018


def test_frames_stay_a_function_whatever_was_imported():
    modules = "import taskmock.mockserver.dry_run.frames, taskmock.mockserver.dry_run.lint"
    code = f"{modules}; from taskmock.mockserver import frames, lint"

    subprocess.run([sys.executable, "-c", f"{code}; assert callable(frames) and callable(lint)"], check=True)


def test_importing_the_package_loads_nothing_else():
    code = (
        "import sys, taskmock.mockserver as m; print([n for n in sys.modules if n.startswith('taskmock.mockserver.')])"
    )

    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert found.stdout == "[]\n"


def test_frames_answer_the_flags_that_the_client_sends():
    last = frames("nested-subprocess-failure", params={"with_ex_data": True})[-1]

    assert list(last.body["data"]["ex_data"].values()) == ["exit code 1: port 8080 is in use"]


def test_frame_of_a_refusal_keeps_the_state_that_the_flags_hid():
    created, *_, expired = frames("expired", params={"with_failed_node_info": True})

    assert [(frame.body["code"], frame.state) for frame in (created, expired)] == [
        (3599999, "CREATED"),
        (3599999, "EXPIRED"),
    ]


def test_frame_that_is_broken_keeps_the_state_of_the_subtree_that_was_asked_for():
    broken = fault(FaultKind.BREAK, {"node": "task", "state": "ODD"})
    scenario = one_step(broken)
    node_id = "n" + 31 * "0"

    *_, last = frames(scenario, params={"subprocess_id": node_id})

    assert (last.body["data"]["state"], last.state) == ("ODD", "CREATED")
