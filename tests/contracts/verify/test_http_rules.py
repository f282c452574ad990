"""What each gateway promises around the document is judged at that gateway, and only there."""

import json

import pytest

from support.raw_server import GOOD, raw_server
from support.verify_runs import mock, reports, verify
from taskmock.contracts.findings.cause import shown
from taskmock.contracts.verify import Plan, Target
from taskmock.contracts.verify import verify as verified
from taskmock.mockserver import MockServer, Settings

REQUEST_ID = {"X_Bkapi_Request_Id": "0123456789abcdef0123456789abcdef"}
REFUSED = {"code_name": "X", "code": 1640301, "message": "App has no permission", "data": None, "result": False}
OWN = {"X_Bkapi_Error_Code": "1640301", "X_Bkapi_Error_Message": "App has no permission", **REQUEST_ID}
LIMITED = {**REFUSED, "code": 1642902}
LIMITS = {"X_Bkapi_RateLimit_Limit": "10", "X_Bkapi_RateLimit_Remaining": "0", "X_Bkapi_RateLimit_Reset": "5"}


def findings(gateway, body=GOOD, **answer):
    """The findings of the gateway's rules of one answer, as code, message and what is expected."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode("ascii")
    with raw_server(lambda line: line.answer(raw, **answer)) as server:
        (found,) = verified(Target(server.url, gateway=gateway), ["10"], plan=Plan(rate=None))
    return [
        (violation.code, violation.message.removesuffix(" (poll 1)"), violation.expected)
        for violation in found.report.violations
        if violation.code.startswith(("http.", "gateway."))
    ]


def heads_of(body, *, polls=1, gateway="apigw", **answer):
    """The codes of the findings that stand on their own."""
    with raw_server(lambda line: line.answer(body, **answer)) as server:
        plan = Plan(polls, interval=0, rate=None)
        (found,) = verified(Target(server.url, gateway=gateway), ["10"], plan=plan)
    return [cause.first.code for cause in shown(found.report.groups).causes()]


def codes_of(body, *, gateway="apigw", **answer):
    """The codes of all findings of one answer, but that it shows no task."""
    with raw_server(lambda line: line.answer(body, **answer)) as server:
        (found,) = verified(Target(server.url, gateway=gateway), ["10"], plan=Plan(rate=None))
    return [violation.code for violation in found.report.violations if violation.code != "verify.no-tree"]


@pytest.mark.parametrize("gateway", ["esb", "esb-legacy", "apigw"])
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/Problem+JSON"])
def test_good_answer_has_no_findings(gateway, kind):
    assert findings(gateway, Content_Type=kind, **REQUEST_ID) == []


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("text/html", "the answer is JSON and says that it is something else"),
        ("", "the answer is JSON and says nothing of its type"),
    ],
)
@pytest.mark.parametrize("gateway", ["esb", "apigw"])
def test_json_under_another_name_is_found(gateway, kind, message):
    assert findings(gateway, Content_Type=kind, **REQUEST_ID) == [
        ("http.content-type", message, "Content-Type: application/json")
    ]


CHINESE = json.dumps({**json.loads(GOOD), "message": "完成"}, ensure_ascii=False).encode()
MISREAD = "the bytes are UTF-8, but the Content-Type says otherwise"
UNKNOWN = "the Content-Type names a charset that there is not"


@pytest.mark.parametrize(
    ("charset", "body", "message"),
    [
        ("gbk", CHINESE, MISREAD),
        ("iso-8859-1", CHINESE, MISREAD),
        ("US-ASCII", CHINESE, MISREAD),
        ('"gb18030"; boundary=x', CHINESE, MISREAD),
        ("utf-16", GOOD, MISREAD),
        ("utf8mb4", GOOD, UNKNOWN),
        ("hex", GOOD, UNKNOWN),
        ("", GOOD, UNKNOWN),
    ],
)
def test_charset_that_is_not_that_of_the_bytes_is_found(charset, body, message):
    expected = "charset=utf-8, or none" if message == UNKNOWN else "charset=utf-8"
    kind = f"application/json; charset={charset}" if charset else 'application/json; charset=""'

    assert findings("apigw", body, Content_Type=kind, **REQUEST_ID) == [("http.content-type", message, expected)]


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", '"utf-8"', "gbk", "iso-8859-1", "us-ascii"])
def test_charset_that_reads_the_same_is_no_finding(charset):
    body = CHINESE if charset.strip('"').lower().startswith("utf") else GOOD

    assert findings("apigw", body, Content_Type=f"application/json; Charset={charset}", **REQUEST_ID) == []


def test_answer_in_another_encoding_is_one_finding_whatever_the_charset():
    body = CHINESE.decode().encode("gbk")

    for charset in ("gbk", "utf-8"):
        assert codes_of(body, Content_Type=f"application/json; charset={charset}") == ["body.encoding"]


@pytest.mark.parametrize("gateway", ["esb", "esb-legacy"])
def test_esb_answers_200_alone(gateway):
    body = {"result": False, "code": 1306000, "message": "API not found", "data": None}

    assert findings(gateway, body, status="404 Not Found") == [
        ("http.status", 'the answer is HTTP 404, code 1306000: "API not found"', "HTTP 200")
    ]


@pytest.mark.parametrize(
    ("request_id", "message"),
    [(None, "the answer has no `request_id`"), ("0123", "the answer has a `request_id` of another form")],
)
def test_esb_names_the_request(request_id, message):
    body = {**json.loads(GOOD), "request_id": request_id}

    assert findings("esb", body) == [("gateway.request-id", message, "32 hex digits")]


def test_legacy_esb_has_one_code_for_all_failures():
    body = {**REFUSED, "code": 3599999, "request_id": "0" * 32}
    del body["code_name"]

    assert findings("esb", body) == []
    assert findings("esb-legacy", body) == [
        ("gateway.code", "a failure code of the system behind came through", "1306000")
    ]


def test_refusal_by_the_gateway_is_no_finding():
    assert findings("apigw", REFUSED, status="403 Forbidden", **OWN) == []
    assert findings("apigw", LIMITED, status="429 Too Many", **{**OWN, **LIMITS, "X_Bkapi_Error_Code": "1642902"}) == []


@pytest.mark.parametrize(
    ("headers", "wrong"),
    [
        (
            {"X_Bkapi_Error_Code": ""},
            ("an error of the gateway's own has no X-Bkapi-Error-Code", "X-Bkapi-Error-Code: 1640301"),
        ),
        (
            {"X_Bkapi_Error_Code": "1"},
            ("X-Bkapi-Error-Code is not the code of the body", "1640301"),
        ),
        (
            {"X_Bkapi_Error_Message": ""},
            ("an error of the gateway's own has no X-Bkapi-Error-Message", "X-Bkapi-Error-Message"),
        ),
    ],
)
def test_errors_of_the_gateway_carry_their_code(headers, wrong):
    assert findings("apigw", REFUSED, status="403 Forbidden", **{**OWN, **headers}) == [("gateway.error-code", *wrong)]


def test_answers_of_the_system_behind_carry_no_error_code():
    assert findings("apigw", X_Bkapi_Error_Code="0", **REQUEST_ID) == [
        ("gateway.error-code", "an answer of the system behind the gateway has X-Bkapi-Error-Code", "none")
    ]


def test_codes_of_the_gateway_tell_the_status():
    assert findings("apigw", REFUSED, status="401 Unauthorized", **OWN) == [
        ("gateway.code", "the code of the error does not go with HTTP 401", "16401xx")
    ]


def test_limits_are_told():
    headers = {**OWN, **LIMITS, "X_Bkapi_Error_Code": "1642902", "X_Bkapi_RateLimit_Reset": "soon"}

    assert findings("apigw", LIMITED, status="429 Too Many", **headers) == [
        ("gateway.rate-limit", "HTTP 429 without x-bkapi-ratelimit-reset as a number", "all three")
    ]


def test_gateway_names_the_request():
    assert findings("apigw") == [("gateway.request-id", "the answer has no X-Bkapi-Request-Id", "X-Bkapi-Request-Id")]


@pytest.mark.parametrize("gateway", ["esb", "esb-legacy", "apigw"])
@pytest.mark.parametrize(
    ("status", "code"),
    [("502 Bad Gateway", "http.status"), ("404 Not Found", "http.status"), ("200 OK", "body.html")],
)
def test_page_is_one_finding(gateway, status, code):
    page = b"<html><h1>502 Bad Gateway</h1></html>"

    assert codes_of(page, gateway=gateway, status=status, Content_Type="text/html; charset=gbk") == [code]


@pytest.mark.parametrize("polls", [1, 6, 60])
@pytest.mark.parametrize(
    ("status", "code"), [("502 Bad Gateway", "http.status"), ("200 OK", "body.html"), ("401 No", "http.status")]
)
def test_pages_are_one_finding_however_many(polls, status, code):
    page = b"<html><h1>502 Bad Gateway</h1></html>"

    assert heads_of(page, polls=polls, status=status, Content_Type="text/html") == [code]


def test_refusal_alone_stands_for_what_was_not_seen():
    body = {"result": False, "code": 3540400, "message": "no such task", "data": None}

    assert heads_of(json.dumps(body).encode(), **REQUEST_ID) == ["verify.no-tree", "verify.refused"]


def test_page_under_another_name_is_two_findings():
    assert codes_of(b"<html></html>", Content_Type="text/plain") == ["http.content-type", "body.html"]


@pytest.mark.parametrize("status", ["502 Bad Gateway", "418 I'm a teapot"])
def test_page_of_a_proxy_is_no_error_of_the_gateway(status):
    number = status.partition(" ")[0]

    assert findings("apigw", b"<html></html>", status=status, Content_Type="text/html") == [
        (
            "http.status",
            f"the answer is HTTP {number}, and no error of the gateway's own",
            "HTTP 200, or an error with X-Bkapi-Error-Code",
        ),
    ]


# -- the mock's own doors keep these rules


@pytest.mark.parametrize("gateway", ["esb", "esb-legacy", "apigw"])
@pytest.mark.parametrize("name", ["failed-then-retried", "rate-limited", "bad-credentials", "not-found"])
def test_door_of_the_mock_keeps_the_rules(gateway, name):
    settings = Settings(clock="polls", gateway="esb-legacy" if gateway == "esb-legacy" else "all")
    with MockServer(name, settings=settings) as server:
        ended = verify(server.url, "--task-id", "10", "--polls", "12", "--gateway", gateway, "--format", "json")

    codes = {violation["code"] for violation in reports(ended)[0]["violations"]}
    assert ended.exit_code == 0
    assert codes <= {"verify.refused"}


def test_prefix_of_a_session_goes_before_the_path():
    with mock("failed-then-retried") as server:
        for prefix in ("/__s/team-a", "/__s/team-b/"):
            ended = verify(f"{server.url}{prefix}", "--task-id", "10", "--gateway", "apigw")
            assert ended.exit_code == 0

        assert [call.session for call in server.requests()] == ["team-a", "team-b"]
