"""All findings of a test at once: soft checks, and what is shown beside another failure."""

import pytest

from support.recorded_answers import ENDED, REVIVED, broken, save, sound

pytest_plugins = ["pytester"]

HEAD = """
import json
from pathlib import Path

import pytest

BODIES = json.loads(Path(__file__).with_name("bodies.txt").read_text())
"""

FOUND_BEFORE = "test_failing_check_shows_what_was_found_before_and_the_histories"
HISTORY = "FAIL history: 1 cause in 1 of 2 polls (13 more follow from it: --taskmock-all)"


@pytest.fixture
def run(pytester):
    """Runs a test module with pytest in this process."""
    save(pytester.path / "bodies.txt", {"sound": sound(), "broken": broken(), "ended": ENDED, "revived": REVIVED})

    def ran(text):
        pytester.makepyfile(HEAD + text)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider")

    return ran


def told(result):
    """The verdicts that a run shows, in their order."""
    return [line for line in result.outlines if line.startswith(("FAIL ", "--- ", "----"))]


def test_soft_check_lets_the_test_go_on_and_fails_it_at_its_end(run):
    result = run("""
def test_both(taskmock_contract):
    first = taskmock_contract.soft_check(BODIES["broken"])
    second = taskmock_contract.soft_check(BODIES["sound"])
    third = taskmock_contract.soft_check(BODIES["broken"], edition="v1")
    assert (first.ok, second.ok, third.ok) == (False, True, False)
    print("went on")
""")

    result.assert_outcomes(failed=1)
    file = "test_soft_check_lets_the_test_go_on_and_fails_it_at_its_end.py"
    result.stdout.fnmatch_lines(
        [
            f"FAIL response of soft check 1 ({file}:9): 1 error in 8 nodes",
            f"FAIL response of soft check 3 ({file}:11): * errors and *",
            "went on",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "full-trace" not in result.stdout.str()


def test_sound_answers_pass(run):
    run("""
def test_sound(taskmock_contract):
    taskmock_contract.soft_check(json.dumps(BODIES["sound"]).encode())
""").assert_outcomes(passed=1)


def test_failing_check_shows_what_was_found_before_and_the_histories(run):
    result = run("""
def test_all(taskmock_contract):
    history = taskmock_contract.history()
    history.add(BODIES["ended"], at=0)
    history.add(BODIES["revived"], at=20)
    taskmock_contract.soft_check({"result": 1})
    taskmock_contract.check(BODIES["broken"])
""")

    result.assert_outcomes(failed=1)
    assert [line.strip("- ") for line in told(result)] == [
        "FAIL response: 1 error in 8 nodes",
        "taskmock findings",
        f"FAIL response of soft check 1 ({FOUND_BEFORE}.py:12): 1 error",
        HISTORY,
    ]


@pytest.mark.parametrize("end", ["pytest.skip('not now')", "pytest.exit('stop')"])
def test_test_that_is_skipped_or_stopped_is_not_failed(run, end):
    result = run(f"""
def test_left(taskmock_contract):
    taskmock_contract.history().add(BODIES["broken"])
    {end}
""")

    assert told(result) == []
    assert not {"failed", "errors"} & result.parseoutcomes().keys()


def test_expected_failure_is_one(run):
    run("""
@pytest.mark.xfail(strict=True)
def test_known(taskmock_contract):
    taskmock_contract.soft_check(BODIES["broken"])
""").assert_outcomes(xfailed=1)


def test_what_a_fixture_judges_after_the_test_is_an_error(run):
    result = run("""
@pytest.fixture
def server(taskmock_contract):
    history = taskmock_contract.history()
    history.add(BODIES["ended"], at=0)
    yield
    history.add(BODIES["revived"], at=20)


def test_during(server):
    pass
""")

    result.assert_outcomes(passed=1, errors=1)
    assert told(result) == [HISTORY]


def test_fixture_that_is_asked_for_late_fails_the_test_too(run):
    run("""
def test_late(request):
    request.getfixturevalue("taskmock_contract").soft_check(BODIES["broken"])
""").assert_outcomes(failed=1)


def test_what_a_fixture_judges_before_the_test_fails_it(run):
    run("""
@pytest.fixture
def server(taskmock_contract):
    taskmock_contract.soft_check(BODIES["broken"])


def test_after(server):
    pass
""").assert_outcomes(failed=1)


UNITTEST = """
import unittest


class TestAnswers({base}):
    @pytest.fixture(autouse=True)
    def contract(self, taskmock_contract):
        self.judge = taskmock_contract

    {expected}
    {kind} test_answer(self):
        {does}
"""
SYNC, ASYNC = ("unittest.TestCase", "def"), ("unittest.IsolatedAsyncioTestCase", "async def")
SOFT, SOUND = 'self.judge.soft_check(BODIES["broken"])', 'self.judge.soft_check(BODIES["sound"])'


@pytest.mark.parametrize(("base", "kind"), [SYNC, ASYNC])
@pytest.mark.parametrize(
    ("expected", "does", "outcome"),
    [
        ("@unittest.expectedFailure", SOFT, "xfailed"),
        ("@unittest.expectedFailure", SOUND, "failed"),
        ("@unittest.expectedFailure", 'self.judge.history().add(BODIES["broken"])', "xfailed"),
        ("", SOFT, "failed"),
        ("", SOUND, "passed"),
        ("", f"{SOFT}; self.skipTest('later')", "skipped"),
    ],
)
def test_soft_check_fails_inside_a_test_of_unittest(run, base, kind, expected, does, outcome):
    text = UNITTEST.format(base=base, kind=kind, expected=expected, does=does)

    run(text).assert_outcomes(**{outcome: 1})


def test_failure_of_unittest_shows_what_was_found_before(run):
    text = UNITTEST.format(base=SYNC[0], kind=SYNC[1], expected="", does=f"{SOFT}; self.fail('later')")

    result = run(text)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError: later", "*taskmock findings*", "FAIL *: 1 error in 8 nodes"])
