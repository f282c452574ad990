"""Differences between two schemas, classed by direction: what a response may newly hold, what a request demands."""

import pytest

from taskmock.contracts.diff import SchemaError, diff_editions, diff_schemas
from taskmock.schemas import EDITIONS

TYPES = "one of array, boolean, integer, null, number, object, string, or a list of them"
NO_SCHEMA = "the old schema is no JSON Schema of draft 2020-12"
BREAKING, ADDITIVE, COSMETIC = "breaking", "additive", "cosmetic"


def obj(properties=None, *, required=(), closed=False, **more):
    """The schema of an object."""
    schema = {"type": "object", "properties": properties or {}, **more}
    if required:
        schema["required"] = list(required)
    return {**schema, "additionalProperties": False} if closed else schema


TEXT, WHOLE, NUMBER, NULLABLE = (
    {"type": "string"},
    {"type": "integer"},
    {"type": "number"},
    {"type": ["string", "null"]},
)
NAMED, MUST = obj({"name": TEXT}), obj({"name": TEXT}, required=["name"])
ANY_OF = {"anyOf": [{"type": "string"}, {"type": "null"}]}

# what: old, new, (code, weight in a response, weight in a request) for each change
CASES = {
    "optional field added": (obj(), NAMED, ("property.added", ADDITIVE, ADDITIVE)),
    "optional field added, closed": (
        obj(closed=True),
        obj({"name": TEXT}, closed=True),
        ("property.added", ADDITIVE, ADDITIVE),
    ),
    "required field added": (obj(), MUST, ("property.added", ADDITIVE, BREAKING)),
    "optional field removed": (NAMED, obj(), ("property.removed", BREAKING, ADDITIVE)),
    "optional field removed, closed": (
        obj({"name": TEXT}, closed=True),
        obj(closed=True),
        ("property.removed", BREAKING, BREAKING),
    ),
    "required field removed": (MUST, obj(), ("property.removed", BREAKING, ADDITIVE)),
    "field became required": (NAMED, MUST, ("required.added", ADDITIVE, BREAKING)),
    "field became optional": (MUST, NAMED, ("required.removed", BREAKING, ADDITIVE)),
    "undescribed field became required": (obj(), obj(required=["x"]), ("required.added", ADDITIVE, BREAKING)),
    "object closed": (obj(), obj(closed=True), ("entries.closed", ADDITIVE, BREAKING)),
    "object opened": (obj(closed=True), obj(), ("entries.opened", ADDITIVE, ADDITIVE)),
    "type widened": (TEXT, NULLABLE, ("type.widened", BREAKING, ADDITIVE)),
    "type narrowed": (NULLABLE, TEXT, ("type.narrowed", ADDITIVE, BREAKING)),
    "integer to number": (WHOLE, NUMBER, ("type.widened", BREAKING, ADDITIVE)),
    "number to integer": (NUMBER, WHOLE, ("type.narrowed", ADDITIVE, BREAKING)),
    "type changed": (WHOLE, TEXT, ("type.changed", BREAKING, BREAKING)),
    "type partly changed": (NULLABLE, {"type": ["string", "integer"]}, ("type.changed", BREAKING, BREAKING)),
    "type dropped": (TEXT, {}, ("type.widened", BREAKING, ADDITIVE)),
    "type given": ({}, TEXT, ("type.narrowed", ADDITIVE, BREAKING)),
    "type widened by alternatives": (TEXT, ANY_OF, ("choice.added", BREAKING, ADDITIVE)),
    "type narrowed from alternatives": (ANY_OF, TEXT, ("choice.removed", ADDITIVE, BREAKING)),
    "alternative added": (
        ANY_OF,
        {"anyOf": [*ANY_OF["anyOf"], {"type": "integer"}]},
        ("choice.added", BREAKING, ADDITIVE),
    ),
    "alternative removed": (ANY_OF, {"anyOf": ANY_OF["anyOf"][:1]}, ("choice.removed", ADDITIVE, BREAKING)),
    "inside an alternative": (
        {"oneOf": [{"type": "string", "maxLength": 5}, WHOLE]},
        {"oneOf": [{"type": "string", "maxLength": 9}, WHOLE]},
        ("range.widened", BREAKING, ADDITIVE),
    ),
    "enum grown": ({"enum": ["A"]}, {"enum": ["A", "B"]}, ("enum.grown", BREAKING, ADDITIVE)),
    "enum shrunk": ({"enum": ["A", "B"]}, {"enum": ["A"]}, ("enum.shrunk", ADDITIVE, BREAKING)),
    "enum added": (TEXT, {"enum": ["A"]}, ("enum.added", ADDITIVE, BREAKING)),
    "enum removed": ({"enum": ["A"]}, TEXT, ("enum.removed", BREAKING, ADDITIVE)),
    "const to enum": ({"const": 1}, {"enum": [1, 2]}, ("enum.grown", BREAKING, ADDITIVE)),
    "pattern added": (TEXT, {"type": "string", "pattern": "^a"}, ("form.added", ADDITIVE, BREAKING)),
    "pattern removed": ({"type": "string", "pattern": "^a"}, TEXT, ("form.removed", BREAKING, ADDITIVE)),
    "pattern changed": (
        {"type": "string", "pattern": "^a"},
        {"type": "string", "pattern": "^b"},
        ("form.changed", BREAKING, BREAKING),
    ),
    "minimum raised": (
        {"type": "integer", "minimum": 0},
        {"type": "integer", "minimum": 1},
        ("range.narrowed", ADDITIVE, BREAKING),
    ),
    "minimum lowered": (
        {"type": "integer", "minimum": 1},
        {"type": "integer", "minimum": 0},
        ("range.widened", BREAKING, ADDITIVE),
    ),
    "maximum lifted": ({"type": "integer", "maximum": 9}, WHOLE, ("range.widened", BREAKING, ADDITIVE)),
    "minimum became exclusive": (
        {"type": "number", "minimum": 0},
        {"type": "number", "exclusiveMinimum": 0},
        ("range.narrowed", ADDITIVE, BREAKING),
    ),
    "text must not be empty": (TEXT, {"type": "string", "minLength": 1}, ("range.narrowed", ADDITIVE, BREAKING)),
    "items widened": (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": NULLABLE},
        ("type.widened", BREAKING, ADDITIVE),
    ),
    "items described": ({"type": "array"}, {"type": "array", "items": TEXT}, ("type.narrowed", ADDITIVE, BREAKING)),
    "entries widened": (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": NULLABLE},
        ("type.widened", BREAKING, ADDITIVE),
    ),
    "field described that entries were": (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": TEXT, "properties": {"a": NULLABLE}},
        ("type.widened", BREAKING, ADDITIVE),
    ),
    "forbidden less": ({"not": {"enum": ["A", "B"]}}, {"not": {"enum": ["A"]}}, ("enum.shrunk", BREAKING, ADDITIVE)),
    "forbidden newly": ({}, {"not": {"type": "null"}}, ("not.added", ADDITIVE, BREAKING)),
    "condition newly demands": (
        NAMED,
        {**NAMED, "if": {"properties": {"name": {"const": "x"}}}, "then": {"required": ["age"]}},
        ("required.added", ADDITIVE, BREAKING),
    ),
    "dependent field": (
        NAMED,
        {**NAMED, "dependentRequired": {"name": ["age"]}},
        ("required.added", ADDITIVE, BREAKING),
    ),
    "never any more": (NAMED, obj({"name": False}), ("schema.never", ADDITIVE, BREAKING)),
    "entries of a kind removed": (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": False},
        ("entries.removed", ADDITIVE, BREAKING),
    ),
    "entries of a kind added": (
        {"type": "object", "additionalProperties": False},
        {"type": "object", "additionalProperties": TEXT},
        ("entries.added", ADDITIVE, ADDITIVE),
    ),
    "entries of any kind": (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object"},
        ("entries.widened", BREAKING, ADDITIVE),
    ),
    "entries of one kind only": (
        {"type": "object"},
        {"type": "object", "additionalProperties": TEXT},
        ("entries.narrowed", ADDITIVE, BREAKING),
    ),
    "entries by pattern": (
        {"type": "object", "patternProperties": {"^n": TEXT}},
        {"type": "object", "patternProperties": {"^n": NULLABLE}},
        ("type.widened", BREAKING, ADDITIVE),
    ),
    "first item": (
        {"type": "array", "prefixItems": [TEXT]},
        {"type": "array", "prefixItems": [NULLABLE]},
        ("type.widened", BREAKING, ADDITIVE),
    ),
    "names of fields": (
        {"type": "object", "propertyNames": {"maxLength": 3}},
        {"type": "object", "propertyNames": {"maxLength": 4}},
        ("range.widened", BREAKING, ADDITIVE),
    ),
    "alternatives demanded besides": (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"allOf": [{"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"anyOf": [TEXT, WHOLE]}]},
        ("choice.demanded", ADDITIVE, BREAKING),
    ),
    "alternatives no longer demanded": (
        {"allOf": [{"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"anyOf": [TEXT, WHOLE]}]},
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        ("choice.lifted", BREAKING, ADDITIVE),
    ),
    "forbidden no longer": ({"not": {"type": "null"}}, {}, ("not.removed", BREAKING, ADDITIVE)),
    "dependent field no longer": (
        {**NAMED, "dependentRequired": {"name": ["age"]}},
        NAMED,
        ("required.removed", BREAKING, ADDITIVE),
    ),
    "pattern more": (
        {"type": "string", "pattern": "^a"},
        {"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "b$"}]},
        ("form.added", ADDITIVE, BREAKING),
    ),
    "pattern less": (
        {"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "b$"}]},
        {"type": "string", "pattern": "^a"},
        ("form.removed", BREAKING, ADDITIVE),
    ),
    "enum became a form that its values have": (
        {"enum": ["a1", "a2"]},
        {"type": "string", "pattern": "^a", "minLength": 2},
        ("enum.removed", BREAKING, ADDITIVE),
    ),
    "nothing is possible any more": (
        {"enum": ["A"]},
        {"allOf": [{"type": "array"}, {"enum": ["A"]}]},
        ("enum.shrunk", ADDITIVE, BREAKING),
    ),
    "title changed": ({**TEXT, "title": "a"}, {**TEXT, "title": "b"}, ("text.changed", COSMETIC, COSMETIC)),
    "description added": (TEXT, {**TEXT, "description": "b"}, ("text.changed", COSMETIC, COSMETIC)),
}


def wrapped(schema):
    """A schema below recursion: in each node of a tree, reached through references only."""
    return {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"value": {"$ref": "#/$defs/value"}, "children": {"$ref": "#/$defs/children"}},
            },
            "children": {"type": "object", "additionalProperties": {"$ref": "#/$defs/node"}},
            "value": schema,
        },
    }


@pytest.mark.parametrize("what", CASES)
def test_change_of_a_response_is_classed(what):
    old, new, (code, weight, _) = CASES[what]

    changes = diff_schemas(old, new, direction="response")

    assert [(change.code, change.weight) for change in changes] == [(code, weight)]


@pytest.mark.parametrize("what", CASES)
def test_change_of_a_request_is_classed(what):
    old, new, (code, _, weight) = CASES[what]

    changes = diff_schemas(old, new, direction="request")

    assert [(change.code, change.weight) for change in changes] == [(code, weight)]


@pytest.mark.parametrize("what", CASES)
@pytest.mark.parametrize("direction", ["request", "response"])
def test_change_below_recursion_is_classed_and_placed(what, direction):
    old, new, (code, *weights) = CASES[what]

    changes = diff_schemas(wrapped(old), wrapped(new), direction=direction)

    assert [(change.code, change.weight) for change in changes] == [(code, weights[direction == "request"])]
    assert changes[0].places[0].startswith("/value")
    assert changes[0].pointer.startswith("/$defs/value")


SAME = {
    "keys in another order": (
        {"type": "string", "minLength": 1},
        {"minLength": 1, "type": "string"},
    ),
    "types in another order": (NULLABLE, {"type": ["null", "string"]}),
    "const and enum of one": ({"const": "A"}, {"enum": ["A"]}),
    "inline and by reference": (obj({"a": TEXT}), {**obj({"a": {"$ref": "#/$defs/t"}}), "$defs": {"t": TEXT}}),
    "by allOf": (MUST, {"allOf": [obj({"name": TEXT}), {"required": ["name"]}]}),
    "alternatives in another order": (ANY_OF, {"anyOf": ANY_OF["anyOf"][::-1]}),
    "every boolean": ({"type": "boolean"}, {"enum": [True, False]}),
    "no least length": (TEXT, {"type": "string", "minLength": 0}),
    "integers above": ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "minimum": 1}),
    "bound of another type": (TEXT, {"type": "string", "minimum": 3}),
    "an alternative that adds nothing": (TEXT, {"anyOf": [TEXT, {"type": "string", "maxLength": 3}]}),
}


@pytest.mark.parametrize("what", SAME)
@pytest.mark.parametrize("direction", ["request", "response"])
def test_schemas_that_allow_the_same_have_no_changes(what, direction):
    old, new = SAME[what]

    assert diff_schemas(old, new, direction=direction) == ()
    assert diff_schemas(new, old, direction=direction) == ()


def test_change_says_what_where_and_in_which_schema():
    old = {"type": "object", "properties": {"a/b": {"type": "array", "items": {"enum": ["A", "B"]}}}}
    new = {"type": "object", "properties": {"a/b": {"type": "array", "items": {"enum": ["B", "C"]}}}}

    grown, shrunk = diff_schemas(old, new)

    assert grown.message == 'an entry of `a/b` may be "C" now'
    assert (grown.side, grown.pointer) == ("new", "/properties/a~1b/items/enum")
    assert shrunk.message == 'an entry of `a/b` is never "A" now'
    assert (shrunk.side, shrunk.pointer, shrunk.places) == ("old", "/properties/a~1b/items/enum", ("/a~1b/*",))


def test_enum_that_became_a_form_its_values_lack_is_widened_and_narrowed():
    changes = diff_schemas({"enum": ["a", "b"]}, {"type": "string", "pattern": "^a"}, direction="request")

    assert [(change.code, change.weight) for change in changes] == [
        ("form.added", BREAKING),
        ("enum.removed", ADDITIVE),
    ]


@pytest.mark.parametrize(("new", "codes"), [({"minimum": 2}, ["range.narrowed", "enum.removed"]), ({"maximum": 2}, [])])
def test_numbers_of_an_enum_are_held_against_new_bounds(new, codes):
    changes = diff_schemas({"enum": [1, 2]}, {"type": "integer", **new}, direction="request")

    assert [change.code for change in changes] == (codes or ["enum.removed"])


def test_change_that_several_places_share_is_told_once():
    def tree(field):
        return {**obj({"a": {"$ref": "#/$defs/f"}, "b": {"$ref": "#/$defs/f"}}), "$defs": {"f": field}}

    (change,) = diff_schemas(tree(TEXT), tree(WHOLE))

    assert change.message == "`a` is integer now, not string"
    assert change.places == ("/a", "/b")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"$ref": "other.json"}, "at /$ref: 'other.json' leads out of the document"),
        ({"$ref": "#/$defs/x"}, "at /$ref: '#/$defs/x' leads nowhere"),
        ({"$ref": "#x"}, "at /$ref: there is no anchor 'x'"),
        ([], f"{NO_SCHEMA}: a schema is an object, true or false"),
        (
            obj({"a": {"type": "text"}}),
            f"{NO_SCHEMA}: the value at /properties/a/type is not what it may be there: {TYPES}",
        ),
        ({"$ref": "#/title", "title": "a"}, "at /title: a schema is an object, true or false"),
        (
            {"allOf": [{"if": {"const": number}, "then": TEXT} for number in range(9)]},
            "at the top: more than the 8 conditions that can be told apart",
        ),
    ],
)
def test_what_is_no_schema_is_an_error(schema, message):
    with pytest.raises(SchemaError) as caught:
        diff_schemas(schema, obj({"a": TEXT}))

    assert str(caught.value) == message


def test_error_names_the_deepest_defect_that_comes_first_by_place():
    names = ["d", "b", "a", "c"]

    with pytest.raises(SchemaError) as caught:
        diff_schemas({"title": 4, "properties": {name: {"type": "text"} for name in names}}, {})

    assert str(caught.value) == f"{NO_SCHEMA}: the value at /properties/a/type is not what it may be there: {TYPES}"


def test_schemas_of_recursive_alternatives_are_compared_to_an_end():
    def tree(leaf):
        return {"anyOf": [leaf, {"type": "array", "items": {"$ref": "#"}}, {"type": "array", "maxItems": 1}]}

    changes = diff_schemas(tree(TEXT), tree(WHOLE))

    assert [(change.code, change.places) for change in changes] == [("type.changed", ("",))]


def test_recursion_through_references_alone_ends():
    assert diff_schemas({"$ref": "#"}, {"$ref": "#"}) == ()


@pytest.mark.parametrize("edition", EDITIONS)
def test_edition_does_not_differ_from_itself(edition):
    assert diff_editions(edition, edition) == ()


def test_document_and_engine_2_differ_as_known():
    changes = diff_editions("doc-2019", "v2")

    def found(code, weight):
        return {place for c in changes if (c.code, c.weight) == (code, weight) for place in c.places}

    everywhere = ["root_id:", "parent_id", "error_ignorable", "error_ignored", "elapsed_time"]
    asked_for = ["ex_data", "failed_node_info", "auto_retry_status"]
    flags = ["scope", "subprocess_id", "with_ex_data", "with_failed_node_info", "with_auto_retry_status"]
    created, expired = "/data[state=CREATED]", "/data[state=EXPIRED]"
    assert found("property.added", ADDITIVE) == {
        *(f"/data/{name}" for name in [*everywhere, *asked_for]),
        *(f"/data/children/*/{name}" for name in everywhere),
        f"{created}/elapsed_time",
        *(f"/{name}" for name in flags),
    }
    gone = ["id", "loop", "version"]
    assert found("property.removed", BREAKING) == {
        *(f"{created}/{name}" for name in gone),
        *(f"{expired}/{name}" for name in [*gone, "retry", "skip", "children", "start_time", "finish_time"]),
    }
    times = [f"{place}/{name}" for place in ("/data", "/data/children/*") for name in ("start_time", "finish_time")]
    assert found("type.widened", BREAKING) == {*times}
    assert found("type.widened", ADDITIVE) == {"/bk_biz_id", "/task_id"}
    assert found("enum.grown", BREAKING) == {"/data/state", "/data/children/*/state", f"{expired}/state"}
    assert found("enum.shrunk", ADDITIVE) == {"/data/children/*/state"}
    assert found("form.changed", BREAKING) == {"/data/version", "/data/children/*/version", *times}
    assert {c.code for c in changes if c.weight == BREAKING} == {
        "property.removed",
        "required.removed",
        "type.changed",
        "type.widened",
        "enum.grown",
        "form.changed",
    }


def test_unknown_edition_is_an_error():
    with pytest.raises(
        ValueError, match=r"^unknown edition 'v3': choose one of doc-2019, v1, v2; did you mean 'v2'\?$"
    ):
        diff_editions("v2", "v3")
