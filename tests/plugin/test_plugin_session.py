"""The fixture `taskmock`: a session of the mock for each test, played in a pytest of its own."""

import pytest

pytest_plugins = ["pytester"]

HEAD = """
import json
import time
from urllib.request import urlopen

import pytest

from taskmock.mockserver.pipeline import Activity, Attempt
from taskmock.mockserver.scenario import Play, Scenario

STATUS = "/api/c/compapi/v2/sops/get_task_status/"
QUERY = "?bk_app_code=a&bk_app_secret=b&bk_username=me&bk_biz_id=2&task_id=10"
COPY = Scenario(
    name="copy", plays=(Play(start=1000, flow=(Activity(name="A", attempts=(Attempt(fails="disk full"),)),)),)
)


def state(url):
    with urlopen(url) as answer:
        return json.load(answer)["data"]["state"]
"""
FILE = """\
format: 1
scenario: {name}
tags: [{tags}]
flow: [Copy: 3s]
"""


@pytest.fixture
def run(pytester):
    """Runs a test module with pytest in this process."""

    def ran(text, *arguments):
        pytester.makepyfile(HEAD + text)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "--strict-markers", "-rs", *arguments)

    return ran


@pytest.fixture
def scenarios(pytester):
    """A folder of scenario files."""
    folder = pytester.mkdir("scenarios")
    for name, tags in (("first", "retry, quick"), ("second", "retry"), ("third", "")):
        (folder / f"{name}.yaml").write_text(FILE.format(name=name, tags=tags), encoding="utf-8")
    return folder


def test_url_reaches_the_session(run):
    result = run("""
def test_client(taskmock):
    assert "/__s/" in taskmock.url
    assert state(taskmock.url + STATUS + QUERY) == "CREATED"
    assert [entry.task_id for entry in taskmock.requests()] == ["10"]
""")

    result.assert_outcomes(passed=1)


def test_every_test_has_a_session_of_its_own(run):
    result = run("""
@pytest.mark.parametrize("number", [1, 2])
def test_client(taskmock, number):
    task = taskmock.play(COPY)
    assert state(task.url) == "CREATED"
    task.clock.end()
    assert len(taskmock.requests()) == 1
""")

    result.assert_outcomes(passed=2)


def test_server_is_one_for_the_whole_run(run):
    result = run("""
SERVERS = set()

@pytest.mark.parametrize("number", [1, 2])
def test_client(taskmock_server, taskmock, number):
    SERVERS.add(taskmock_server.url)
    assert len(SERVERS) == 1
    assert taskmock.url.startswith(taskmock_server.url)
""")

    result.assert_outcomes(passed=2)


def test_task_plays_under_the_tests_hands(run):
    result = run("""
@pytest.mark.taskmock(clock="manual")
def test_client(taskmock):
    task = taskmock.play(COPY)
    assert (task.id, task.ends, state(task.url)) == ("10", "FAILED", "CREATED")
    task.clock.end()
    assert state(task.url) == "FAILED"
    task.commands.skip("A")
    task.clock.end()
    assert state(task.url) == "FINISHED"
    assert len(taskmock.requests(task.id)) == 3
""")

    result.assert_outcomes(passed=1)


def test_app_is_played_without_a_socket(run):
    result = run("""
def test_client(taskmock):
    import httpx
    task = taskmock.play(COPY)
    with httpx.Client(transport=httpx.WSGITransport(taskmock.app), base_url="http://mock") as client:
        answer = client.get(STATUS + QUERY)
    assert answer.headers["X-Mock-Scenario"] == "copy"
    assert len(taskmock.requests()) == 1
""")

    result.assert_outcomes(passed=1)


def test_calls_of_a_client_in_the_background_are_waited_for(run):
    result = run("""
import asyncio
import threading

def test_client(taskmock):
    task = taskmock.play(COPY)
    threads = [threading.Thread(target=state, args=[task.url]) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert len(taskmock.wait_for_requests(3, task_id=task.id)) == 3
    assert len(asyncio.run(taskmock.wait_for_requests_async(3))) == 3
    for thread in threads:
        thread.join()

def test_nobody(taskmock):
    with pytest.raises(TimeoutError, match="0 of 1 calls"):
        taskmock.wait_for_requests(within=0)
""")

    result.assert_outcomes(passed=2)


def test_way_of_polling_is_asserted(run):
    result = run("""
def test_client(taskmock):
    task = taskmock.play(COPY)
    for _ in range(3):
        state(task.url)
    assert taskmock.assert_polled(task, at_least=3, at_most=3, interval=(0, 60)).count == 3
    taskmock.assert_polled("10")
    taskmock.assert_polled(task, at_most=2)
""")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *PollingError: task 10 was polled more than 2 times: 3 polls; intervals in s: *"])


def test_file_is_played(run, scenarios):
    result = run("""
from pathlib import Path

@pytest.mark.parametrize("kind", [str, Path])
def test_client(taskmock, kind):
    assert taskmock.play(kind("scenarios/first.yaml")).scenario == "first"
""")

    result.assert_outcomes(passed=2)


def test_folder_gives_scenarios_by_name(run, scenarios):
    result = run(
        """
def test_client(taskmock):
    assert taskmock.play("second").scenario == "second"
""",
        "--taskmock-scenarios=scenarios",
    )

    result.assert_outcomes(passed=1)


def test_folder_may_stand_in_the_ini_file(run, scenarios, pytester):
    pytester.makeini("[pytest]\ntaskmock_scenarios = scenarios\ntaskmock_seed = 7\n")
    result = run("""
def test_client(taskmock):
    assert taskmock.play("second").scenario == "second"
    with urlopen(taskmock.play(task_id="77").url) as answer:
        assert answer.headers["X-Mock-Seed"] == "7; generator=1"
""")

    result.assert_outcomes(passed=1)


def test_unknown_scenario_fails_the_test_with_the_names_there_are(run):
    result = run("""
def test_client(taskmock):
    taskmock.play("slow-strat")
""")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E *ScenarioNotFoundError: no scenario is called 'slow-strat'; did you mean 'slow-start'? *"]
    )
    result.stdout.no_fnmatch_line("*mockserver*play.py*")


def test_unknown_scenario_of_a_marker_is_said_without_a_traceback(run):
    result = run("""
@pytest.mark.taskmock(scenario="slow-strat")
def test_client(taskmock):
    pass
""")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["@pytest.mark.taskmock: no scenario is called 'slow-strat'; did you mean *"])
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_marker_settles_scenario_and_clock(run):
    result = run("""
@pytest.mark.taskmock(scenario=COPY, clock="instant")
def test_client(taskmock):
    assert state(taskmock.url + STATUS + QUERY) == "FAILED"
    assert taskmock.play().scenario == "copy"
""")

    result.assert_outcomes(passed=1)


def test_marker_of_a_class_holds_for_its_tests(run):
    result = run("""
@pytest.mark.taskmock(clock="instant", scenario=COPY)
class TestClient:
    def test_end(self, taskmock):
        assert state(taskmock.play().url) == "FAILED"

    def test_without_the_fixture(self):
        pass
""")

    result.assert_outcomes(passed=2)


def test_list_of_scenarios_runs_the_test_for_each(run, scenarios):
    result = run(
        """
from pathlib import Path

@pytest.mark.taskmock(scenario=["first", Path("scenarios/second.yaml"), COPY])
def test_client(taskmock):
    taskmock.play()
""",
        "-v",
        "--taskmock-scenarios=scenarios",
    )

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*test_client[[]first] PASSED*", "*[[]second] PASSED*", "*[[]copy] PASSED*"])


def test_star_runs_the_test_for_every_scenario(run, scenarios):
    result = run(
        """
@pytest.mark.taskmock(scenario="*")
def test_client(taskmock):
    taskmock.play()
""",
        "--taskmock-scenarios=scenarios",
        "--collect-only",
        "-q",
    )

    assert {f"[{name}]" for name in ("first", "second", "third")} <= {
        line[line.find("[") :] for line in result.outlines
    }


@pytest.mark.parametrize(
    ("tags", "names"),
    [("['retry', 'quick']", ["first"]), ("{'quick'}", ["first"]), ("'quick'", ["first"])],
)
def test_tags_choose_scenarios(run, scenarios, tags, names):
    result = run(
        f"""
@pytest.mark.taskmock(tags={tags})
def test_client(taskmock):
    assert taskmock.play().scenario in {names}
""",
        "--taskmock-scenarios=scenarios",
        "-k",
        "first or second or third",
    )

    result.assert_outcomes(passed=len(names))


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("'copy'", "takes no positional argument; write scenario='copy'"),
        ("scenaro='copy', tag='x'", "unknown scenaro, tag; allowed: scenario, clock, tags"),
        ("clock='poll'", "unknown clock 'poll'; allowed: wall, polls, manual, instant"),
        ("scenario=[]", "an empty list of scenarios"),
        ("tags=['retry'], scenario='copy'", "tags choose among all scenarios, so scenario can only be '*' beside them"),
        ("tags=7", "tags are a text or a list of texts, not 7"),
        ("tags=['nobody-has-it']", "there is no scenario with the tags nobody-has-it; there are the tags *"),
    ],
)
def test_marker_that_cannot_be_is_refused_while_collecting(run, marker, message):
    result = run(f"""
@pytest.mark.taskmock({marker})
def test_client(taskmock):
    pass
""")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*::test_client: @pytest.mark.taskmock: {message}"])
    result.stdout.no_fnmatch_line("*plugin_marker.py*")


def test_broken_scenario_is_said_while_collecting(run, scenarios):
    (scenarios / "first.yaml").write_text("format: 1\nscenario: first\nflaw: []\n", encoding="utf-8")

    result = run(
        "@pytest.mark.taskmock(scenario='*')\ndef test_client(taskmock): pass\n", "--taskmock-scenarios=scenarios"
    )

    result.stdout.fnmatch_lines(["*@pytest.mark.taskmock: a scenario is broken:", "*first.yaml:3:1: *"])


def test_empty_shelf_is_said_while_collecting(run, monkeypatch, tmp_path):
    monkeypatch.setattr("taskmock.mockserver.shelf.LIBRARY", tmp_path)

    result = run("@pytest.mark.taskmock(scenario='*')\ndef test_client(taskmock): pass\n")

    result.stdout.fnmatch_lines(["*@pytest.mark.taskmock: there is no scenario at all"])


def test_missing_folder_of_scenarios_is_a_usage_error(run):
    result = run("def test_nothing(): pass\n", "--taskmock-scenarios=nowhere")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.errlines[-1] or result.errlines[-2]
    result.stderr.fnmatch_lines(["ERROR: --taskmock-scenarios: there is no folder nowhere"])


def test_seed_changes_generated_tasks(run):
    result = run(
        """
def test_client(taskmock):
    with urlopen(taskmock.play().url) as answer:
        assert answer.headers["X-Mock-Seed"] == "seven; generator=1"
""",
        "--taskmock-seed=seven",
    )

    result.assert_outcomes(passed=1)


def test_edition_is_the_servers_too(run):
    result = run(
        """
def test_client(taskmock, taskmock_contract):
    task = taskmock.play()
    with urlopen(task.url) as answer:
        assert taskmock_contract.check(answer.read()).edition == "v2"
""",
        "--taskmock-edition=v2",
        "--taskmock-strictness=strict",
    )

    result.assert_outcomes(passed=1)


def test_plugin_works_without_the_contracts_plugin(run):
    result = run("def test_client(taskmock): taskmock.play()\n", "-p", "no:taskmock_contract")

    result.assert_outcomes(passed=1)


def test_marker_is_described(run):
    result = run("", "--markers")

    result.stdout.fnmatch_lines(["@pytest.mark.taskmock(scenario=None, clock=None, tags=()): what the `taskmock` *"])


def test_workers_have_servers_of_their_own(run):
    result = run(
        """
@pytest.mark.parametrize("number", range(4))
def test_client(taskmock, number):
    assert state(taskmock.play(COPY).url) == "CREATED"
""",
        "-n2",
    )

    result.assert_outcomes(passed=4)


def test_freezegun_drives_the_wall_clock(run):
    result = run("""
def test_client(taskmock):
    from freezegun import freeze_time
    with freeze_time("2024-05-01 00:00:00+0000") as frozen:
        task = taskmock.play(COPY)
        seen = [state(task.url)]
        frozen.tick(1)
        seen.append(state(task.url))
        frozen.tick(3600)
        with urlopen(task.url) as answer:
            data = json.load(answer)["data"]
    assert [*seen, data["state"]] == ["CREATED", "RUNNING", "FAILED"]
    assert data["start_time"] == "2024-05-01 08:00:01 +0800"
""")

    result.assert_outcomes(passed=1)


def test_time_machine_drives_the_wall_clock(run):
    result = run("""
def test_client(taskmock):
    import time_machine
    with time_machine.travel("2024-05-01 00:00:00+0000", tick=False) as traveller:
        task = taskmock.play(COPY)
        seen = [state(task.url)]
        traveller.shift(3600)
        seen.append(state(task.url))
    assert seen == ["CREATED", "FAILED"]
""")

    result.assert_outcomes(passed=1)
