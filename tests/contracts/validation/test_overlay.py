"""Overlays: a user's contract that extends an edition by fields of its own."""

import json

import pytest
from click.testing import CliRunner

from taskmock.contracts import Contract
from taskmock.contracts.api.bk_sops.overlay_file import OverlayError, checked_overlay, load_overlay
from taskmock.contracts.api.bk_sops.shapes import SHAPES
from taskmock.contracts.cli.validate import validate_command
from taskmock.schemas import load_example

THREE = {
    "extends": "v2",
    "envelope": {"region": {"type": "string"}},
    "task": {"owner": {"type": "string", "required": True, "pattern": "^[a-z]+$"}},
    "node": {"cost": {"type": ["integer", "null"], "minimum": 0}},
}
"""Three fields: one that may be in the envelope, one that the task must have, one that nodes may have."""


def body(*, envelope=None, task=None, node=None):
    """The example answer of `v2` with more in its envelope, its task, and its first node."""
    answer = load_example("v2", "response")
    next(iter(answer["data"]["children"].values())).update(node or {})
    answer["data"].update(task or {})
    return {**answer, **(envelope or {})}


def found(answer, overlay=THREE, *, strictness="strict"):
    """The findings as code, last key and sentence."""
    report = Contract(checked_overlay(overlay), strictness=strictness).check_response(answer)
    return [(v.code, v.pointer.rpartition("/")[2], v.message) for v in report.violations]


def test_three_added_fields_pass_strict():
    answer = body(envelope={"region": "eu"}, task={"owner": "ann"}, node={"cost": None})

    assert found(answer) == []


def test_field_that_is_allowed_may_be_missing_and_one_that_is_demanded_may_not():
    assert found(body()) == [("field.missing", "owner", "`owner` is missing")]


def test_fields_of_a_wrong_kind_are_found():
    answer = body(envelope={"region": 1}, task={"owner": "A"}, node={"cost": -1})

    assert found(answer) == [
        ("envelope.type", "region", "`region` is an integer"),
        ("field.pattern", "owner", "`owner` has the wrong form"),
        ("field.range", "cost", "`cost` is too small"),
    ]


def test_finding_says_what_the_overlay_expects():
    contract = Contract(checked_overlay(THREE, source="ours.json"))

    report = contract.check_response(body(task={"owner": 1}))

    (violation,) = report.violations
    assert (violation.expected, violation.source) == (
        "a string, like ^[a-z]+$",
        "A field of the overlay's own. [the overlay]",
    )
    assert (report.edition, report.basis) == ("v2", "as ours.json extends it")


def test_other_undocumented_fields_stay_undocumented():
    assert found(body(task={"owner": "ann", "surprise": 1})) == [
        ("field.undocumented", "surprise", '"surprise" is not documented')
    ]


def test_edition_itself_does_not_change():
    assert found(body(task={"owner": "ann"})) == []

    report = Contract("v2", strictness="strict").check_response(body(task={"owner": "ann"}))

    assert [violation.code for violation in report.violations] == ["field.undocumented"]


def test_known_field_is_changed_by_keyword():
    overlay = {"extends": "v2", "node": {"name": {"type": ["string", "null"]}, "version": {"pattern": None}}}

    assert found(body(node={"name": None, "version": "7"}), overlay) == []
    assert found(body(node={"name": 1}), overlay) == [("field.type", "name", "`name` is an integer")]


def test_known_field_may_be_missing_where_the_overlay_says_so():
    answer = body()
    del answer["data"]["loop"]

    assert found(answer, {"extends": "v2", "task": {"loop": {"required": False}}}) == []


def test_field_that_is_taken_away_is_no_longer_documented():
    overlay = {"extends": "v2", "envelope": {"trace_id": False}}

    assert found(body(envelope={"trace_id": "a"}), overlay)[0][:2] == ("field.undocumented", "trace_id")


def test_added_state_is_allowed():
    answer = load_example("v2", "expired")
    answer["data"]["state"] = "EXPIRED"
    overlay = {"extends": "v2", "expired": {"archive": {"type": "string"}}}

    assert found({**answer, "data": {**answer["data"], "archive": "2026"}}, overlay) == []


def test_inside_of_a_field_is_judged():
    labels = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
    overlay = {"extends": "v2", "task": {"labels": labels}}

    assert found(body(task={"labels": {"a": ["x"]}}), overlay) == []
    assert found(body(task={"labels": {"a": ["x", 1]}}), overlay) == [("field.type", "1", "`labels.a.1` is an integer")]


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".json", json.dumps({"extends": "v2", "task": {"owner": {"type": "string", "required": True}}})),
        (".toml", 'extends = "v2"\n[task.owner]\ntype = "string"\nrequired = true\n'),
    ],
)
def test_file_is_accepted_as_an_edition(tmp_path, suffix, text):
    path = tmp_path / f"ours{suffix}"
    path.write_text(text, encoding="utf-8")

    report = Contract(str(path)).check_response(body())

    assert [violation.message for violation in report.violations] == ["`owner` is missing"]
    assert report.basis == f"as {path} extends it"


TYPES = "one of array, boolean, integer, null, number, object, string, or a list of them"
MISTAKES = {
    "no object": ([], "at the top: an object with `extends` and the fields of shapes"),
    "no edition": ({}, "/extends: is missing; choose one of doc-2019, v1, v2"),
    "unknown edition": ({"extends": "v3"}, "/extends: 'v3' is no edition; choose one of doc-2019, v1, v2"),
    "unknown key": (
        {"extends": "v2", "nodes": {}},
        f"/nodes: unknown key; there are extends, description, {', '.join(SHAPES)}; did you mean node?",
    ),
    "shape of another edition": (
        {"extends": "doc-2019", "expired": {}},
        "/expired: edition doc-2019 has no such shape; there are envelope, task, node",
    ),
    "shape that is no object": ({"extends": "v2", "node": []}, "/node: an object of fields by name"),
    "field that is no object": (
        {"extends": "v2", "node": {"a": "string"}},
        "/node/a: an object with `type`, `required` ..., or false",
    ),
    "field without a type": ({"extends": "v2", "node": {"a": {}}}, "/node/a: a new field needs its `type`"),
    "unknown field taken away": (
        {"extends": "v2", "node": {"a": False}},
        "/node/a: false takes a field of the edition away, and it has none of this name",
    ),
    "required no boolean": (
        {"extends": "v2", "node": {"a": {"type": "string", "required": ["b"]}}},
        "/node/a/required: true or false",
    ),
    "unknown type": (
        {"extends": "v2", "node": {"a": {"type": "text"}}},
        f"/node/a: the value at /type is not what it may be there: {TYPES}",
    ),
    "bound that is no number": (
        {"extends": "v2", "node": {"a": {"type": "integer", "minimum": "a"}}},
        "/node/a: the value at /minimum is not what it may be there: number",
    ),
    "no regular expression": (
        {"extends": "v2", "node": {"a": {"type": "string", "pattern": "("}}},
        "/node/a/pattern: '(' is no regular expression",
    ),
    "too deep": (
        {
            "extends": "v2",
            "node": {"a": {"items": {"items": {"items": {"type": "string"}}}}},
        },
        "/node/a/items/items/items: only 2 levels inside a field are looked at",
    ),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_mistake_is_an_error(what):
    document, message = MISTAKES[what]

    with pytest.raises(OverlayError) as caught:
        checked_overlay(document, source="ours.json")

    assert str(caught.value) == f"ours.json is no overlay:\n  {message}"


def test_all_mistakes_are_told_at_once():
    with pytest.raises(OverlayError) as caught:
        checked_overlay({"extends": "v2", "x": 1, "task": {"a": 1, "b": {"typo": 1}}}, source="ours.json")

    assert len(str(caught.value).splitlines()) == 4


@pytest.mark.parametrize("extends", ["v2", "v3"])
def test_every_mistake_in_a_field_is_told(extends):
    task = {"x": {"type": "string", "pattern": "("}, "z": {"type": "strin", "minimum": "a"}}

    with pytest.raises(OverlayError) as caught:
        checked_overlay({"extends": extends, "task": task})

    told = [line.split(": ")[0] for line in str(caught.value).splitlines()[1:] if "/task" in line]
    assert told == ["  /task/x/pattern", "  /task/z", "  /task/z"]


def test_state_that_the_overlay_refuses_is_told_as_the_overlays():
    answer = load_example("v2", "response")
    answer["data"]["state"] = "FAILED"
    overlay = checked_overlay({"extends": "v2", "task": {"state": {"enum": ["A"]}}})

    (violation,) = [each for each in Contract(overlay).check_response(answer).violations if each.value == '"FAILED"']

    assert (violation.code, violation.expected) == ("field.value", "one of A")
    assert "v2" not in violation.message


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "{", "the overlay {path}: not JSON: Expecting property name enclosed in double quotes: "),
        ("a.toml", "=", "the overlay {path}: not TOML: Invalid statement (at line 1, column 1)"),
        ("a.json", "[" * 100_000, "the overlay {path}: nests too deep"),
        ("no.json", None, "cannot read the overlay {path}: No such file or directory"),
    ],
)
def test_unreadable_file_is_an_error(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(OverlayError) as caught:
        load_overlay(path)

    assert str(caught.value).startswith(message.format(path=path))


def validate(*arguments):
    """The result of `taskmock validate` in this process."""
    return CliRunner().invoke(validate_command, [*map(str, arguments)], input=json.dumps(body()))


def test_command_judges_by_an_overlay_file(tmp_path):
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(THREE), encoding="utf-8")

    result = validate("--edition", path, "-")

    assert result.exit_code == 1
    assert f"  edition v2 (as {path} extends it), strictness documented" in result.output.splitlines()


def test_command_refuses_an_unusable_overlay(tmp_path):
    path = tmp_path / "ours.json"
    path.write_text("{}", encoding="utf-8")

    result = validate("--edition", path, "-")

    assert result.exit_code == 2
    assert result.output.splitlines()[-2:] == [
        f"Error: Invalid value for '--edition': {path} is no overlay:",
        "  /extends: is missing; choose one of doc-2019, v1, v2",
    ]


def test_command_says_how_the_name_of_an_overlay_ends(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text("extends: v2", encoding="utf-8")

    result = validate("--edition", path, "-")

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == (
        f"Error: Invalid value for '--edition': {str(path)!r} is no overlay: the name of one ends in .json or .toml."
    )


def test_self_test_takes_no_overlay(tmp_path):
    path = tmp_path / "ours.json"
    path.write_text(json.dumps(THREE), encoding="utf-8")

    result = validate("--self-test", "--edition", path)

    assert result.exit_code == 2
    assert (
        result.output.splitlines()[-1]
        == "Error: --self-test breaks answers of an edition, not of a variant or an overlay."
    )
