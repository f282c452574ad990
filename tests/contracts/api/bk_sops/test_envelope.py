"""Structure around the tree: the envelope; and both engines, which must find the same."""

import pytest

from support.broken_bodies import broken_bodies
from support.structural_findings import example, findings, subprocess_of
from taskmock.contracts.api.bk_sops.shapes import response_shape, shape_names
from taskmock.contracts.validation.schema import Failure, object_shape, shallow
from taskmock.schemas import EDITIONS, load_example, load_schema


def located(failures):
    """Where values fail, by keyword."""
    return sorted((failure.keyword, *map(str, failure.location)) for failure in failures if failure.location)


class Text(str):
    """A subclass of str, as some decoders and object mappers hand out."""

    __slots__ = ()


def texts(value):
    """The same value with every text a subclass of `str`."""
    if isinstance(value, dict):
        return {Text(key): texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [texts(item) for item in value]
    return Text(value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"result": "true"}, [("envelope.type", "/result", "`result` is a string")]),
        ({"data": []}, [("envelope.data", "/data", "`data` is a list")]),
        ({"data": None}, [("envelope.data", "/data", "`data` is null")]),
        ({"code": "0"}, [("envelope.type", "/code", "`code` is a string")]),
        ({"message": 3}, [("envelope.type", "/message", "`message` is an integer")]),
        ({"result": False, "code": 1}, [("envelope.data", "/data", "`data` has the wrong value")]),
        (
            {"result": False, "code": 1, "data": None, "message": None},
            [("envelope.type", "/message", "`message` is null")],
        ),
        ({"message": None, "request_id": None, "trace_id": "x"}, []),
        ({"result": False, "code": 1, "data": ""}, []),
        ({"result": False, "code": 1, "data": {}}, []),
    ],
)
def test_envelope_is_judged(change, found):
    body = {**example(), **change}

    assert findings(body) == found


@pytest.mark.parametrize(
    ("dropped", "message"),
    [("result", "`result` is missing"), ("data", "`data` is missing where `result` is true")],
)
def test_missing_key_of_the_envelope_is_found(dropped, message):
    body = example()
    del body[dropped]

    assert findings(body) == [("envelope.missing", f"/{dropped}", message)]


def test_failure_without_a_message_is_found():
    body = example("v2", "failure")
    del body["message"]

    assert findings(body) == [("envelope.missing", "/message", "`message` is missing where `result` is false")]


def test_the_inside_of_data_is_recognised():
    message = "`result` is missing; this looks like the inside of `data`"

    assert findings(example()["data"], strictness="strict") == [("envelope.missing", "/result", message)]


def test_empty_data_lacks_every_field():
    found = findings({"result": True, "data": {}})

    assert len(found) == 15
    assert {code for code, _, _ in found} == {"field.missing"}


@pytest.mark.parametrize("edition", EDITIONS)
def test_both_engines_find_the_same_failures(edition):
    for how, body in broken_bodies(load_example(edition, "response")):
        for name, value in (("envelope", body), ("task", body.get("data"))):
            if isinstance(value, dict):
                cut = shallow(value, children={"data"} if name == "envelope" else {"children"})
                fast, reference = (response_shape(edition, name, engine=engine) for engine in ("fast", "reference"))
                assert fast.is_valid(cut) is reference.is_valid(cut), how
                assert located(fast.failures(cut)) == located(reference.failures(cut)), how


def test_both_engines_find_the_same_failures_in_requests():
    request = {**load_example("v2", "request"), "task_id": "", "bk_biz_id": None}

    schema = load_schema("v2", "request")
    del schema["anyOf"]

    shapes = [object_shape("request", schema, engine=engine) for engine in ("fast", "reference")]
    found = [list(shape.failures(request)) for shape in shapes]

    assert sorted(found[0], key=str) == sorted(found[1], key=str)
    assert Failure("minLength", ("task_id",)) in found[0]


def test_the_document_has_no_created_or_expired_shape():
    assert shape_names("doc-2019") == ("envelope", "task", "node")
    assert shape_names("v1") == ("envelope", "task", "node", "created", "expired")


def test_subclasses_of_str_are_judged_like_str():
    body = load_example("v2", "response")
    body["data"]["auto_retry_status"] = {"exist_auto_retry_nodes": False, "auto_retry_nodes": []}
    broken = {**body, "data": {**body["data"], "version": "x"}}

    assert findings(texts(body)) == []
    assert findings(texts(broken)) == findings(broken) != []


@pytest.mark.parametrize(("loop", "found"), [(2**70, []), (-(2**70), ["field.range"])])
def test_integers_beyond_64_bits_are_judged(loop, found):
    body = example()
    subprocess_of(body)["loop"] = loop

    assert [code for code, _, _ in findings(body)] == found
