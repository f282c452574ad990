"""By what a run judges: overlays, the header, and plugins that are blocked."""

import pytest

from support.recorded_answers import save, sound

pytest_plugins = ["pytester"]

OVERLAY = 'extends = "v2"\n[task.owner]\ntype = "string"\nrequired = true\n'
TESTS = """
import json
from pathlib import Path

BODY = json.loads(Path(__file__).with_name("body.txt").read_text())


def test_contract(taskmock_contract, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    taskmock_contract.check(BODY)
"""


@pytest.fixture
def run(pytester):
    """Runs a test that judges an answer with an owner, with pytest in this process."""
    body = sound()
    body["data"]["owner"] = "web"
    save(pytester.path / "tests" / "body.txt", body)
    pytester.makepyfile(**{"tests/test_it": TESTS})

    def ran(*arguments):
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return ran


def test_overlay_of_the_command_line_lies_where_pytest_is_started(run, pytester):
    save(pytester.path / "ours.toml", OVERLAY)

    run("--taskmock-edition=ours.toml", "--taskmock-strictness=strict").assert_outcomes(passed=1)
    run("--taskmock-strictness=strict").assert_outcomes(failed=1)


def test_overlay_of_the_ini_file_lies_beside_it(run, pytester, monkeypatch):
    save(pytester.path / "ours.toml", OVERLAY.replace("string", "integer"))
    pytester.makeini("[pytest]\ntaskmock_edition = ours.toml\n")
    monkeypatch.chdir(pytester.path / "tests")

    result = run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  edition v2 (as ours.toml extends it), strictness documented"])


def test_mock_speaks_the_edition_that_an_overlay_extends(run, pytester):
    save(pytester.path / "ours.toml", OVERLAY)
    pytester.makepyfile("""
        import json
        from urllib.request import urlopen

        import pytest

        @pytest.mark.taskmock(clock="instant")
        def test_mock(taskmock):
            with urlopen(taskmock.play().url) as answer:
                assert "root_id:" in json.load(answer)["data"]
    """)

    run("--taskmock-edition=ours.toml", "-k", "test_mock").assert_outcomes(passed=1, deselected=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "ERROR: --taskmock-edition: cannot read the overlay *ours.toml: *"),
        ('extends = "v3"\n', "ERROR: --taskmock-edition: *ours.toml is no overlay:"),
    ],
)
def test_overlay_that_cannot_be_is_a_usage_error(run, pytester, content, message):
    if content is not None:
        save(pytester.path / "ours.toml", content)

    result = run("--taskmock-edition=ours.toml")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_header_names_the_terms(run):
    result = run(
        "--taskmock-edition=v2", "--taskmock-strictness=lenient", "--taskmock-target=http://me:secret@127.0.0.1:9/x"
    )

    result.stdout.fnmatch_lines(["taskmock: edition v2, strictness lenient, target http://127.0.0.1:9/x"])
    assert "secret" not in result.stdout.str()


def test_run_without_terms_of_its_own_says_nothing(run):
    assert [line for line in run().outlines if "taskmock:" in line] == []


def test_target_is_an_option_without_the_other_plugin(run):
    run("-p", "no:taskmock", "--taskmock-target=http://127.0.0.1:9").assert_outcomes(passed=1)


def test_target_is_an_option_without_this_plugin(pytester):
    pytester.makepyfile("""
        def test_target(taskmock):
            assert taskmock.url == "http://127.0.0.1:9"
    """)

    result = pytester.runpytest_inprocess("-p", "no:taskmock_contract", "--taskmock-target=http://127.0.0.1:9")

    result.assert_outcomes(passed=1)
