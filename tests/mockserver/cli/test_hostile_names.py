"""No command of a terminal or a CI service gets from a file's name, or from what stands in it, into an output."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from support.hostile_text import harm
from taskmock.mockserver.cli.group import taskmock
from taskmock.schemas import load_example

HOSTILE = "::error::\x1b[31m\x07##vso[task.complete]"
BROKEN = "format: 1\nflow: 7\n"
TITLED = (
    "format: 1\nscenario: mine\nends: FINISHED\nedition: v2\n"
    'title: "\\u001b[31m\\u0007\\u009b ##vso[task.complete]"\n'
    'flow: ["::error::owned": 2s, "##[group]": 2s]\n'
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none").write_text("a file, in which no other can be", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("validate", "{file}"), 2),
        (("diff", "v2", "{file}.json"), 2),
        (("diff", "{file}", "v2"), 2),
        (("drift", "{file}"), 2),
        (("export", "openapi", "-o", "none/{file}"), 2),
        (("serve", "--auth", "{file}"), 2),
        (("serve", "--scenario", "{file}.yaml"), 2),
        (("serve", "--host", "{file}", "--admin-token", "x"), 2),
        (("scenarios", "lint", "{file}.yaml"), 2),
        (("scenarios", "lint", "{file}"), 2),
        (("scenarios", "show", "{file}"), 2),
        (("scenarios", "list", "--scenario-dir", "{file}"), 2),
        (("scenarios", "list", "--tags", "{file}"), 2),
        (("init", "{file}"), 0),
        (("{file}",), 2),
    ],
)
def test_error_lets_no_file_name_be_a_command(folder, arguments, code):
    result = CliRunner().invoke(taskmock, [part.format(file=HOSTILE) for part in arguments], prog_name="taskmock")

    assert result.exit_code == code, result.output
    assert harm(result.output) == []
    assert "error::" in result.output or "error: :" in result.output


def test_broken_scenario_lets_its_file_name_be_no_command(folder):
    (folder / f"{HOSTILE}.yaml").write_text(BROKEN)

    for arguments in (("lint", "."), ("list", "--scenario-dir", ".")):
        result = CliRunner().invoke(taskmock, ["scenarios", *arguments])
        assert (result.exit_code, harm(result.output)) == (2, [])
        assert ": :error::" in result.output


@pytest.mark.parametrize("form", ["text", "json"])
def test_scenarios_list_shows_a_title_harmlessly(folder, form):
    (folder / "mine.yaml").write_text(TITLED)

    result = CliRunner().invoke(taskmock, ["scenarios", "list", "--scenario-dir", ".", "--format", form])

    assert (result.exit_code, harm(result.output)) == (0, [])
    assert "vso[task.complete]" in result.output


@pytest.mark.parametrize("form", ["text", "json", "svg"])
def test_scenarios_show_draws_names_harmlessly(folder, form):
    (folder / "mine.yaml").write_text(TITLED)

    result = CliRunner().invoke(taskmock, ["scenarios", "show", "mine.yaml", "--format", form])

    assert (result.exit_code, harm(result.output)) == (0, [])
    assert "owned" in result.output


def test_validate_names_a_hostile_file_harmlessly(folder):
    body = load_example("v2", "response")
    body["data"]["name"] = "::error::owned"
    body["data"]["retry"] = -1
    (folder / HOSTILE).write_text(json.dumps(body))

    result = CliRunner().invoke(taskmock, ["validate", "--edition", "v1", HOSTILE])

    assert (result.exit_code, harm(result.output)) == (1, [])
    assert '    "::error::owned": ' in result.output
