"""Settings: a flag beats the environment, which beats a file, which beats the default."""

import json

import pytest

from support.command_processes import run
from taskmock.mockserver.cli.settings_file import ConfigError, read_settings
from taskmock.mockserver.dry_run.frames import sample
from taskmock.mockserver.generation.options import GenerateOptions


def seeds(folder, *arguments, **variables):
    """Which of the seeds 1 to 4 `generate` has used."""
    made = run(folder, "generate", "--nodes", "9", *arguments, **variables).stdout
    return [seed for seed in "1234" if sample(seed, GenerateOptions(nodes=9)) == made]


def test_precedence_of_flag_variable_own_file_and_project_file(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.taskmock]\nseed = 4\n", encoding="utf-8")
    by_project = seeds(tmp_path)
    (tmp_path / "taskmock.toml").write_text("seed = 3\n", encoding="utf-8")

    by_file = seeds(tmp_path)
    by_variable = seeds(tmp_path, TASKMOCK_SEED="2")
    by_flag = seeds(tmp_path, "--seed", "1", TASKMOCK_SEED="2")

    assert (by_project, by_file, by_variable, by_flag) == (["4"], ["3"], ["2"], ["1"])


def test_file_sets_up_the_server(serve, tmp_path):
    text = 'port = 0\nseed = 7\nedition = "v2"\nclock = "instant"\nspeed = 2\nport-file = "port"\nscenario-dir = "."\n'
    (tmp_path / "taskmock.toml").write_text("\ufeff" + text, encoding="utf-8")

    with serve(NO_PORT="1") as server:
        assert server.edition == "v2"
        assert (tmp_path / "port").exists()


def test_variables_set_up_the_server(serve):
    with serve(TASKMOCK_PORT="0", TASKMOCK_EDITION="v1") as server:
        assert server.edition == "v1"


def test_wrong_variable_is_named(taskmock):
    ended = taskmock("serve", TASKMOCK_PORT="many")

    assert ended.code == 2
    assert ended.error == (
        "Invalid value for '-p' / '--port' (env var: 'TASKMOCK_PORT'): 'many' is not a valid integer range."
    )


def test_all_that_is_wrong_with_a_file_is_said_at_once(taskmock, tmp_path):
    text = 'prot = 1\nport = "many"\nspeed = -1\nseed = [1]\nclock = "poll"\nhost = true\nscenario-dir = 7\n'
    (tmp_path / "taskmock.toml").write_text(text, encoding="utf-8")

    ended = taskmock("serve")

    lines = ended.error.splitlines()
    assert ended.code == 2
    assert lines[0].startswith("taskmock.toml: unknown setting 'prot'; did you mean 'port'? (allowed: ")
    assert ", host, locale, port, port_file, quirks, reload, scenario, scenario_dir, seed, session_from, " in lines[0]
    assert lines[1:] == [
        "taskmock.toml: port: 'many' is not a valid integer range.",
        "taskmock.toml: speed: -1.0 is not in the range 0<x<=100000.",
        "taskmock.toml: seed: [1] is not a text or a number",
        "taskmock.toml: clock: 'poll' is not one of 'wall', 'polls', 'manual', 'instant'.",
        "taskmock.toml: host: true is not a text or a number",
        "taskmock.toml: scenario-dir: Directory '7' does not exist.",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"seed = ", "taskmock.toml: the file is not TOML: Invalid value (at end of document)"),
        (b"\xff\xfe", "taskmock.toml: the file is not UTF-8 text"),
        (b"a = " + b"[" * 5000, "taskmock.toml: the file is not TOML: "),
        (b"[tool.taskmock]\nseed = 1", "taskmock.toml: unknown setting 'tool' (allowed: "),
        (b"scenario-dir = [[]]", "taskmock.toml: scenario-dir: [[]] is not a text or a list of texts"),
        (b"strict-sessions = 1", "taskmock.toml: strict-sessions: 1 is not true or false"),
    ],
)
def test_file_that_cannot_be_used_is_named(taskmock, tmp_path, content, message):
    (tmp_path / "taskmock.toml").write_bytes(content)

    ended = taskmock("generate")

    assert ended.code == 2
    assert ended.error.startswith(message)
    assert "\n" not in ended.error


def test_unreadable_file_is_named(monkeypatch, tmp_path):
    (tmp_path / "taskmock.toml").write_text("", encoding="utf-8")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_text", refuse)

    with pytest.raises(ConfigError, match=r"^taskmock.toml: the file cannot be read \(Permission denied\)$"):
        read_settings(tmp_path, {})


@pytest.mark.parametrize("text", ["[project]\nname = 'x'\n", "tool = 1\n", "[tool.other]\na = 1\n"])
def test_project_file_without_settings_is_fine(taskmock, tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")

    assert taskmock("generate", "--nodes", "1").code == 0


def test_project_table_that_is_none_is_refused(taskmock, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool]\ntaskmock = 1\n", encoding="utf-8")

    ended = taskmock("generate")

    assert (ended.code, ended.error) == (2, "pyproject.toml: tool.taskmock: must be a table, [tool.taskmock]")


def test_help_needs_no_valid_file(taskmock, tmp_path):
    (tmp_path / "taskmock.toml").write_text("seed = ", encoding="utf-8")

    assert [taskmock(name, "--help").code for name in ("serve", "generate")] == [0, 0]


def test_settings_of_the_server_do_not_trouble_generate(taskmock, tmp_path):
    (tmp_path / "taskmock.toml").write_text('port = 0\nedition = "v2"\nlocale = "zh"\n', encoding="utf-8")

    ended = taskmock("generate")

    assert "root_id:" in json.loads(ended.stdout)["data"]
