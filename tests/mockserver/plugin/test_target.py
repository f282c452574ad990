"""Tests that judge a server which is not of this run: a real one, or a mock that somebody has started."""

import pytest

from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.server.mock_server import MockServer

pytest_plugins = ["pytester"]

TESTS = """
import json
from urllib.request import urlopen

import pytest

STATUS = "/api/c/compapi/v2/sops/get_task_status/"
QUERY = "?bk_app_code=a&bk_app_secret=b&bk_username=me&bk_biz_id=2&task_id=10"


def test_contract(taskmock, taskmock_contract):
    with urlopen(taskmock.url + STATUS + QUERY) as answer:
        taskmock_contract.check(answer.read())


def test_play(taskmock):
    taskmock.play("slow-start")


def test_requests(taskmock):
    taskmock.requests()


def test_app(taskmock):
    taskmock.app


@pytest.mark.taskmock(scenario="slow-start")
def test_marked(taskmock):
    pass


@pytest.mark.taskmock(clock="instant")
def test_clock(taskmock):
    pass


def test_misspelt(taskmock):
    with pytest.raises(AttributeError, match="a taskmock target has no attribute 'palys'"):
        taskmock.palys
"""


@pytest.fixture
def server():
    with MockServer(clock=ManualClock()) as running:
        yield running


@pytest.fixture
def run(pytester):
    def ran(*arguments):
        pytester.makepyfile(TESTS)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-rs", *arguments)

    return ran


def reasons(option):
    uses = ["taskmock.play", "taskmock.requests", "taskmock.app"]
    other = f"and {option} names a server that is not of this run"
    return [f"SKIPPED * the test uses {use}, {other}" for use in uses] + [f"*the test plays a scenario, {other}"]


def test_target_is_judged_and_tests_that_play_are_skipped(run, server):
    result = run(f"--taskmock-target={server.url}/")

    result.assert_outcomes(passed=2, skipped=5)
    result.stdout.fnmatch_lines_random(reasons("--taskmock-target"))
    assert [(entry.session, entry.code) for entry in server.requests()] == [("default", 0)]


def test_running_mock_gives_each_test_a_session(run, server):
    result = run(f"--taskmock-server={server.url}")

    result.assert_outcomes(passed=2, skipped=5)
    result.stdout.fnmatch_lines_random(reasons("--taskmock-server"))
    assert [entry.session.startswith("s-") for entry in server.requests()] == [True]


@pytest.mark.parametrize("name", ["target", "server"])
def test_server_may_stand_in_the_ini_file(run, server, pytester, name):
    pytester.makeini(f"[pytest]\ntaskmock_{name} = {server.url}\n")

    run().assert_outcomes(passed=2, skipped=5)


def test_option_wins_over_the_ini_file(run, server, pytester):
    pytester.makeini("[pytest]\ntaskmock_target = http://127.0.0.1:9\n")

    run(f"--taskmock-target={server.url}").assert_outcomes(passed=2, skipped=5)


@pytest.mark.parametrize(
    ("ini", "message"),
    [
        ("taskmock_samples = nowhere", "taskmock_samples: nowhere is not there"),
        ("taskmock_scenarios = nowhere", "taskmock_scenarios: there is no folder nowhere"),
        ("taskmock_server = localhost:80", "taskmock_server: 'localhost:80' is no URL that begins with http:// or "),
        ("taskmock_target = localhost:80", "taskmock_target: 'localhost:80' is no URL that begins with http:// or "),
    ],
)
def test_ini_key_is_blamed_by_its_own_name(pytester, ini, message):
    pytester.makeini(f"[pytest]\n{ini}\n")

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "".join(line for line in result.errlines if line).startswith(f"ERROR: {message}")
