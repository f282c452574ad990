"""What is no value for an argument at all is refused by one sentence: which argument, what it takes, what it got."""

import pytest

from support.copy_scenario import COPY
from taskmock.mockserver import (
    ManualClock,
    MockServer,
    Scenario,
    Settings,
    dump_scenario,
    frames,
    lint,
    load_scenario,
    read_scenario,
)
from taskmock.schemas.argument import ArgumentError

SCENARIO = "a scenario's name, its file, or a Scenario (read_scenario makes one of a text)"
GIVEN = "a Scenario, such as load_scenario(FILE) gives"
ID = "a task's id as text"
NODE = "a node's name, path or id as text"


@pytest.fixture(scope="module")
def mock():
    with MockServer(clock=ManualClock()) as server:
        yield server


def refused(call, *args, **more) -> str:
    with pytest.raises(ArgumentError) as caught:
        call(*args, **more)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ValueError)
    return str(caught.value)


@pytest.mark.parametrize("scenario", [{"flow": []}, 5, ["x"], b"x", True, Ellipsis])
def test_what_names_no_scenario_is_refused_wherever_one_is_taken(mock, scenario):
    told = f"takes {SCENARIO}, not {scenario!r}"

    assert refused(frames, scenario) == f"frames(scenario) {told}"
    assert refused(mock.play, scenario) == f"play(scenario) {told}"
    assert refused(mock.session().play, scenario) == f"play(scenario) {told}"
    assert refused(mock.session().settle, scenario=scenario) == f"settle(scenario=…) {told}"
    assert refused(Settings, scenario=scenario) == f"Settings(scenario=…) {told}"
    assert refused(MockServer, scenario) == f"Settings(scenario=…) {told}"


@pytest.mark.parametrize("scenario", ["file.yaml", None, {"flow": []}, 5])
def test_what_takes_a_scenario_takes_nothing_else(scenario):
    assert refused(lint, scenario) == f"lint(scenario) takes {GIVEN}, not {scenario!r}"
    assert refused(dump_scenario, scenario) == f"dump_scenario(scenario) takes {GIVEN}, not {scenario!r}"


@pytest.mark.parametrize("path", [None, 5, {"flow": []}, b"x.yaml"])
def test_scenario_is_loaded_from_a_path_only(path):
    assert refused(load_scenario, path) == f"load_scenario(path) takes the path of a scenario file, not {path!r}"


def test_scenario_is_read_from_text_only():
    taken = "a scenario's YAML or JSON as text or bytes"

    assert refused(read_scenario, {"a": 1}, source="x") == f"read_scenario(text) takes {taken}, not {{'a': 1}}"
    told = "read_scenario(source=…) takes the text that errors call the scenario by, not None"
    assert refused(read_scenario, "format: 1", source=None) == told


@pytest.mark.parametrize("verb", ["retry", "skip", "forced_fail", "rollback", "callback", "pause", "resume"])
@pytest.mark.parametrize("node", [None, 5, ["Copy"], b"Copy"])
def test_command_takes_a_node_by_text(mock, verb, node):
    commands = mock.play(COPY).commands

    assert refused(getattr(commands, verb), node) == f"{verb}(…) takes {NODE}, not {node!r}"


def test_callback_takes_what_json_can_hold(mock):
    commands = mock.play(COPY).commands

    assert refused(commands.callback, "x", result="no") == "callback(result=…) takes True or False, not 'no'"
    told = "callback(ex_data=…) takes what JSON can hold, not {1}"
    assert refused(commands.callback, "x", result=False, ex_data={1}) == told


@pytest.mark.parametrize("task_id", [5, None, ["5"], b"5"])
def test_task_id_is_text(mock, task_id):
    if task_id is not None:  # None leaves the choice to the scenario, or means all tasks
        told = f"takes {ID}, not {task_id!r}"
        assert refused(mock.play, COPY, task_id) == f"play(task_id=…) {told}"
        assert refused(frames, COPY, task_id=task_id) == f"frames(task_id=…) {told}"
        assert refused(mock.session().requests, task_id) == f"requests(task_id) {told}"
        assert refused(mock.session().wait_for_requests, task_id=task_id) == f"wait_for_requests(task_id=…) {told}"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"seed": None}, "frames(seed=…) takes a text or a whole number, not None"),
        ({"faults": "no"}, "frames(faults=…) takes True or False, not 'no'"),
        ({"params": "with_ex_data"}, "frames(params=…) takes the parameters of a call by name, not 'with_ex_data'"),
    ],
)
def test_frames_takes_what_it_says(more, told):
    assert refused(frames, COPY, **more) == told


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"locale": 5}, "Settings(locale=…) takes a locale's name as text, not 5"),
        ({"strict_sessions": "yes"}, "Settings(strict_sessions=…) takes True or False, not 'yes'"),
        ({"admin": 1}, "Settings(admin=…) takes True or False, not 1"),
        ({"quirks": None}, "Settings(quirks=…) takes True or False, not None"),
        ({"admin_token": b"t"}, "Settings(admin_token=…) takes a text, not bytes"),
        ({"auth": {}}, "Settings(auth=…) takes the path of a file of declarations, or an Auth, not dict"),
    ],
)
def test_setting_takes_what_it_says(settings, told):
    assert refused(Settings, **settings) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"settings": {}}, "MockServer(settings=…) takes a Settings, not {}"),
        ({"host": None}, "MockServer(host=…) takes the name or address of a network interface, not None"),
        ({"port": "80"}, "MockServer(port=…) takes a whole number, not '80'"),
        ({"port": True}, "MockServer(port=…) takes a whole number, not True"),
    ],
)
def test_server_takes_what_it_says(given, told):
    assert refused(MockServer, **given) == told


def test_empty_name_of_a_scenario_names_none():
    with pytest.raises(LookupError, match=r"^no scenario is called ''"):
        MockServer("")


@pytest.mark.parametrize("name", ["", "a b", "x" * 129])
def test_session_is_named_as_in_a_url(mock, name):
    with pytest.raises(ValueError, match="cannot name a session: 1 to 128 visible ASCII characters"):
        mock.session(name)
    assert refused(mock.session, 5) == "session(name) takes a session's name as text, not 5"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"count": "2"}, "wait_for_requests(count) takes a whole number, not '2'"),
        ({"within": "1"}, "wait_for_requests(within=…) takes seconds as a number, not '1'"),
    ],
)
def test_waiting_takes_numbers(mock, given, told):
    assert refused(mock.session().wait_for_requests, **given) == told


@pytest.mark.parametrize("within", [-1, float("nan"), float("inf"), 1e12])
def test_waiting_ends_at_a_moment_that_comes(mock, within):
    with pytest.raises(ValueError, match=r"^wait_for_requests\(within=…\) takes 0 to .* seconds, not "):
        mock.session().wait_for_requests(within=within)


def test_scenario_without_a_task_is_refused(mock):
    for play in (mock.play, frames):
        with pytest.raises(ValueError, match=r"^the scenario 'empty' has no task to play$"):
            play(Scenario(name="empty", plays=()))


def test_long_value_is_shown_in_part(mock):
    told = refused(mock.play, {"flow": list(range(1000))})

    assert len(told) < 200
    assert told.endswith("…")
