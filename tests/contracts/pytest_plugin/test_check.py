"""The fixture `taskmock_contract`: what a failing check prints, and by which contract answers are judged."""

import copy
import json

import pytest

from taskmock.schemas import load_example

pytest_plugins = ["pytester"]


@pytest.fixture
def run(pytester):
    """Runs one test that checks an answer with pytest in this process."""

    def ran(check, *arguments, body=None):
        pytester.path.joinpath("body.json").write_text(json.dumps(body or load_example("doc-2019", "response")))
        pytester.makepyfile(f"""
            import json
            from pathlib import Path

            def test_answer(taskmock_contract):
                text = Path("body.json").read_text()
                {check}
        """)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return ran


def broken():
    """The document's example with an unknown state and a missing field."""
    body = copy.deepcopy(load_example("doc-2019", "response"))
    first = next(iter(body["data"]["children"].values()))
    first["state"] = "DONE"
    del first["retry"]
    return body


@pytest.mark.parametrize(
    "check",
    [
        "taskmock_contract.check(json.loads(text))",
        "taskmock_contract.check(text)",
        "taskmock_contract.check(text.encode())",
        "assert taskmock_contract.check(text).ok",
    ],
)
def test_sound_answer_passes(run, check):
    run(check).assert_outcomes(passed=1)


@pytest.mark.parametrize("library", ["httpx", "requests"])
def test_response_objects_are_judged(run, library):
    make = {
        "httpx": "import httpx; response = httpx.Response(200, text=text)",
        "requests": "import requests; response = requests.Response(); response._content = text.encode()",
    }[library]

    run(f"{make}; taskmock_contract.check(response)").assert_outcomes(passed=1)
    run(f"{make}; taskmock_contract.check(response)", body=broken()).assert_outcomes(failed=1)


def test_failing_check_prints_the_report_and_nothing_else(run):
    from taskmock.contracts import Contract
    from taskmock.contracts.writers import text_report

    result = run("taskmock_contract.check(text)", body=broken())

    report = text_report(Contract().check_response(broken())).splitlines()
    lines = [line.rstrip() for line in result.outlines]
    start = next(number for number, line in enumerate(lines) if "test_answer" in line and line.startswith("___"))
    assert lines[start + 1 : start + 1 + len(report)] == [line.rstrip() for line in report]
    assert lines[start + 1 + len(report)].startswith("====")
    assert any("DONE" in line for line in report)


def test_summary_of_pytest_names_the_codes(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    result = run("taskmock_contract.check(text)", body=broken())

    assert next(line for line in result.outlines if line.startswith("FAILED ")) == (
        "FAILED test_summary_of_pytest_names_the_codes.py::test_answer"
        " - field.missing, state.unknown: FAIL response: 2 errors in 3 nodes"
    )


def test_large_broken_answer_prints_a_short_report(run):
    body = broken()
    children = body["data"]["children"]
    node = next(iter(children.values()))
    for number in range(2000):
        children[f"{number:032x}"] = node | {"id": f"{number:032x}"}

    result = run("taskmock_contract.check(text)", body=body)

    assert len(result.outlines) < 230


def test_edition_option_chooses_the_contract(run):
    run("taskmock_contract.check(text)", "--taskmock-edition=v2").assert_outcomes(failed=1)


def test_edition_may_be_chosen_for_one_check(run):
    run("taskmock_contract.check(text, edition='v1')").assert_outcomes(failed=1)


def test_strictness_option_weighs_undocumented_fields(run):
    body = load_example("doc-2019", "response") | {"more": 1}

    run("taskmock_contract.check(text)", body=body).assert_outcomes(passed=1)
    run("taskmock_contract.check(text)", "--taskmock-strictness=strict", body=body).assert_outcomes(failed=1)
    run("taskmock_contract.check(text, strictness='strict')", body=body).assert_outcomes(failed=1)


def test_edition_and_strictness_may_stand_in_the_ini_file(run, pytester):
    pytester.makeini("[pytest]\ntaskmock_edition = doc-2019\ntaskmock_strictness = strict\n")

    run("assert (taskmock_contract.edition, taskmock_contract.strictness) == ('doc-2019', 'strict')").assert_outcomes(
        passed=1
    )


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "--taskmock-edition=v3",
            "ERROR: --taskmock-edition: unknown edition 'v3': choose one of auto, doc-2019, v1, v2*",
        ),
        (
            "--taskmock-strictness=strickt",
            "ERROR: --taskmock-strictness: unknown strictness 'strickt': choose one of lenient, documented, strict; *",
        ),
    ],
)
def test_option_that_cannot_be_is_a_usage_error(run, option, message):
    result = run("pass", option)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_answer_of_another_call_is_judged_by_its_own_contract(run):
    body = load_example("v2", "response", operation="get_task_list")
    check = "taskmock_contract.check(text, operation='get_task_list', request={'limit': %s}, strictness='strict')"

    run(check % 3, body=body).assert_outcomes(passed=1)
    run(check % 2, body=body).assert_outcomes(failed=1)
    run("taskmock_contract.check(text)", body=body).assert_outcomes(failed=1)
