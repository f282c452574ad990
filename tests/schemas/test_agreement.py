"""The schemas agree: recursive with node by node, one engine with the other, the vocabulary with both."""

import copy

import jsonschema
import jsonschema_rs
import pytest

from support import captures as capture_files
from support.broken_bodies import broken_bodies
from taskmock import schemas

SHAPES = ("response", "created", "expired", "failure")


def examples():
    """Every example answer of every edition."""
    return [
        pytest.param(edition, schemas.load_example(edition, name), id=f"{edition} {name}")
        for edition in schemas.EDITIONS
        for name in SHAPES
        if edition != "doc-2019" or name in {"response", "failure"}
    ]


def cut_children(schema):
    """The node schema that belongs to a response schema: the same shapes, `children` without their contents."""
    definitions = copy.deepcopy(schema["$defs"])
    del definitions["answer"]
    del definitions["field-children"]["additionalProperties"]
    return definitions


@pytest.mark.parametrize("edition", schemas.EDITIONS)
def test_node_schema_is_the_response_schema_without_recursion(edition):
    node = schemas.load_schema(edition, "node")

    assert node["$defs"] == cut_children(schemas.load_schema(edition, "response"))
    assert node["$ref"] == "#/$defs/node"


@pytest.mark.parametrize("edition", schemas.EDITIONS)
def test_node_schema_ignores_the_contents_of_children(edition):
    node = schemas.load_example(edition, "response")["data"]
    child = next(iter(node["children"].values()))
    child["children"] = {"x": "no node at all"}

    assert jsonschema_rs.validator_for(schemas.load_schema(edition, "node")).is_valid(child)


@pytest.mark.parametrize("edition", schemas.EDITIONS)
@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_schema_is_a_valid_schema(edition, name):
    jsonschema.Draft202012Validator.check_schema(schemas.load_schema(edition, name))


@pytest.mark.parametrize("edition", schemas.EDITIONS)
def test_example_request_fits_its_schema(edition):
    schema, request = schemas.load_schema(edition, "request"), schemas.load_example(edition, "request")

    assert jsonschema_rs.validator_for(schema).is_valid(request)


@pytest.mark.parametrize(("edition", "body"), examples())
def test_both_engines_give_one_verdict_on_broken_answers(edition, body):
    schema = schemas.load_schema(edition, "response")
    fast, reference = jsonschema_rs.validator_for(schema), jsonschema.Draft202012Validator(schema)
    assert fast.is_valid(body)
    assert reference.is_valid(body)

    verdicts = {how: (fast.is_valid(broken), reference.is_valid(broken)) for how, broken in broken_bodies(body)}

    assert {how: pair for how, pair in verdicts.items() if pair[0] is not pair[1]} == {}
    assert {pair[0] for pair in verdicts.values()} == {True, False}


@pytest.mark.parametrize("capture", capture_files.captures(), ids=lambda capture: capture.file)
def test_every_capture_fits_the_schema_of_its_edition(capture):
    schema = schemas.load_schema(capture.edition, "response")

    assert jsonschema_rs.validator_for(schema).is_valid(capture.body)


SMALL = [capture for capture in capture_files.captures() if len(capture.raw) < 4_000]


@pytest.mark.parametrize("edition", schemas.EDITIONS)
def test_both_engines_give_one_verdict_on_captures_in_every_edition(edition):
    schema = schemas.load_schema(edition, "response")
    fast, reference = jsonschema_rs.validator_for(schema), jsonschema.Draft202012Validator(schema)

    disagreed = [c.file for c in SMALL if fast.is_valid(c.body) is not reference.is_valid(c.body)]

    assert len(SMALL) > 50
    assert disagreed == []


@pytest.mark.parametrize("edition", schemas.EDITIONS)
def test_schema_states_are_the_vocabularys(edition):
    definitions = schemas.load_schema(edition, "node")["$defs"]
    known = {
        level: {row["state"] for row in schemas.load_states() if level in row["levels"].get(edition, ())}
        for level in ("task", "node")
    }
    own_shapes = {
        definitions[name]["properties"]["state"]["const"] for name in ("created", "expired") if name in definitions
    }

    task_states = definitions.get("field-task-state", definitions["field-state"])["enum"]

    assert set(definitions["field-state"]["enum"]) == known["node"]
    assert set(task_states) | own_shapes == known["task"] | known["node"]


def test_the_document_names_six_states():
    documented = [row["state"] for row in schemas.load_states() if row["documented"]]

    assert documented == ["CREATED", "RUNNING", "FAILED", "SUSPENDED", "REVOKED", "FINISHED"]
    assert all(row["meaning"] and row["source"] and row["levels"] for row in schemas.load_states())


@pytest.mark.parametrize("edition", schemas.EDITIONS)
def test_every_field_says_what_it_means_and_allows(edition):
    definitions = schemas.load_schema(edition, "response")["$defs"]
    request = schemas.load_schema(edition, "request")["properties"]
    shapes = [shape for name, shape in definitions.items() if not name.startswith("field-")]
    inline = [field for shape in shapes for field in shape.get("properties", {}).values() if "$ref" not in field]

    fields = [*request.values(), *inline, *(value for key, value in definitions.items() if key.startswith("field-"))]
    fields += [inner for field in fields for inner in inner_fields(field)]

    assert [field for field in fields if not (field.get("description") and field.get("title"))] == []


@pytest.mark.parametrize("edition", schemas.EDITIONS)
@pytest.mark.parametrize("name", schemas.SCHEMAS)
def test_patterns_are_portable(edition, name):
    patterns = list(found_patterns(schemas.load_schema(edition, name)))

    assert [pattern for pattern in patterns if "\\d" in pattern or "\\w" in pattern] == []
    assert [pattern for pattern in patterns if not (pattern.startswith("^") and pattern.endswith(r"$(?!\n)"))] == []


def inner_fields(field):
    """The schemas of everything inside a field, but for the nodes below it."""
    entries = [*field.get("properties", {}).values(), field.get("items"), field.get("additionalProperties")]
    for entry in entries:
        if entry and "$ref" not in entry:
            yield entry
            yield from inner_fields(entry)


def found_patterns(schema):
    """Every `pattern` in a schema."""
    for key, value in schema.items():
        if key == "pattern":
            yield value
        elif isinstance(value, dict):
            yield from found_patterns(value)
