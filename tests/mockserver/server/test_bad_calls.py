"""Calls that cannot be answered: each gets the gateway's own envelope, and the next call is answered as ever."""

import json

import pytest

from support.app_calls import EXAMPLE, STATUS, ask, assert_envelope, assert_strict, node_ids, post, target, without
from support.gateway_calls import backend_error
from support.mock_calls import send

NO_CODE = "APP Code [bk_app_code] cannot be empty"
NO_SECRET = "APP Secret [bk_app_secret] cannot be empty"
NO_USER = "User authentication failed, please provide a valid user identity, such as bk_token, bk_username"
NO_BODY = "Request body is neither a JSON object nor a form"
NO_HEADER = "Request header X-Bkapi-Authorization is not a JSON object"
WRONG_TYPE = "Parameters error, param task_id must be a string or a whole number"
WRONG_TEXT = "Parameters error, param task_id must be 1 to 128 printable characters"
UNTOUCHED = "n" + "0" * 31


@pytest.mark.parametrize(
    ("name", "message"), [("bk_app_code", NO_CODE), ("bk_app_secret", NO_SECRET), ("bk_token", NO_USER)]
)
@pytest.mark.parametrize("value", [None, "", "  ", [], {}, True, 1.5], ids=repr)
def test_credential_that_says_nothing_is_refused(app, name, message, value):
    assert_envelope(post(app, EXAMPLE | {name: value}), 1306000, message)


@pytest.mark.parametrize(
    ("name", "message"), [("bk_app_code", NO_CODE), ("bk_app_secret", NO_SECRET), ("bk_token", NO_USER)]
)
def test_missing_credential_is_refused(app, name, message):
    assert_envelope(post(app, without(name)), 1306000, message)


def test_username_stands_for_the_token(app):
    assert_strict(post(app, without("bk_token") | {"bk_username": "admin"}))


@pytest.mark.parametrize("name", ["bk_biz_id", "task_id"])
@pytest.mark.parametrize("value", [None, "", "  "], ids=repr)
def test_parameter_that_says_nothing_is_refused(app, name, value):
    assert_envelope(post(app, EXAMPLE | {name: value}), 1306406, f"Parameters error, param {name} is required")


@pytest.mark.parametrize("name", ["bk_biz_id", "task_id"])
def test_missing_parameter_is_refused(app, name):
    assert_envelope(post(app, without(name)), 1306406, f"Parameters error, param {name} is required")


@pytest.mark.parametrize("value", [True, False, 1.5, 1e300, [], [10], {}, {"id": 10}], ids=repr)
def test_task_id_of_another_type_is_refused(app, value):
    assert_envelope(post(app, EXAMPLE | {"task_id": value}), 1306406, WRONG_TYPE)


@pytest.mark.parametrize("value", ["1" * 129, 10**200, "1\n0", "\0", "\x1b[31m", "\ud800", "a\u2028b"], ids=ascii)
def test_task_id_that_no_task_can_have_is_refused(app, value):
    assert_envelope(post(app, EXAMPLE | {"task_id": value}), 1306406, WRONG_TEXT)


def test_business_id_is_checked_too(app):
    answer = post(app, EXAMPLE | {"bk_biz_id": [2]})

    assert_envelope(answer, 1306406, "Parameters error, param bk_biz_id must be a string or a whole number")


@pytest.mark.parametrize("value", [0, -3, 2**64, "1" * 128, "a b", "发布 10", "🚀", "<b>", "../..", "None", "N" * 32])
def test_any_other_task_id_is_answered(app, clock, value):
    post(app, EXAMPLE | {"task_id": value})
    clock.advance(30)

    answer = post(app, EXAMPLE | {"task_id": value})

    assert_strict(answer)
    assert app.journal.find()[-1].task_id == str(value)


def test_blanks_around_a_task_id_do_not_count(app):
    ask(app, target(task_id=" 10 "))

    assert app.journal.find()[-1].task_id == "10"


@pytest.mark.parametrize(
    "body",
    [
        b"task",
        b'{"task_id": 10',
        b"\xff\xfe\x00",
        b"\x80",
        b'{"task_id": NaN}',
        b'{"task_id": Infinity}',
        b'{"task_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"<html></html>",
    ],
    ids=["word", "cut", "utf-16", "not-utf-8", "nan", "infinity", "huge-number", "open-lists", "deep", "html"],
)
def test_unreadable_body_is_refused(app, body):
    assert_envelope(ask(app, STATUS, method="POST", body=body), 1306000, NO_BODY)


@pytest.mark.parametrize("body", [b"[]", b"[1]", b'"text"', b"1", b"null", b"true"])
def test_body_that_is_no_object_is_refused(app, body):
    assert_envelope(ask(app, STATUS, method="POST", body=body), 1306000, "Request body is JSON but not an object")


def test_lone_surrogates_in_other_fields_do_no_harm(app):
    assert_strict(post(app, EXAMPLE | {"bk_token": "\ud800", "more": "\udfff"}))


def test_empty_body_leaves_all_to_the_query(app):
    assert_envelope(ask(app, STATUS, method="POST"), 1306000, NO_CODE)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"a=b"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent"),
        ("multipart/form-data; boundary=" + "x" * 9000, b"--x"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"a=%ff%zz"),
        (";;;=", b"{}}"),
    ],
)
def test_broken_form_is_refused(app, kind, body):
    answer = ask(app, STATUS, method="POST", body=body, headers={"Content-Type": kind})

    assert answer.json["code"] == 1306000
    assert answer.json["result"] is False


def test_huge_field_of_a_form_is_refused(app):
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * 600_000 + b"\r\n--x--\r\n"

    assert_envelope(ask(app, STATUS, method="POST", body=body, headers=kind), 1306000, NO_BODY)


@pytest.mark.parametrize("query", ["%", "%zz=%zz", "%ff=1", "&&&=", "a" * 5000, "task_id=%00", ";;;"])
def test_percent_encoding_garbage_is_no_credential(app, query):
    assert_envelope(ask(app, f"{STATUS}?{query}"), 1306000, NO_CODE)


def test_task_id_that_is_not_utf8_is_a_text_all_the_same(app):
    assert_strict(ask(app, target() + "&task_id=%ff%fe"))


@pytest.mark.parametrize("header", ["", "{", "[]", '"text"', "null", "NaN", "\xff", "{" * 5000, "[" * 50_000])
def test_broken_authorization_header_is_refused(app, header):
    answer = ask(app, target(), headers={"X-Bkapi-Authorization": header})

    assert_envelope(answer, 1306000, NO_HEADER)


def test_authorization_header_stands_for_all_credentials(app):
    header = json.dumps({"bk_app_code": "app", "bk_app_secret": "x", "bk_username": "admin"})

    answer = ask(app, f"{STATUS}?bk_biz_id=2&task_id=10", headers={"X-Bkapi-Authorization": header})

    assert_strict(answer)


def test_access_token_in_the_header_is_enough(app):
    answer = ask(
        app, f"{STATUS}?bk_biz_id=2&task_id=10", headers={"X-Bkapi-Authorization": '{"access_token": "token"}'}
    )

    assert_strict(answer)


def test_authorization_header_wins_over_the_query(app):
    answer = ask(app, target(), headers={"X-Bkapi-Authorization": '{"bk_app_code": ""}'})

    assert_envelope(answer, 1306000, NO_CODE)


def test_authorization_header_carries_credentials_only(app):
    ask(app, target(), headers={"X-Bkapi-Authorization": '{"task_id": "99"}'})

    assert app.journal.find()[-1].task_id == "10"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_wrong_method_is_refused(app, method):
    answer = ask(app, target(), method=method)

    assert_envelope(answer, 1306000, f"Request method {method} is not allowed, use GET or POST")


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/c/compapi/v2/sops/", "/api/c/compapi/v2/sops/start/", STATUS + "10/", "/__s/x/api"],
)
def test_unknown_path_is_refused(app, path):
    shown = path.removeprefix("/__s/x")

    assert_envelope(ask(app, path), 1306000, f'API not found [method="GET" path="{shown}"]', status=404)


def test_unknown_path_is_quoted_readably_and_briefly(app):
    answer = ask(app, "/%E4%BB%BB%E5%8A%A1/" + "x" * 5000)

    message = f'API not found [method="GET" path="{"/任务/" + "x" * 196}…"]'
    assert_envelope(answer, 1306000, message, status=404)


@pytest.mark.parametrize(
    "path", ["/api/c/compapi/v2/sops/get%5Ftask%5Fstatus/", "/api/c/compapi/v2/sops/get_task_status%2F"]
)
def test_percent_encoded_path_is_the_same_path(app, path):
    assert_strict(ask(app, target(path)))


@pytest.mark.parametrize("node_id", [UNTOUCHED, "0" * 32, "62d4784e20483f1585149ce90ed954c9"])
def test_node_id_that_no_task_has_is_refused(app, node_id):
    ask(app, target())

    answer = ask(app, target(task_id=node_id))

    assert_envelope(answer, 1306201, backend_error(404))


def test_node_id_of_a_touched_task_answers_its_subtree(app, clock):
    ask(app, target())
    clock.advance(10_000)
    tree = ask(app, target()).json["data"]
    ids = node_ids(tree)

    for node_id in [tree["id"], *ids]:
        answer = ask(app, target(task_id=node_id))

        assert_strict(answer)
        assert answer.json["data"]["id"] == node_id
        assert str(answer.json["data"])[1:-1] in str(tree)
    assert len(ids) > 3


def test_node_id_of_another_session_is_refused(app, clock):
    ask(app, "/__s/one" + target())
    clock.advance(10_000)
    node_id = node_ids(ask(app, "/__s/one" + target()).json["data"])[0]

    answer = ask(app, "/__s/two" + target(task_id=node_id))

    assert answer.json["code"] == 1306201


def test_bad_calls_over_a_socket_leave_the_server_up(mock):
    for body in (b"{", b"[1]", b"\x00" * 1000, b"[" * 100_000):
        assert send(mock.url, STATUS, method="POST", body=body).json["result"] is False

    assert_strict(send(mock.url, target()))
