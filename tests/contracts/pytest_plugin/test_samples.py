"""`--taskmock-samples`: each file of recorded answers is a test."""

import pytest

from support.recorded_answers import ENDED, REFUSED, REVIVED, broken, har, lines, save, sound

pytest_plugins = ["pytester"]

PASSING = "def test_other():\n    pass\n"


@pytest.fixture
def run(pytester):
    """Runs pytest in this process."""

    def ran(*arguments):
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return ran


@pytest.fixture
def answers(pytester):
    """A folder of sound answers in every kind of file, one broken answer among them."""
    folder = pytester.path / "answers"
    save(folder / "sound.json", sound())
    save(folder / "refused.json", REFUSED)
    save(folder / "broken.json", broken())
    save(folder / "deep" / "polls.jsonl", lines(ENDED, ENDED))
    save(folder / "deep" / "day.har", har(task_10=[ENDED, ENDED], task_11=[ENDED]))
    return folder


ITEMS = [
    "answers/broken.json::answer",
    "answers/deep/day.har::history",
    "answers/deep/polls.jsonl::history",
    "answers/refused.json::answer",
    "answers/sound.json::answer",
]


def collected(result):
    return sorted(line for line in result.outlines if "::" in line)


def test_each_file_is_a_test(run, answers):
    assert collected(run("--taskmock-samples=answers", "--collect-only", "-q")) == ITEMS


def test_what_breaks_the_contract_fails_with_its_report_and_nothing_else(run, answers):
    result = run("--taskmock-samples=answers")

    result.assert_outcomes(passed=4, failed=1)
    lines = [line.rstrip() for line in result.outlines]
    start = next(number for number, line in enumerate(lines) if line.startswith("____"))
    assert lines[start].strip("_ ") == "answers/broken.json: answer"
    assert lines[start + 1 : start + 3] == [
        "FAIL answers/broken.json: 1 error in 8 nodes",
        "  edition v2 (the task has `root_id:`), strictness documented",
    ]
    assert lines[start + 3].startswith("  field.range (1): ")
    assert lines[start + 6].strip("= ") == "short test summary info"


def test_samples_run_with_the_other_tests(run, answers, pytester):
    pytester.makepyfile(PASSING)

    run("--taskmock-samples=answers").assert_outcomes(passed=5, failed=1)


def test_samples_run_in_workers(run, answers, pytester):
    pytester.makepyfile(PASSING)

    run("--taskmock-samples=answers", "-n2").assert_outcomes(passed=5, failed=1)


def test_samples_can_be_chosen_by_keyword(run, answers):
    run("--taskmock-samples=answers", "-k", "sound or polls").assert_outcomes(passed=2, deselected=3)


@pytest.mark.parametrize("item", ITEMS[1:])
def test_sample_can_be_run_alone(run, answers, item):
    run("--taskmock-samples=answers", item).assert_outcomes(passed=1)


def test_folder_outside_the_run_is_added_to_it(run, answers, pytester):
    pytester.makepyfile(**{"tests/test_other": PASSING})

    run("--taskmock-samples=answers", "tests").assert_outcomes(passed=5, failed=1)


def test_several_folders_may_be_named(run, pytester):
    save(pytester.path / "a" / "sound.json", sound())
    save(pytester.path / "b" / "c" / "sound.json", sound())
    save(pytester.path / "not" / "broken.json", broken())

    run("--taskmock-samples=a", "--taskmock-samples=b", "--taskmock-samples=b/c").assert_outcomes(passed=2)


def test_folders_of_the_ini_file_run_where_nothing_is_named(run, answers, pytester):
    pytester.makeini("[pytest]\ntestpaths = tests\ntaskmock_samples = answers\n")
    pytester.makepyfile(**{"tests/test_other": PASSING})

    run().assert_outcomes(passed=5, failed=1)
    run("tests").assert_outcomes(passed=1)
    run("answers/deep").assert_outcomes(passed=2)


def test_json_outside_the_folders_is_none_of_its_business(run, answers, pytester):
    save(pytester.path / "package.json", {"name": "client"})

    run("--taskmock-samples=answers/deep").assert_outcomes(passed=2)


def test_pytest_may_be_told_to_ignore_files(run, answers):
    run("--taskmock-samples=answers", "--ignore=answers/broken.json").assert_outcomes(passed=4)


def test_edition_and_strictness_apply(run, pytester):
    save(pytester.path / "a" / "sound.json", sound() | {"more": 1})

    run("--taskmock-samples=a").assert_outcomes(passed=1)
    run("--taskmock-samples=a", "--taskmock-strictness=strict").assert_outcomes(failed=1)
    run("--taskmock-samples=a", "--taskmock-edition=v1").assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "polls.jsonl",
            lines(ENDED, REVIVED),
            "FAIL a/polls.jsonl: 1 cause in 1 of 2 polls (* more follow from it: --taskmock-all)",
        ),
        ("day.har", har(task_10=[ENDED], task_11=[{"result": 1}]), "FAIL a/day.har: task 11: 1 error"),
        ("day.har", "[]", "*day.har: the body is a list, not an object*"),
        ("day.har", {"log": {"entries": []}}, "day.har: none of its 0 calls asks get_task_status"),
        ("polls.ndjson", "\n", "polls.ndjson holds no poll"),
        ("polls.jsonl", '{"at": "now", "body": {}}\n{}', "polls.jsonl, line 1: 'at' is no time; *"),
        ("empty.json", "", "FAIL a/empty.json: 1 error"),
        ("cut.JSON", '{"result": tr', "FAIL a/cut.JSON: 1 error"),
        ("gbk.json", "{'名': 1}".encode("gbk"), "FAIL a/gbk.json: 1 error"),
    ],
)
def test_broken_recording_fails_without_a_traceback(run, pytester, name, content, message):
    save(pytester.path / "a" / name, content)
    save(pytester.path / "a" / "sound.json", sound())

    result = run("--taskmock-samples=a")

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines([message])
    assert "Traceback" not in result.stdout.str()


def test_file_that_went_away_fails(run, answers, pytester):
    pytester.makeconftest("""
        def pytest_collection_finish(session):
            (session.config.rootpath / "answers" / "sound.json").unlink()
    """)

    result = run("--taskmock-samples=answers", "-k", "sound")

    result.assert_outcomes(failed=1, deselected=4)
    result.stdout.fnmatch_lines(["cannot read sound.json: *"])


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("nowhere", "ERROR: --taskmock-samples: nowhere is not there"),
        ("file.json", "ERROR: --taskmock-samples: file.json is a file, not a folder"),
        ("empty", "ERROR: --taskmock-samples: no recorded answer in empty: *.json, *.jsonl, *.ndjson and *.har are"),
    ],
)
def test_folder_that_cannot_be_is_a_usage_error(run, pytester, folder, message):
    save(pytester.path / "file.json", sound())
    save(pytester.path / "empty" / "notes.txt", "none")
    save(pytester.path / "empty" / ".hidden.json", sound())

    result = run(f"--taskmock-samples={folder}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == [message]


@pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "workers"])
def test_folder_that_pytest_ignores_is_an_error(run, pytester, workers):
    save(pytester.path / ".answers" / "sound.json", sound())
    pytester.makepyfile(PASSING)

    result = run("--taskmock-samples=.answers", *workers)

    assert result.ret != pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["--taskmock-samples: pytest ignores all in .answers (see *", "ERROR .answers*"])
