"""Weights of one's own for changes, as a file gives them."""

import json

import pytest
from click.testing import CliRunner

from taskmock.contracts.cli.diff import diff_command
from taskmock.contracts.diff import diff_schemas
from taskmock.contracts.diff.severity import Entry, Severities, SeverityError, load_severities

OLD = {"properties": {"a": {"type": "string"}, "b": {"enum": ["x"]}}}
NEW = {"properties": {"a": {"type": "integer"}, "b": {"enum": ["x", "y"]}, "c": {}}}


def weighed(*entries):
    """The weights of the changes from OLD to NEW, by code."""
    changes = Severities(tuple(entries)).applied(diff_schemas(OLD, NEW, direction="response"))
    return {change.code: str(change.weight) for change in changes}


def test_without_entries_all_weigh_what_they_are():
    assert weighed() == {"type.changed": "breaking", "enum.grown": "breaking", "property.added": "additive"}


@pytest.mark.parametrize(
    ("entry", "changed"),
    [
        (Entry("enum.grown", "additive"), {"enum.grown": "additive"}),
        (Entry("enum.*", "cosmetic"), {"enum.grown": "cosmetic"}),
        (Entry("property.added", "breaking"), {"property.added": "breaking"}),
        (Entry("**", "cosmetic", place="/b"), {"enum.grown": "cosmetic"}),
        (Entry("**", "cosmetic", direction="request"), {}),
        (Entry("enum.grown", "additive", direction="response"), {"enum.grown": "additive"}),
        (Entry("enum.grown", "additive", place="/a"), {}),
    ],
)
def test_entry_weighs_what_it_fits(entry, changed):
    assert weighed(entry) == {**weighed(), **changed}


def test_ignored_changes_are_not_told():
    assert weighed(Entry("*.grown", "ignored")).keys() == weighed().keys() - {"enum.grown"}


def test_last_entry_that_fits_counts():
    assert weighed(Entry("enum.*", "ignored"), Entry("enum.grown", "additive"))["enum.grown"] == "additive"


@pytest.fixture
def compare(tmp_path):
    for name, content in (("old.json", OLD), ("new.json", NEW)):
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")

    def run(severity, *arguments, ending="toml"):
        file = tmp_path / f"severity.{ending}"
        file.write_text(severity, encoding="utf-8")
        paths = [str(tmp_path / name) for name in ("old.json", "new.json")]
        return CliRunner().invoke(diff_command, [*arguments, "--severity", str(file), *paths])

    return run


TAMED = """
format = 1
[[severity]]
code = "enum.grown"
weight = "additive"
reason = "our readers take unknown words"
[[severity]]
code = "type.*"
weight = "ignored"
"""


def test_command_exits_0_where_nothing_breaks_any_more(compare):
    result = compare(TAMED)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].endswith(": 2 additive")
    assert "  ignored as the severity file says: 1" in result.stdout.splitlines()


def test_command_exits_1_where_the_file_makes_something_break(compare):
    result = compare('{"format": 1, "severity": [{"code": "property.added", "weight": "breaking"}]}', ending="json")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0].endswith(": 3 breaking")


@pytest.mark.parametrize("form", ["junit", "sarif", "gitlab", "comment"])
def test_every_format_weighs_so(compare, form):
    assert compare(TAMED, "--format", form).exit_code == 0


def test_entry_that_fits_nothing_is_told(compare):
    result = compare('{"format": 1, "severity": [{"code": "enum.grow", "weight": "additive"}]}', ending="json")

    assert result.stderr.splitlines()[0].endswith('entry 1: no change fits enum.grow; did you mean "enum.grown"?')


MISTAKES = {
    "[]": ["a list, not an object with `format` and `severity`"],
    '{"severity": 1, "more": 1}': ["unknown key 'more'", "`format` is not 1", "`severity` is an integer, not a list"],
    '{"format": 1}': ["`severity` is missing"],
    '{"format": 1, "severity": [1, {"code": 1, "weigth": "x"}, {"code": "a", "weight": "braking"}]}': [
        "entry 1: an integer, not an object",
        "entry 2: `code` is an integer, not a string",
        "entry 2: unknown key 'weigth'; did you mean \"weight\"?",
        "entry 2: `weight` is missing",
        "entry 3: `weight` is 'braking'; allowed: breaking, additive, cosmetic, ignored; did you mean \"breaking\"?",
    ],
    '{"format": 1, "severity": [{"code": "a", "weight": "additive", "direction": "both"}]}': [
        "entry 1: `direction` is 'both'; allowed: request, response"
    ],
}


@pytest.mark.parametrize("content", MISTAKES)
def test_mistakes_are_told_all_at_once(tmp_path, content):
    file = tmp_path / "severity.json"
    file.write_text(content, encoding="utf-8")

    with pytest.raises(SeverityError) as caught:
        load_severities(file)

    assert str(caught.value).splitlines() == [f"{file}: {mistake}" for mistake in MISTAKES[content]]


def test_command_refuses_a_file_with_mistakes(compare):
    result = compare("format = 2")

    assert result.exit_code == 2
    assert "`format` is not 1" in result.stderr
