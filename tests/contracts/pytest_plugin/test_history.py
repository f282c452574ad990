"""`taskmock_contract.history()`: collects the answers of a test and judges them at its end."""

import json

import pytest

from taskmock.schemas import load_example

pytest_plugins = ["pytester"]

ENDED = {"result": True, "data": {"state": "EXPIRED", "name": "Release"}, "code": 0, "message": ""}
REVIVED = {"result": True, "data": {**ENDED["data"], "state": "REVOKED"}, "code": 0, "message": ""}


@pytest.fixture
def run(pytester):
    """Runs one test that polls some answers, 20 s apart."""

    def ran(*bodies, after="", options=()):
        pytester.makepyfile(f"""
            import json

            def test_polls(taskmock_contract):
                history = taskmock_contract.history(edition="v2")
                for number, body in enumerate(json.loads({json.dumps(json.dumps(bodies))})):
                    history.add(body, at=20 * number)
                {after}
        """)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options)

    return ran


STANDING = {
    **load_example("v2", "response"),
    "data": {name: value for name, value in load_example("v2", "response")["data"].items() if name != "ex_data"},
}
"""The answer of a task that goes on: where it comes again after a minute, its clock stands still."""


@pytest.mark.parametrize("rule", ["off", "on", "auto", None])
def test_clock_rule_of_a_run_judges_its_histories(run, pytester, rule):
    by_flag = run(STANDING, STANDING, STANDING, options=(f"--taskmock-clock-rule={rule}",) if rule else ())
    pytester.makeini(f"[pytest]\ntaskmock_clock_rule = {rule or 'auto'}\n")
    by_ini = run(STANDING, STANDING, STANDING)

    for result in (by_flag, by_ini):
        result.assert_outcomes(**{"passed" if rule == "off" else "failed": 1})
        assert ("task.clock" in result.stdout.str()) == (rule != "off")


def test_history_that_keeps_the_contract_passes(run):
    run(ENDED, ENDED).assert_outcomes(passed=1)


def test_history_that_breaks_the_contract_fails_the_test_at_its_end(run):
    result = run(ENDED, REVIVED)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL history: 1 cause in 1 of 2 polls (* more follow from it: --taskmock-all)",
            '  task.terminal  poll 2  "Release": the task was EXPIRED and is "REVOKED"',
        ]
    )


def test_test_that_fails_by_itself_shows_its_histories_too(run):
    result = run(ENDED, REVIVED, after="assert not 'other'")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *assert not 'other'", "*--- taskmock findings ---*", "  task.terminal  poll 2 *"])
