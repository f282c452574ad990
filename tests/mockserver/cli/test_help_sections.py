"""The help is grouped: commands by what they are for, options by how often they are needed."""

import re

import pytest
from click.testing import CliRunner

from taskmock.mockserver.cli.group import taskmock


def sections(*arguments: str) -> dict[str, list[str]]:
    """The names in each section of a help text, options by their long form."""
    found: dict[str, list[str]] = {}
    for line in CliRunner().invoke(taskmock, [*arguments, "--help"]).output.splitlines():
        if heading := re.fullmatch(r"(\w[\w ]*):", line):
            found[heading[1]] = []
        elif entry := re.match(r"  (?:-\w, )?(--[\w-]+|\w+)\b", line):
            found.setdefault("", []) if not found else found[list(found)[-1]].append(entry[1])
    return found


def test_commands_are_grouped_and_none_is_left_out():
    found = sections()

    groups = {name: found[name] for name in ("Play", "Judge", "Convert and compare", "Set up")}
    assert groups == {
        "Play": ["serve", "scenarios", "generate"],
        "Judge": ["validate", "verify", "drift"],
        "Convert and compare": ["export", "diff"],
        "Set up": ["init"],
    }


@pytest.mark.parametrize(
    ("command", "first", "rare"), [("serve", "--port", "--strict-sessions"), ("verify", "--task-id", "--client-cert")]
)
def test_everyday_options_lead_and_every_option_is_shown_once(command, first, rare):
    found = sections(command)

    assert found["Options"][0] == first
    assert rare in found["More"]
    assert len(found["Options"]) <= 12
    shown = found["Options"] + found["More"]
    options = [param for param in taskmock.get_command(None, command).params if param.param_type_name == "option"]
    assert len(shown) == len(set(shown)) == len(options) + 1  # and --help
