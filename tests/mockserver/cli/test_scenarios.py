"""`taskmock scenarios`: list, show and lint, as a user meets them."""

import json
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner

from support.command_processes import run_on_terminal
from taskmock.mockserver import frames
from taskmock.mockserver.cli.group import taskmock as group
from taskmock.mockserver.dry_run.chart.looks import display_width
from taskmock.mockserver.scenarios.catalog import LIBRARY

MINE = "format: 1\nscenario: mine\ntitle: Mine\ntags: [own]\nends: FINISHED\nedition: v2\nflow: [Copy: 2s]\n"


@pytest.fixture
def folder(tmp_path):
    """A folder with one scenario."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "mine.yaml").write_text(MINE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def invoke(folder, monkeypatch):
    """Runs the command in this process, in that folder."""
    monkeypatch.chdir(folder)
    for name in ("TASKMOCK_SCENARIO_DIR", "TASKMOCK_EDITION", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        return CliRunner().invoke(group, ["scenarios", *arguments], prog_name="taskmock")

    return run


def error(result):
    """The error message alone."""
    return result.stderr.partition("Error: ")[2].strip()


# -- list


def test_list_is_a_line_each(invoke):
    result = invoke("list")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert len(lines) == len(list(LIBRARY.glob("*.yaml")))
    assert (
        "failed-then-retried        FINISHED  FAILED is not the end - somebody retries, and the task finishes" in lines
    )


def test_list_has_the_scenarios_of_a_folder(invoke):
    result = invoke("list", "--scenario-dir", "own", "--tags", "own")

    assert (result.exit_code, result.stdout) == (0, "mine  FINISHED  Mine\n")


def test_list_reads_the_folder_from_the_settings_file(invoke, folder):
    (folder / "taskmock.toml").write_text('scenario-dir = ["own"]\nport = 1\n', encoding="utf-8")

    assert invoke("list", "--tags", "own").stdout == "mine  FINISHED  Mine\n"


@pytest.mark.parametrize("tags", [["--tags", "pause", "--tags", "revoke"], ["--tags", "pause, revoke"]])
def test_list_takes_any_of_several_tags(invoke, tags):
    names = [line.split()[0] for line in invoke("list", *tags).stdout.splitlines()]

    assert names == [
        "node-suspended",
        "operated-after-end",
        "paused-running-node",
        "revoked-midway",
        "revoked-while-retrying",
        "task-paused",
    ]


def test_list_refuses_an_unknown_tag(invoke):
    result = invoke("list", "--tags", "retri")

    assert result.exit_code == 2
    assert re.match(r"unknown tag 'retri': choose one of cache, .*; did you mean 'retry'\?", error(result))


def test_list_as_data(invoke):
    rows = json.loads(invoke("list", "--format", "json", "--tags", "own", "--scenario-dir", "own").stdout)

    assert rows == [
        {
            "scenario": "mine",
            "title": "Mine",
            "careless": "",
            "tags": ["own"],
            "edition": "v2",
            "ends": "FINISHED",
        }
    ]


def test_list_says_which_file_is_broken_and_lists_the_others(invoke, folder):
    (folder / "own" / "bad.yaml").write_text("format: 1\nscenario: bad\nflwo: []\n", encoding="utf-8")

    result = invoke("list", "--scenario-dir", "own")

    assert result.exit_code == 2
    assert "mine " in result.stdout
    assert result.stderr.replace("\\", "/").startswith("own/bad.yaml:3:1: unknown key 'flwo'")


# -- show


def test_show_draws_the_timeline(invoke):
    result = invoke("show", "failed-then-retried")

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[:4] == [
        "failed-then-retried: FAILED is not the end - somebody retries, and the task finishes",
        "Careless: Takes FAILED for final, stops polling, and never learns that the task has finished.",
        "edition v2, FINISHED after 31.1 s",
        "",
    ]
    assert lines[5].startswith("Deploy the web shop ")
    assert "\x1b" not in result.stdout


def test_show_takes_a_file(invoke):
    result = invoke("show", "own/mine.yaml")

    assert result.stdout.startswith("mine: Mine\nedition v2, FINISHED after 2 s\n\n")


def test_show_of_a_file_with_little_to_say(invoke, folder):
    (folder / "bare.yaml").write_text("format: 1\nscenario: bare\nflow: [Copy: 2s]\n", encoding="utf-8")

    assert invoke("show", "bare.yaml").stdout.startswith("bare\nedition doc-2019, FINISHED after 2 s\n\n")


def test_show_in_another_edition_and_width(invoke):
    result = invoke("show", "node-suspended", "--edition", "doc-2019", "--width", "60")

    assert "edition doc-2019" in result.stdout
    assert "NODE_SUSPENDED" not in result.stdout.partition("\n\n")[2]
    assert all(display_width(line) <= 60 for line in result.stdout.splitlines()[4:])


def test_show_has_all_nodes_on_demand(invoke):
    assert "(start)" not in invoke("show", "expired").stdout
    assert "(start)" in invoke("show", "expired", "--all").stdout


def test_show_as_data(invoke):
    data = json.loads(invoke("show", "expired", "--format", "json").stdout)

    assert (data["scenario"], data["tasks"][0]["ends"]) == ("expired", "EXPIRED")


@pytest.mark.parametrize("arguments", [("--format", "svg"), ("--format", "svg", "--width", "500")])
def test_show_as_a_picture(invoke, arguments):
    root = ET.fromstring(invoke("show", "expired", *arguments).stdout)

    assert root.get("width") == ("500" if "500" in arguments else "960")


@pytest.mark.parametrize(
    ("name", "start"), [("a.svg", "<svg "), ("a.JSON", "{\n"), ("a.txt", "expired: "), ("a", "expired: ")]
)
def test_show_writes_a_file_as_it_is_called(invoke, folder, name, start):
    result = invoke("show", "expired", "-o", name)

    assert (result.exit_code, result.stdout) == (0, "")
    assert (folder / name).read_text("utf-8").startswith(start)


def test_show_refuses_a_file_of_another_kind(invoke, folder):
    result = invoke("show", "own/mine.yaml", "-o", "timeline.png")

    assert result.exit_code == 2
    assert error(result) == "cannot draw into a .png file; allowed: .txt, .json, .svg; or name the --format"
    assert not (folder / "timeline.png").exists()


def test_show_writes_any_file_in_a_named_format(invoke, folder):
    assert invoke("show", "own/mine.yaml", "-o", "timeline.data", "--format", "json").exit_code == 0

    assert json.loads((folder / "timeline.data").read_text("utf-8"))["scenario"] == "mine"


def test_show_starts_what_waits_to_be_started(invoke, folder):
    (folder / "waits.yaml").write_text(f"{MINE}start: on_request\n", encoding="utf-8")

    drawn = invoke("show", "waits.yaml").stdout.splitlines()
    data = json.loads(invoke("show", "waits.yaml", "--format", "json").stdout)["tasks"][0]

    assert drawn[1:3] == [
        "edition v2, FINISHED after 3 s",
        "It waits to be started (on_request); drawn as if started at 1 s",
    ]
    assert (data["ends"], data["assumed_start"]) == ("FINISHED", 1)


def test_show_starts_nothing_that_a_script_starts(invoke, folder):
    text = f"{MINE}start: on_request\nevents: [{{at: 5s, start: task}}]\n"
    (folder / "starts.yaml").write_text(text, encoding="utf-8")

    data = json.loads(invoke("show", "starts.yaml", "--format", "json").stdout)["tasks"][0]

    assert (data["ends"], data["seconds"], "assumed_start" in data) == ("FINISHED", 7, False)


def test_show_says_that_a_file_cannot_be_written(invoke, tmp_path):
    (tmp_path / "missing").write_text("a file, not a folder", encoding="utf-8")
    result = invoke("show", "expired", "-o", "missing/a.svg")

    assert result.exit_code == 2
    assert error(result).replace("\\", "/").startswith("cannot write missing/a.svg: ")


def test_show_refuses_an_unknown_name(invoke):
    result = invoke("show", "failed-then-retryed")

    assert result.exit_code == 2
    assert error(result).startswith("no scenario is called 'failed-then-retryed'; did you mean 'failed-then-retried'?")


def test_show_says_all_that_is_wrong_with_a_file(invoke, folder):
    (folder / "bad.yaml").write_text("format: 1\nscenario: bad\nstart: soon\nflow: [A: 1]\n", encoding="utf-8")

    result = invoke("show", "bad.yaml")

    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in error(result).splitlines()] == ["bad.yaml:3:8", "bad.yaml:4:11"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_show_is_coloured_on_terminals(tmp_path, no_color, coloured):
    shown = run_on_terminal(tmp_path, "scenarios", "show", "expired", NO_COLOR=no_color)

    assert ("\x1b[" in shown) is coloured


def test_show_is_not_coloured_elsewhere(invoke):
    assert "\x1b[" not in invoke("show", "expired").stdout


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
def test_show_is_as_wide_as_the_terminal(tmp_path):
    shown = run_on_terminal(tmp_path, "scenarios", "show", "expired", COLUMNS="50", NO_COLOR="1")

    assert max(map(display_width, shown.splitlines()[4:])) == 50


@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_show_survives_terminals_without_utf_8(taskmock, encoding):
    ended = taskmock("scenarios", "show", "hostile-text", PYTHONIOENCODING=encoding)

    assert (ended.code, ended.stderr) == (0, b"")
    assert max(map(display_width, ended.stdout.decode(encoding).splitlines()[4:])) <= 80


# -- lint


def test_lint_of_a_sound_file_finds_nothing(invoke):
    result = invoke("lint", "own/mine.yaml")

    assert (result.exit_code, result.stdout) == (0, "1 file, no findings\n")


def test_lint_takes_the_library_where_no_file_is_given(invoke, monkeypatch, folder):
    monkeypatch.setattr("taskmock.mockserver.scenarios.catalog.LIBRARY", folder / "own")

    assert invoke("lint").stdout == "1 file, no findings\n"


def test_lint_takes_the_files_of_a_folder(invoke, folder):
    (folder / "own" / "notes.txt").write_text("no scenario", encoding="utf-8")

    assert invoke("lint", "own", "own/mine.yaml").stdout == "2 files, no findings\n"


@pytest.mark.parametrize("ends", ["FINISHED", "CREATED"])
def test_lint_starts_what_waits_to_be_started(invoke, folder, ends):
    text = MINE.replace("FINISHED", ends) + "start: on_request\n"
    (folder / "waits.yaml").write_text(text, encoding="utf-8")

    result = invoke("lint", "waits.yaml")

    assert result.exit_code == 0
    assert result.stdout == (
        "waits.yaml: waits to be started (on_request); played as if started at 1 s\n1 file, no findings\n"
    )


@pytest.mark.parametrize("name", ["failed-then-retried", "mine"])
def test_lint_takes_names(invoke, name):
    result = invoke("lint", name, "--scenario-dir", "own")

    assert (result.exit_code, result.stdout) == (0, "1 file, no findings\n")


def test_lint_refuses_an_unknown_name(invoke):
    result = invoke("lint", "failed-then-retrie")

    assert result.exit_code == 2
    assert error(result).startswith("no scenario is called 'failed-then-retrie'; did you mean 'failed-then-retried'?")


def test_lint_refuses_a_folder_without_scenarios(invoke, folder):
    (folder / "empty").mkdir()

    result = invoke("lint", "empty")

    assert (result.exit_code, error(result)) == (2, "no scenario files in empty (they end in .yaml, .yml or .json)")


def test_lint_says_what_it_finds_and_where(invoke, folder):
    (folder / "bad.yaml").write_text(MINE.replace("FINISHED", "FAILED"), encoding="utf-8")

    result = invoke("lint", "bad.yaml", "own/mine.yaml")

    assert result.exit_code == 1
    assert result.stdout == (
        "bad.yaml:5:1: wrong-end: ends is FAILED, but the task ends FINISHED\n2 files, 1 finding\n"
    )


def test_lint_says_all_that_cannot_be_read_and_goes_on(invoke, folder):
    (folder / "one.yaml").write_text("format: 2\nscenario: one\n", encoding="utf-8")
    (folder / "two.yaml").write_text(MINE.replace("FINISHED", "FAILED"), encoding="utf-8")

    result = invoke("lint", "missing.yaml", "one.yaml", "two.yaml")

    assert result.exit_code == 2
    assert [line.split(": ")[0] for line in result.stderr.splitlines()] == [
        "missing.yaml",
        "one.yaml:1:1",
        "one.yaml:1:9",
        "3 files, 1 finding, 2 cannot be read",
    ]
    assert result.stdout.startswith("two.yaml:5:1: wrong-end")


def test_lint_finds_what_a_file_uses_on_the_shelf(invoke, folder):
    (folder / "top.yaml").write_text("format: 1\nscenario: top\nuse: failed-then-retried\n", encoding="utf-8")

    assert invoke("lint", "top.yaml").stdout == "1 file, no findings\n"


# -- help


@pytest.mark.parametrize("command", [(), ("list",), ("show",), ("lint",)])
def test_help_teaches(taskmock, command):
    ended = taskmock("scenarios", *command, "--help", PYTHONIOENCODING="ascii")

    assert (ended.code, ended.stderr) == (0, b"")
    assert b"  taskmock scenarios" in ended.stdout


def test_frames_are_those_of_python_with_the_text_that_a_client_reads(invoke):
    for name in ("backend-timeout", "malformed-envelope", "own/mine.yaml"):
        written = json.loads(invoke("frames", name, "--format", "json").stdout)["frames"]

        assert [
            (row["poll"], row["moment"], row["state"], tuple(row["faults"]), row["body"], row["status"])
            for row in written
        ] == [
            (one.poll, one.moment, one.state, one.faults, one.text, None if one.text is None else one.status)
            for one in frames(name)
        ]


def test_frame_without_an_answer_has_no_status(invoke, tmp_path):
    text = MINE + "faults: [{polls: [1], empty: true}, {polls: [2], reset: 3}, {polls: [3], content_length: 999999}]\n"
    (tmp_path / "cut.yaml").write_text(text, encoding="utf-8")

    rows = json.loads(invoke("frames", "cut.yaml", "--format", "json").stdout)["frames"]
    lines = invoke("frames", "cut.yaml").stdout.splitlines()

    assert [(row["status"], row["body"] and row["body"][:3]) for row in rows[:3]] == [
        (None, None),
        (200, '{"r'),
        (200, '{"r'),
    ]
    assert (rows[1]["body"], {type(row["body"]) for row in rows[1:]}) == ('{"r', {str})
    assert [line.split() for line in lines[:2]] == [
        ["1", "0", "s", "-", rows[0]["state"], "empty"],
        ["2", "0", "s", "200", rows[1]["state"], "reset"],
    ]


def test_frames_take_edition_seed_task_and_leave_faults_out(invoke):
    said = ("--edition", "v1", "--seed", "7", "--task-id", "11", "--no-faults", "--format", "json")
    written = json.loads(invoke("frames", "backend-timeout", *said, "-o", "a/frames.json").stdout or "null")
    rows = json.loads(Path("a/frames.json").read_text("utf-8"))["frames"]

    expected = frames("backend-timeout", "v1", seed="7", task_id="11", faults=False)
    assert (written, [row["body"] for row in rows]) == (None, [one.text for one in expected])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("backend-timout",), "no scenario is called 'backend-timout'; did you mean 'backend-timeout'?"),
        (("big-10000",), "the answers have more than 64 MiB; a running mock gives each: taskmock serve"),
    ],
)
def test_frames_that_cannot_be_written_are_refused(invoke, arguments, message):
    result = invoke("frames", *arguments)

    assert (result.exit_code, error(result).startswith(message)) == (2, True)
