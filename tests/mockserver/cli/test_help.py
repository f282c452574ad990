"""What a newcomer reads: help, version, and what is said about a word that is no command."""

import importlib.metadata

import click
import pytest

from taskmock.mockserver.cli.group import taskmock as taskmock_group

COMMANDS = ["serve", "generate", "validate", "export"]


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_and_the_exit_codes(taskmock, flag):
    ended = taskmock(flag)

    assert ended.code == 0
    assert all(f"\n  {name} " in ended.text for name in COMMANDS)
    assert "Exit codes: 0 good, 1 the contract is violated" in ended.text


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_help_of_a_command_is_plain_text_in_every_encoding(taskmock, name, encoding):
    ended = taskmock(name, "--help", PYTHONIOENCODING=encoding)

    assert (ended.code, ended.stderr) == (0, b"")
    assert ended.stdout.startswith(f"Usage: taskmock {name} [OPTIONS]".encode())
    assert b"taskmock " + name.encode() in ended.stdout.partition(b"\n")[2]
    assert ended.stdout.isascii()


def test_help_shows_how_to_ask_the_server(taskmock):
    text = taskmock("serve", "--help").text

    assert "curl 'http://127.0.0.1:8070/api/c/compapi/v2/sops/get_task_status/?" in text
    assert "X-Mock-Session" in text


def test_version_is_the_distributions(taskmock):
    ended = taskmock("--version")

    assert (ended.code, ended.text) == (0, f"taskmock, version {importlib.metadata.version('taskmock')}\n")


@pytest.mark.parametrize(("word", "closest"), [("srve", "serve"), ("generat", "generate"), ("validat", "validate")])
def test_word_that_is_no_command_names_the_closest(taskmock, word, closest):
    ended = taskmock(word)

    assert ended.code == 2
    assert ended.error.startswith(f"no command is called {word!r}; did you mean {closest!r}? (there are: serve, ")


def test_word_like_no_command_lists_them(taskmock):
    assert taskmock("xyz", "--help").error.startswith("no command is called 'xyz' (there are: serve, scenarios, ")


def test_error_with_other_characters_survives_every_encoding(taskmock):
    ended = taskmock("发布", PYTHONIOENCODING="ascii")

    assert ended.code == 2
    assert ended.error.startswith("no command is called ")


@pytest.mark.parametrize("arguments", [("--help",), ("generate", "--nodes", "0"), ("validate", "-")])
def test_output_has_no_colours_in_a_pipe(taskmock, arguments):
    ended = taskmock(*arguments, NO_COLOR="1")

    assert b"\x1b" not in ended.stdout + ended.stderr


def test_shell_completes_commands(taskmock):
    ended = taskmock(_TASKMOCK_COMPLETE="bash_complete", COMP_WORDS="taskmock se", COMP_CWORD="1")

    assert ended.text == "plain,serve\n"


def test_group_knows_no_other_command():
    assert taskmock_group.get_command(click.Context(taskmock_group), "nowhere") is None
