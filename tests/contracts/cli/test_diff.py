"""`taskmock diff`, run as users run it: arguments, output, exit codes."""

import html
import json

import pytest
from click.testing import CliRunner

from taskmock.contracts.cli.diff import diff_command
from taskmock.contracts.writers import FORMATS
from taskmock.schemas import load_schema


def invoke(*arguments):
    """The result of the command in this process."""
    return CliRunner().invoke(diff_command, [*map(str, arguments)])


@pytest.fixture
def schema(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


def test_breaking_change_exits_1_and_is_told(schema):
    old, new = schema("old.json", {"type": "string"}), schema("new.json", {"type": ["string", "null"]})

    result = invoke(old, new)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"BREAKING {old} -> {new}: 1 breaking",
        "  response, breaking (1)",
        "    type.widened: the whole response may be null now, not only string",
        "      at the body (new schema, /type)",
    ]


@pytest.mark.parametrize("arguments", [["--direction", "request"], []])
def test_request_is_judged_as_one(schema, arguments):
    prefix = "" if arguments else "request-"
    old, new = schema(f"{prefix}1.json", {"type": "string"}), schema(f"{prefix}2.json", {})

    result = invoke(*arguments, old, new)

    assert result.exit_code == 0
    assert result.output.splitlines()[:2] == [f"COMPATIBLE {old} -> {new}: 1 additive", "  request, additive (1)"]


def test_equal_schemas_are_the_same(schema):
    result = invoke(schema("a.json", {}), schema("b.json", True))

    assert (result.exit_code, result.output.partition(" ")[0]) == (0, "SAME")


def test_editions_are_compared_in_both_directions():
    result = invoke("doc-2019", "v2")

    assert result.exit_code == 1
    assert [line.partition(" (")[0] for line in result.output.splitlines() if line.startswith("  r")] == [
        "  response, breaking",
        "  response, additive",
        "  request, additive",
        "  response, cosmetic",
        "  request, cosmetic",
    ]


def test_edition_and_file_are_compared(schema):
    path = schema("theirs.json", load_schema("v2", "response"))

    assert invoke("v2", path).output == f"SAME v2 -> {path}: no differences\n"


def test_json_format_holds_every_change():
    result = invoke("doc-2019", "v2", "--format", "json")

    document = json.loads(result.output)

    assert (document["format"], document["ok"]) == (1, False)
    assert sum(document["counts"].values()) == len(document["changes"])
    assert document["changes"][0] == {
        "code": "property.removed",
        "weight": "breaking",
        "direction": "response",
        "side": "old",
        "pointer": "/$defs/task/properties/id",
        "places": ["/data[state=CREATED]/id", "/data[state=EXPIRED]/id"],
        "message": "`id` is gone",
    }


def test_change_of_many_places_names_some(schema):
    def tree(field):
        return {"properties": {f"f{number}": {"$ref": "#/$defs/f"} for number in range(6)}, "$defs": {"f": field}}

    result = invoke(schema("old.json", tree({"type": "string"})), schema("new.json", tree({"type": "null"})))

    assert "      at /f0, /f1, /f2, /f3 and 2 more (new schema, /$defs/f/type)" in result.output.splitlines()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", ": not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[" * 100_000, ": nests too deep"),
    ],
)
def test_file_that_is_no_json_exits_2(tmp_path, content, message):
    path = tmp_path / "old.json"
    path.write_text(content, encoding="utf-8")

    result = invoke(path, "v2")

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: {path}{message}"


def test_file_that_is_no_schema_exits_2(schema):
    path = schema("old.json", {"type": 1})

    result = invoke(path, "v2")

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == (
        f"Error: cannot compare {path} and v2: the old schema is no JSON Schema of draft 2020-12: "
        "the value at /type is not what it may be there: "
        "one of array, boolean, integer, null, number, object, string, or a list of them"
    )


def test_missing_file_exits_2(tmp_path):
    result = invoke(tmp_path / "no.json", "v2")

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: cannot read {tmp_path / 'no.json'}: No such file or directory"


def test_unknown_edition_exits_2():
    result = invoke("v1", "v3")

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == (
        "Error: unknown edition 'v3': choose one of doc-2019, v1, v2, v1@3.6.10; did you mean 'v2'? "
        "(or the name of a file)"
    )


@pytest.mark.parametrize(
    ("document", "seems"),
    [({"result": True, "data": {}}, "; it looks like a recorded answer"), ({"colour": 1}, "")],
    ids=["a recorded answer", "something else"],
)
def test_document_that_is_no_schema_exits_2(tmp_path, document, seems):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document), encoding="utf-8")

    result = invoke("v2", path)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: {path} is no JSON Schema: it has no keyword of one{seems}"


def test_overlay_is_compared_with_its_edition(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text('extends = "v2"\n[task.owner]\ntype = "string"\n[node.name]\ntype = ["string", "null"]\n', "utf-8")

    changes = json.loads(invoke("v2", path, "--format", "json").output)["changes"]

    assert [(c["code"], c["weight"], c["places"]) for c in changes] == [
        ("type.widened", "breaking", ["/data/children/*/name"]),
        ("property.added", "additive", ["/data/owner"]),
    ]


def test_unusable_overlay_exits_2(schema):
    path = schema("ours.json", {"extends": "v9"})

    result = invoke("v2", path)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == "  /extends: 'v9' is no edition; choose one of doc-2019, v1, v2"


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_every_format_tells_the_changes(schema, tmp_path, form):
    old, new = schema("old.json", {"type": "string"}), schema("new.json", {"type": ["string", "null"]})

    result = invoke("--format", form, "--output", tmp_path / "report", old, new)

    text = html.unescape((tmp_path / "report").read_text(encoding="utf-8"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "the whole response may be null now, not only string" in text
    assert "type.widened" in text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_exits_0_where_nothing_breaks(schema, form):
    assert invoke("--format", form, schema("a.json", {}), schema("b.json", {"title": "x"})).exit_code == 0


def test_comment_folds_what_breaks_nothing(schema):
    old = schema("old.json", {"properties": {"a": {"type": "string"}}})
    new = schema("new.json", {"properties": {"a": {"type": "integer"}, "b": {}}})

    comment = invoke("--format", "comment", old, new).stdout

    told, folded = comment.split("<details><summary>1 warning</summary>")
    assert comment.startswith("<!-- taskmock diff -->\n### taskmock: 1 of 1 failed\n")
    assert ("`type.changed`" in told, "`property.added`" in folded) == (True, True)


def test_baseline_accepts_what_is_known(schema, tmp_path):
    old, new = schema("old.json", {"type": "string"}), schema("new.json", {"type": ["string", "null"]})
    known = ("--baseline", tmp_path / "known.json")

    first, second = invoke(*known, "--baseline-update", old, new), invoke(*known, old, new)
    newer = schema("newer.json", {"type": ["string", "null"], "enum": ["a"]})
    third = invoke(*known, "--direction", "request", old, newer)

    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 0, 1)
    assert second.stdout.splitlines()[0].startswith("COMPATIBLE")
    assert "  accepted by the baseline: 1" in second.stdout.splitlines()
