"""`taskmock init`: a first folder of scenarios that works at once."""

import json

import jsonschema
import pytest

from taskmock.mockserver import load_scenario
from taskmock.schemas import load_json

FILES = ["scenario.schema.json", "scenarios/example.yaml", "taskmock.toml"]


def written(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_init_writes_a_folder_that_works(taskmock, tmp_path):
    ended = taskmock("init")

    assert (ended.code, ended.error) == (0, "")
    assert written(tmp_path) == FILES
    assert ended.text.splitlines()[-1] == "next: taskmock scenarios show example"
    assert taskmock("scenarios", "show", "example").text.startswith("example: A copy fails")
    assert taskmock("scenarios", "lint", "scenarios/example.yaml").text == "1 file, no findings\n"


def test_example_is_completed_by_the_schema_beside_it(taskmock, tmp_path):
    taskmock("init")

    example = tmp_path / "scenarios" / "example.yaml"
    first = example.read_text("utf-8").splitlines()[0]
    schema = (example.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
    assert schema == tmp_path / "scenario.schema.json"
    assert json.loads(schema.read_text("utf-8")) == load_json("scenario.schema.json")
    jsonschema.Draft202012Validator.check_schema(json.loads(schema.read_text("utf-8")))
    assert load_scenario(example).ends == "FINISHED"


def test_init_writes_into_a_new_folder(taskmock, tmp_path):
    ended = taskmock("init", "mocks/web")

    assert ended.code == 0
    assert written(tmp_path / "mocks" / "web") == FILES
    assert ended.text.splitlines()[-1].replace("\\", "/") == "next: cd mocks/web"


@pytest.mark.parametrize("there", FILES)
def test_init_overwrites_nothing(taskmock, tmp_path, there):
    path = tmp_path / there
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", encoding="utf-8")

    ended = taskmock("init")

    assert ended.code == 2
    name = str(path.relative_to(tmp_path))
    assert ended.error == f"nothing was written: {name} is there already (--force overwrites)"
    assert written(tmp_path) == [there]
    assert path.read_text("utf-8") == "mine"


def test_init_names_all_that_is_there(taskmock):
    taskmock("init")

    assert taskmock("init").error.replace("\\", "/") == (
        "nothing was written: scenarios/example.yaml, scenario.schema.json, taskmock.toml are there already"
        " (--force overwrites)"
    )


def test_init_overwrites_by_force(taskmock, tmp_path):
    (tmp_path / "taskmock.toml").write_text("mine", encoding="utf-8")

    assert taskmock("init", "--force").code == 0
    assert "scenario-dir" in (tmp_path / "taskmock.toml").read_text("utf-8")


def test_init_says_that_a_file_cannot_be_written(taskmock, tmp_path):
    (tmp_path / "scenarios").write_text("a file, not a folder", encoding="utf-8")

    ended = taskmock("init")

    assert ended.code == 2
    assert ended.error.startswith("cannot write scenarios")


def test_server_plays_the_example(taskmock, serve):
    taskmock("init")

    with serve("--scenario", "example") as server:
        assert server.edition == "v2"
    with serve() as server:
        assert server.edition == "v2"


def test_help_teaches(taskmock):
    text = taskmock("init", "--help").text

    assert "taskmock scenarios show example" in text
    assert "Nothing is overwritten without --force." in text
