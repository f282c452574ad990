"""The schemas of all calls: valid, described field by field, true to the table of calls, and met by their examples."""

import jsonschema
import jsonschema_rs
import pytest

from taskmock import schemas

CALLS = [
    pytest.param(operation, edition, id=f"{operation} {edition}")
    for operation in schemas.load_operations()
    for edition in schemas.editions_of(operation)
]
EXAMPLES = [
    pytest.param(operation, edition, name, id=f"{operation} {edition} {name}")
    for operation in schemas.load_operations()
    for edition in schemas.editions_of(operation)
    for name in schemas.example_names(edition, operation=operation)
]
OTHERS = [call for call in CALLS if call.values[0] != schemas.STATUS]
SHARED = ("urn:taskmock:call", "urn:taskmock:pipeline")
CREDENTIALS = ["bk_app_code", "bk_app_secret"]


def whole(operation, edition, name):
    """A schema with all that it refers to."""
    return schemas.bundled(schemas.load_schema(edition, name, operation=operation))


def properties(value):
    """Every property of every object inside a schema, but for references."""
    if isinstance(value, dict):
        found = value.get("properties")
        for name, field in found.items() if isinstance(found, dict) else ():
            if "$ref" not in field:
                yield name, field
        for key, inner in value.items():
            if key not in {"if", "then", "else", "anyOf", "enum"}:
                yield from properties(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from properties(inner)


def patterns(value):
    """Every `pattern` in a schema."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from [inner] if key == "pattern" and isinstance(inner, str) else patterns(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from patterns(inner)


@pytest.mark.parametrize(("operation", "edition"), CALLS)
@pytest.mark.parametrize("name", ["request", "response"])
def test_call_schema_is_a_valid_schema(operation, edition, name):
    schema = whole(operation, edition, name)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert operation in schema["$id"]
    assert schema["$id"].endswith(f":{name}")


@pytest.mark.parametrize(("operation", "edition", "name"), EXAMPLES)
def test_example_fits_its_schema_in_both_engines(operation, edition, name):
    schema = whole(operation, edition, "request" if name == "request" else "response")
    example = schemas.load_example(edition, name, operation=operation)

    assert list(jsonschema.Draft202012Validator(schema).iter_errors(example)) == []
    assert jsonschema_rs.validator_for(schema).is_valid(example)


@pytest.mark.parametrize(("operation", "edition"), CALLS)
def test_every_call_has_an_example_of_each_kind(operation, edition):
    assert {"request", "response", "failure"} <= set(schemas.example_names(edition, operation=operation))


@pytest.mark.parametrize(("operation", "edition"), OTHERS)
@pytest.mark.parametrize("name", ["request", "response"])
def test_every_field_of_a_call_says_what_it_means_and_allows(operation, edition, name):
    schema = whole(operation, edition, name)

    fields = list(properties(schema))

    assert [field for _, field in fields if not (field.get("title") and field.get("description"))] == []


@pytest.mark.parametrize(("operation", "edition"), CALLS)
@pytest.mark.parametrize("name", ["request", "response"])
def test_patterns_of_calls_are_portable(operation, edition, name):
    found = list(patterns(whole(operation, edition, name)))

    assert [pattern for pattern in found if "\\d" in pattern or "\\w" in pattern] == []
    assert [pattern for pattern in found if not (pattern.startswith("^") and pattern.endswith(r"$(?!\n)"))] == []


@pytest.mark.parametrize(("operation", "edition"), CALLS)
def test_request_demands_what_the_table_of_calls_demands(operation, edition):
    row = schemas.load_operations()[operation]
    schema = schemas.load_schema(edition, "request", operation=operation)

    assert schema["required"] == CREDENTIALS + row["required"]
    assert set(row["required"]) <= set(schema["properties"])
    assert set(row["route"].partition("/")[2].replace("{", "").replace("}", "").split("/")) - {""} <= set(
        row["required"]
    )


def test_later_editions_only_add_parameters():
    for operation in schemas.load_operations():
        if "doc-2019" not in schemas.editions_of(operation):
            continue
        first, later = (schemas.load_schema(e, "request", operation=operation) for e in ("doc-2019", "v2"))

        assert set(first["properties"]) <= set(later["properties"])


@pytest.mark.parametrize("uri", SHARED)
def test_shared_parts_are_valid_schemas(uri):
    schema = schemas.load_by_id(uri)

    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == uri


def test_bundled_schema_holds_all_that_it_refers_to():
    schema = whole("get_tasks_status", "v2", "response")

    assert [key for key in schema["$defs"] if key.startswith("urn:")] == [
        "urn:taskmock:call",
        "urn:taskmock:get_task_status:v2:response",
    ]


def test_schema_without_references_is_bundled_as_it_is():
    schema = schemas.load_schema("v2", "response")

    assert schemas.bundled(schema) is schema


def test_pipeline_tree_of_any_depth_fits():
    schema = whole("get_task_detail", "v2", "response")
    body = schemas.load_example("v2", "response", operation="get_task_detail")
    subprocess = next(a for a in body["data"]["pipeline_tree"]["activities"].values() if "pipeline" in a)
    inner = next(iter(subprocess["pipeline"]["activities"].values()))
    inner["component"] = "no component"

    assert not jsonschema_rs.validator_for(schema).is_valid(body)


def test_unknown_call_names_the_calls_and_the_closest():
    with pytest.raises(ValueError, match=r"^unknown call 'get_task': choose one of get_task_status, .*did you mean"):
        schemas.load_schema("v2", "response", operation="get_task")


def test_call_that_an_edition_lacks_names_the_editions_that_have_it():
    with pytest.raises(ValueError, match=r"^unknown edition 'doc-2019': choose one of v1, v2$"):
        schemas.load_schema("doc-2019", "response", operation="operate_node")


def test_call_has_no_node_schema():
    with pytest.raises(ValueError, match=r"^unknown schema 'node': choose one of request, response"):
        schemas.load_schema("v2", "node", operation="get_task_detail")
