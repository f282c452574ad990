"""`taskmock generate`: every option, every error, and output that any terminal or file can hold."""

import json
import subprocess

import pytest

from support.command_processes import PATIENCE, TASKMOCK, environment
from taskmock.contracts import Contract


def count(node):
    return 1 + sum(count(child) for child in node["children"].values())


def depth(node):
    return max((1 + depth(child) for child in node["children"].values()), default=0)


@pytest.mark.parametrize("edition", ["doc-2019", "v1", "v2"])
def test_answer_keeps_its_contract(taskmock, edition):
    ended = taskmock("generate", "--edition", edition, "--nodes", "60")

    assert ended.code == 0
    assert ended.stderr == b""
    assert Contract(edition, strictness="strict").check_response(ended.stdout).ok


def test_options_shape_the_tree(taskmock):
    ended = taskmock("generate", "--seed", "7", "--nodes", "40", "--depth", "3", "--state", "failed")

    data = json.loads(ended.stdout)["data"]
    assert (count(data), depth(data), data["state"]) == (40, 3, "FAILED")


def test_expired_task_is_two_fields(taskmock):
    ended = taskmock("generate", "--edition", "v2", "--state", "expired")

    assert set(json.loads(ended.stdout)["data"]) == {"state", "name"}


def test_same_options_give_the_same_bytes(taskmock):
    made = [taskmock("generate", "--seed", "a", PYTHONHASHSEED=number).stdout for number in ("1", "2")]

    assert made[0] == made[1] != taskmock("generate", "--seed", "b").stdout


def test_locale_names_the_nodes(taskmock):
    text = taskmock("generate", "--locale", "zh", "--edition", "v2").text

    assert any("\u4e00" <= character <= "\u9fff" for character in text)


def test_locale_of_faker_works_too(taskmock):
    ended = taskmock("generate", "--locale", "ja_JP", "--edition", "v2", "--nodes", "10")

    assert any("\u3040" <= character <= "\u30ff" for character in ended.text)


def test_output_goes_to_a_file(taskmock, tmp_path):
    ended = taskmock("generate", "--locale", "zh", "--edition", "v2", "-o", "tree.json")

    printed = taskmock("generate", "--locale", "zh", "--edition", "v2").stdout
    assert (ended.code, ended.stdout, ended.stderr) == (0, b"", b"")
    assert (tmp_path / "tree.json").read_bytes() == printed


def test_output_is_judged_in_a_pipe(taskmock):
    made = taskmock("generate", "--state", "FAILED").stdout

    ended = taskmock("validate", "--edition", "doc-2019", "--strictness", "strict", "-", stdin=made)

    assert ended.code == 0


def test_reader_that_leaves_early_sees_no_traceback(tmp_path):
    process = subprocess.Popen(
        [TASKMOCK, "generate", "--nodes", "2000"],
        cwd=tmp_path,
        env=environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        first = process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        process.wait(PATIENCE)

    assert first.strip() == b"{"
    assert said == b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--nodes", "0"), "Invalid value for '--nodes': 0 is not in the range 1<=x<=20000."),
        (("--nodes", "20001"), "Invalid value for '--nodes': 20001 is not in the range 1<=x<=20000."),
        (("--nodes", "x"), "Invalid value for '--nodes': 'x' is not a valid integer range."),
        (("--nodes", "2", "--state", "FINISHED"), "a task that is FINISHED has at least 4 nodes, not 2"),
        (("--nodes", "5", "--state", "CREATED"), "a task that is CREATED has no node below it; allowed: 1 node"),
        (("--depth", "0"), "a depth of 0 is out of reach; allowed: 1 to 100"),
        (("--depth", "101"), "a depth of 101 is out of reach; allowed: 1 to 100"),
        (
            ("--state", "DONE"),
            "no task of doc-2019 is ever 'DONE'; allowed: CREATED, RUNNING, FAILED, SUSPENDED, REVOKED, FINISHED",
        ),
        (("--edition", "v9"), "Invalid value for '--edition': 'v9' is not one of 'doc-2019', 'v1', 'v2', 'v1@3.6.10'."),
        (("--locale", "xx"), "unknown locale 'xx'; allowed: en, zh, or one of Faker's such as ja_JP"),
        (("-o", "."), "Invalid value for '-o' / '--output': File '.' is a directory."),
        (("extra",), "Got unexpected extra argument (extra)"),
    ],
)
def test_wish_that_cannot_be_is_refused(taskmock, arguments, message):
    ended = taskmock("generate", *arguments)

    assert (ended.code, ended.error.replace("\\", "/"), ended.stdout) == (2, message, b"")


def test_misspelt_option_names_the_closest(taskmock):
    error = taskmock("generate", "--sede", "1").error

    assert error.startswith("No such option")
    assert "--seed" in error
