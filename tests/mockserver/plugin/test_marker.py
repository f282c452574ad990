"""What a test plays: scenarios by name, file and tag, and the marker that asks for them."""

import pytest

pytest_plugins = ["pytester"]


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
        assert answer.headers["X-Mock-Seed"] == "7; generator=1; engine=2"
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
    monkeypatch.setattr("taskmock.mockserver.scenarios.catalog.LIBRARY", tmp_path)

    result = run("@pytest.mark.taskmock(scenario='*')\ndef test_client(taskmock): pass\n")

    result.stdout.fnmatch_lines(["*@pytest.mark.taskmock: there is no scenario at all"])


def test_missing_folder_of_scenarios_is_a_usage_error(run):
    result = run("def test_nothing(): pass\n", "--taskmock-scenarios=nowhere")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == ["ERROR: --taskmock-scenarios: there is no folder nowhere"]


def test_marker_is_described(run):
    result = run("", "--markers")

    result.stdout.fnmatch_lines(["@pytest.mark.taskmock(scenario=None, clock=None, tags=()): what the `taskmock` *"])
