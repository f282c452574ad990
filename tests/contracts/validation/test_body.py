"""What cannot be judged at all gives exactly one clear finding."""

import json

import pytest

from taskmock.contracts import Contract
from taskmock.contracts.validation.body import MAX_BYTES, MAX_CONTAINERS, BodyError, decoded_object


def finding(body):
    """The one violation of a body that cannot be judged, as code, pointer and message."""
    report = Contract().check_response(body)
    assert not report.ok
    assert report.edition == "auto"
    assert report.basis == "the body cannot be read"
    (violation,) = report.violations
    return violation.code, violation.pointer, violation.message


@pytest.mark.parametrize(
    ("body", "code", "pointer", "message"),
    [
        (b"", "body.empty", "", "the body is empty"),
        (b" \r\n\t", "body.empty", "", "the body is empty"),
        (b" " * 300, "body.empty", "", "the body is empty"),
        (b"\n <!DOCTYPE html><title>502</title>", "body.html", "", "the body is HTML or XML, not JSON"),
        (b"\xef\xbb\xbf{}", "body.byte-order-mark", "", "the body starts with a byte order mark"),
        ("{}".encode("utf-16"), "body.encoding", "", "the body is not UTF-8 but looks like UTF-16 or UTF-32"),
        (b"\x1f\x8b\x08\x00", "body.encoding", "", "the body is not UTF-8 but looks like gzip"),
        (b'{"a": "\xd6\xd0"}', "body.encoding", "", "the body is not UTF-8: byte 7 cannot be decoded"),
        (b"[]", "body.not-an-object", "", "the body is a list, not an object"),
        (b"null", "body.not-an-object", "", "the body is null, not an object"),
        (b'"x"', "body.not-an-object", "", 'the body is "x", not an object'),
        (b'{"result": NaN}', "body.not-a-number", "/result", "NaN is no JSON number"),
        (b'{"a": [0, -Infinity]}', "body.not-a-number", "/a/1", "-Infinity is no JSON number"),
        (b'{"a": 1e999}', "body.not-a-number", "/a", "Infinity is no JSON number"),
        (rb'{"a": "\ud800"}', "body.surrogate", "/a", "the text has half a surrogate pair, which is no character"),
        (
            rb'{"a/b": {"\udc00": 1}}',
            "body.surrogate",
            "/a~1b",
            'the key "\\udc00" has half a surrogate pair, which is no character',
        ),
        (b'{"a": 1, "a": 1}', "body.duplicate-key", "", 'the key "a" appears twice in one object'),
        (
            b'{"x": [{}, {"k": {"b": 1, "a": 2, "a": 3}}], "y": {"c": 1, "c": 1}}',
            "body.duplicate-key",
            "/x/1/k",
            'the key "a" appears twice in one object',
        ),
        (b'{"x": {"a": 1, "a": 1}, "x": 1}', "body.duplicate-key", "", 'the key "a" appears twice in one object'),
        (
            b'{"a": ' + b"9" * 5000 + b"}",
            "body.number",
            "",
            "the body has an integer of more digits than Python converts",
        ),
        (
            b'{"a":\n  oops}',
            "body.not-json",
            "",
            "the body is not JSON: expecting value at line 2, column 3",
        ),
        (
            b"{'a': 1}",
            "body.not-json",
            "",
            (
                "the body is not JSON: expecting property name enclosed in double quotes at line 1, column 2"
                "; it looks like Python's repr, not like JSON"
            ),
        ),
        (
            b'{"a": 1',
            "body.not-json",
            "",
            "the body is not JSON: expecting ',' delimiter at line 1, column 8; it seems to be cut off",
        ),
        (
            b'{"a"\n',
            "body.not-json",
            "",
            "the body is not JSON: expecting ':' delimiter at line 2, column 1; it seems to be cut off",
        ),
        (b'{"a": "\x0b"}', "body.not-json", "", "the body is not JSON: invalid control character at line 1, column 8"),
    ],
)
def test_unreadable_body_gives_one_finding(body, code, pointer, message):
    assert finding(body) == (code, pointer, message)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\x0b", "\u2028"])
def test_every_beginning_of_an_indented_body_gives_one_finding(end):
    document = {"result": True, "data": {"name": "a\u2028b\x85", "children": [{"retry": 0}]}}
    whole = json.dumps(document, indent=2, ensure_ascii=False)

    found = {finding(whole[:size] + end)[0] for size in range(1, len(whole))}

    assert found == {"body.not-json"}


def test_what_was_found_is_shown_from_its_own_line():
    (violation,) = Contract().check_response('{"a": "\u2028",\n  "b": oops\n}').violations

    assert violation.value == r'"  \"b\": oops"'


@pytest.mark.parametrize("body", [b'{"a": ' * 100_000, b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, b"[" * 900_000])
def test_deep_text_gives_one_finding(body):
    assert finding(body) == ("body.too-deep", "", "the body nests deeper than the 800 levels that are judged")


def test_brackets_in_strings_are_no_depth():
    body = json.dumps({"result": False, "message": '{"[' * 1_000})

    assert Contract().check_response(body).ok


def test_a_decoder_that_gives_up_sooner_gives_the_same_finding(monkeypatch):
    def give_up(*args, **kwargs):
        raise RecursionError

    monkeypatch.setattr(json, "loads", give_up)

    assert finding(b"{}")[0] == "body.too-deep"


def test_50_megabytes_give_one_finding():
    message = f"the body has more than the {MAX_BYTES:,} bytes that are judged"

    assert finding(b" " * 50_000_000) == ("body.too-large", "", message)


def test_a_memoryview_is_measured_in_bytes():
    assert finding(memoryview(bytes(MAX_BYTES + 1)))[0] == "body.too-large"


def test_millions_of_small_objects_are_refused_before_decoding():
    body = b'{"a": [' + b"{}," * (MAX_CONTAINERS + 1) + b"1]}"

    assert finding(body)[0] == "body.too-many-values"


def cyclic():
    """An object that contains itself by way of a list."""
    value = {}
    value["a"] = {"b": [value]}
    return value


def shared():
    """A small object graph that unfolds to more than 10 ** 12 objects."""
    value = {}
    for _ in range(40):
        value = {"a": value, "b": value}
    return value


@pytest.mark.parametrize(
    ("body", "code", "pointer", "message"),
    [
        (None, "body.not-an-object", "", "the body is null, not an object"),
        (5, "body.not-an-object", "", "the body is 5, not an object"),
        ({"a": {1: 2}}, "body.key", "/a", "the key 1 is no string"),
        ({"a": (1,)}, "body.type", "/a", "a Python tuple is no JSON value"),
        ({"a": [{1}]}, "body.type", "/a/0", "a Python set is no JSON value"),
        ({"a": float("nan")}, "body.not-a-number", "/a", "NaN is no JSON number"),
        ({"ä\ud800": 1}, "body.surrogate", "", 'the key "ä\\ud800" has half a surrogate pair, which is no character'),
        (cyclic(), "body.cyclic", "/a/b/0", "the object contains itself"),
        (
            shared(),
            "body.too-many-values",
            "",
            "the body has more than the 1,000,000 objects and lists that are judged",
        ),
    ],
)
def test_python_object_that_is_no_json_gives_one_finding(body, code, pointer, message):
    assert finding(body) == (code, pointer, message)


def test_decoded_text_is_taken_as_bytes_are():
    assert decoded_object('{"a": "ä"}') == decoded_object('{"a": "ä"}'.encode()) == {"a": "ä"}


def test_an_object_is_taken_as_it_is():
    body = {"a": [1.5, "ä", None], "ä": {}}

    assert decoded_object(body) is body


def test_body_error_carries_its_violation():
    with pytest.raises(BodyError, match=r"^the body is empty$") as caught:
        decoded_object("")

    assert caught.value.violation.expected == "a JSON object"


def test_not_json_quotes_the_place():
    (violation,) = Contract().check_response(b'{"result": true,\n "data": undefined}').violations

    assert violation.value == '" \\"data\\": undefined}"'


def test_an_edition_that_was_asked_for_is_reported_for_an_unreadable_body():
    report = Contract("v1").check_response(b"")

    assert (report.edition, report.basis) == ("v1", "as asked for")
