"""MockServer in a program: started and stopped, its sessions, its tasks and what may be done to them."""

import asyncio
import threading
from pathlib import Path

import pytest

from support.app_calls import assert_strict, shape, target
from support.copy_scenario import COPY
from support.mock_calls import PATIENCE, send
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.errors import ScenarioNotFoundError
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.generation.names import LocaleError
from taskmock.mockserver.scenarios import ScenarioError
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.session import playable_id

FILE = """\
format: 1
scenario: copy
task: {id: "2?", name: Copy all}
flow: [Copy: 3s]
"""


def test_server_has_a_url_only_while_it_runs():
    server = MockServer()
    with server:
        assert server.url.startswith("http://127.0.0.1:")

    with pytest.raises(RuntimeError, match=r"^the mock server is not running; use it in a `with` block$"):
        _ = server.url


def test_server_starts_again_after_its_stop():
    server = MockServer(clock=ManualClock())
    bodies = []
    for _ in range(2):
        with server:
            bodies.append(send(server.url, target()).json["data"])

    assert bodies[0] == bodies[1]


def test_server_that_runs_does_not_start_twice(mock):
    with pytest.raises(RuntimeError, match="already started"):
        mock.start()


def test_server_leaves_no_thread_behind():
    before = set(threading.enumerate())
    with MockServer() as server:
        send(server.url, target())

    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_server_works_in_an_event_loop():
    async def ask() -> int:
        async with MockServer() as server:
            return (await asyncio.to_thread(send, server.url, target())).status

    assert asyncio.run(ask()) == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "mock.lan"])
def test_server_for_other_machines_needs_a_token(host):
    with pytest.raises(ValueError, match="other machines can reach the host"):
        MockServer(host=host)


@pytest.mark.parametrize("settings", [Settings(admin_token="s3cret"), Settings(admin=False)])
def test_server_for_other_machines_is_made_where_the_admin_api_is_not_open(settings):
    assert MockServer(host="0.0.0.0", settings=settings).requests() == ()


@pytest.mark.parametrize("token", ["", " ", "\n"])
def test_empty_admin_token_is_refused(token):
    with pytest.raises(ValueError, match="the admin token is empty"):
        Settings(admin_token=token)


def test_server_without_an_admin_api_says_so():
    with MockServer(settings=Settings(admin=False)) as server:
        refused = send(server.url, "/__admin/sessions")
        healthy = send(server.url, "/__admin/health")

    assert (refused.status, refused.json["error"]) == (
        404,
        "this mock has no admin API: it was started with --no-admin (Settings(admin=False))",
    )
    assert healthy.status == 200


def test_server_listens_on_ipv6():
    with MockServer(host="::1") as server:
        assert server.url.startswith("http://[::1]:")
        assert_strict(send(server.url, target()))


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        (Settings(locale="xx"), LocaleError, "unknown locale 'xx'; allowed: en, zh, or one of Faker's such as ja_JP"),
        (Settings(scenario="nowhere"), ScenarioNotFoundError, "no scenario is called 'nowhere'"),
        (Settings(scenario="nowhere.yaml"), ScenarioError, "nowhere.yaml: the file cannot be read"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_once(settings, kind, message):
    with pytest.raises(kind) as caught:
        MockServer(settings=settings)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"edition": "v3"}, "unknown edition 'v3': choose one of doc-2019, v1, v2, v1@3.6.10; did you mean 'v2'?"),
        ({"speed": 0}, "a speed is a positive number, not 0"),
        ({"speed": float("nan")}, "a speed is a positive number, not nan"),
        ({"speed": "2"}, "a speed is a positive number, not '2'"),
        ({"speed": True}, "a speed is a positive number, not True"),
        ({"seed": 7.5}, "a seed is a text or a whole number, not 7.5"),
        ({"seed": None}, "a seed is a text or a whole number, not None"),
        ({"clock": "pols"}, "unknown clock 'pols': choose one of wall, polls, manual, instant; did you mean 'polls'?"),
        ({"clock": 3}, "a clock is one of wall, polls, manual, instant, or a clock such as ManualClock(), not 3"),
        ({"mode": "hand"}, "unknown mode 'hand': choose one of wall, polls, manual, instant"),
        (
            {"session_from": "foo"},
            "unknown credential for session_from 'foo': choose one of bk_username, bk_token, bk_app_code",
        ),
        ({"scenarios": "nowhere"}, "scenarios are folders of scenario files, and there is no folder 'nowhere'"),
        ({"scenarios": [None]}, "scenarios are folders of scenario files, and there is no folder 'None'"),
    ],
)
def test_settings_refuse_what_cannot_be(wrong, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole text is compared
        Settings(**wrong)

    assert str(caught.value) == message


def test_number_is_a_seed_like_its_text():
    bodies = []
    for seed in (7, "7"):
        with MockServer(clock=ManualClock(), settings=Settings(seed=seed)) as server:
            bodies.append(send(server.url, target()).body)

    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("arguments", [{"clock": "polls"}, {"settings": Settings(clock="polls")}])
def test_clock_may_be_the_name_of_a_mode(arguments):
    with MockServer("failed-then-retried", **arguments) as server:
        readings = [send(server.url, target()).headers["X-Mock-Reading"].split(";")[0] for _ in range(3)]

    assert readings == sorted(set(readings))


def test_one_folder_of_scenarios_stands_for_itself(tmp_path):
    assert Settings(scenarios=str(tmp_path)).scenarios == (tmp_path,)


def test_locale_names_the_nodes():
    clock = ManualClock()
    with MockServer(clock=clock, settings=Settings(locale="zh", edition="v2")) as server:
        send(server.url, target())
        clock.advance(100)

        names = str(shape(send(server.url, target()).json["data"]))

    assert any("\u4e00" <= character <= "\u9fff" for character in names)


def test_play_gives_a_task_with_its_url(mock):
    task = mock.session("one").play(COPY)

    answer = send(task.url)

    assert (task.id, task.scenario, task.ends) == ("10", "copy", "FAILED")
    assert answer.headers["X-Mock-Session"] == "one"
    assert answer.headers["X-Mock-Scenario"] == "copy"
    assert_strict(answer, "v2")


def test_play_without_a_scenario_plays_the_servers():
    with MockServer(COPY, clock=ManualClock()) as server:
        assert server.play().scenario == "copy"
        assert server.session().play(task_id="77").scenario == "copy"


def test_play_without_any_scenario_plays_a_generated_task(mock):
    assert mock.play(task_id="77").scenario == "generated"


def test_play_takes_a_file(mock, tmp_path):
    path = tmp_path / "copy.yaml"
    path.write_text(FILE, encoding="utf-8")

    tasks = [mock.session().play(file) for file in (path, str(path))]

    assert [(task.id, task.scenario, task.ends) for task in tasks] == [("21", "copy", "FINISHED")] * 2


def test_play_refuses_a_task_id_that_the_scenario_does_not_play_for(mock, tmp_path):
    path = tmp_path / "copy.yaml"
    path.write_text(FILE, encoding="utf-8")

    with pytest.raises(ValueError, match=r"^the scenario 'copy' does not play for the task '10'; allowed: 2\?$"):
        mock.play(path, task_id="10")


@pytest.mark.parametrize(
    ("ids", "task_id"),
    [
        ((), "10"),
        (("1*",), "10"),
        (("2*",), "21"),
        (("a?b*",), "a1b1"),
        (("7", "10"), "10"),
        (("[3-5]x",), "3x"),
        (("[!3-5]x",), "[!3-5]x"),
    ],
)
def test_playable_id_is_one_that_the_scenario_plays_for(ids, task_id):
    assert playable_id(Scenario(name="s", plays=(Play(ids=ids),))) == task_id


def test_settled_scenario_plays_for_every_task_of_the_session(mock):
    session = mock.session()
    session.settle(scenario=COPY, clock="instant")

    answers = [send(session.url, target(task_id=task_id)) for task_id in ("10", "11")]

    assert [answer.headers["X-Mock-Scenario"] for answer in answers] == ["copy", "copy"]
    assert [answer.state for answer in answers] == ["FAILED", "FAILED"]


def test_settle_refuses_an_unknown_clock(mock):
    message = r"^unknown clock 'poll': choose one of wall, polls, manual, instant; did you mean 'polls'\?$"
    with pytest.raises(ValueError, match=message):
        mock.session().settle(clock="poll")


def test_settled_clock_counts_polls():
    with MockServer(COPY) as server:
        session = server.session()
        session.settle(clock="polls")

        seen = [send(session.url, target()).state for _ in range(8)]

    assert seen[0] == "CREATED"
    assert seen[-1] == "FAILED"
    assert "RUNNING" in seen


def test_scenario_file_that_is_broken_says_where(tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text("format: 1\nscenario: x\nflo: []\n", encoding="utf-8")

    with pytest.raises(ScenarioError) as caught:
        build_app(Settings(scenario=Path(path)))

    assert str(caught.value).startswith(f"{path}:3:1: ")
