"""What a gateway promises of an answer around its document: status, header fields, codes. One small generator each."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.contract import Contract
from taskmock.contracts.findings.report import Report, with_findings
from taskmock.contracts.findings.rule import Finding, Rule, rule, rule_violations
from taskmock.contracts.findings.violation import Severity, Violation, clip
from taskmock.contracts.verify.answers import ReceivedAnswer, decoded
from taskmock.contracts.verify.gateway import GatewayAccess
from taskmock.contracts.verify.transport.content_type import PAGE_TYPES, is_json, is_misread, media_type, named_charset
from taskmock.contracts.verify.transport.exchange import TROUBLES, Exchange
from taskmock.schemas import load_gateways

_APIGW = load_gateways()["apigw"]
_LEGACY = load_gateways()["esb-legacy"]

REQUEST_ID, ERROR_CODE, ERROR_MESSAGE, *_LIMITS = map(str.lower, _APIGW["headers"])
RATE_LIMIT = _LIMITS[:3]

OWN_STATUSES = frozenset(map(int, _APIGW["statuses"]))
"""The statuses with which the API gateway itself refuses a call."""

LEGACY_CODE = _LEGACY["errors"][_LEGACY["system_error"]]["code"]
"""The code that the legacy ESB has for every failure code of the system behind it."""

GATEWAY = "gateway."
"""The topic of what a gateway promises of its own errors."""


_HEX_32 = re.compile(r"[0-9a-f]{32}")


def _around(message: str, expected: str = "", found: str = "") -> Finding:
    """A finding around the document of an answer."""
    return Finding(None, (), message, expected, found=found)


@rule("http.status", applies_to=("esb", "esb-legacy"))
def esb_answers_200(answer: ReceivedAnswer) -> Iterator[Finding]:
    """The ESB always answers HTTP 200; only an unknown path (404) and a crash (500) show otherwise."""
    if answer.exchange.status != 200:
        yield _around(f"the answer is HTTP {answer.exchange.status}{_said(answer)}", "HTTP 200", _kind(answer))


@rule("http.status", applies_to=("apigw",))
def gateway_answers_as_it_is_defined(answer: ReceivedAnswer) -> Iterator[Finding]:
    """The API gateway answers HTTP 200 with what the system behind says, its own errors with a status of their own."""
    if not (answer.exchange.status == 200 or is_gateways_own(answer)):
        yield _around(
            f"the answer is HTTP {answer.exchange.status}{_said(answer)}, and no error of the gateway's own",
            "HTTP 200, or an error with X-Bkapi-Error-Code",
            _kind(answer),
        )


@rule("http.content-type")
def json_says_that_it_is_json(answer: ReceivedAnswer) -> Iterator[Finding]:
    """An answer is JSON and says so: its Content-Type is application/json."""
    kind = answer.exchange.header("content-type")
    if not answer.exchange.body or is_json(kind):
        return  # nothing is of no type
    if answer.defect is not None and answer.defect.code == "body.html" and media_type(kind) in PAGE_TYPES:
        return  # a page that says that it is one
    found = "says nothing of its type" if kind is None else "says that it is something else"
    subject = "the answer" if answer.body is None else "the answer is JSON and"
    yield _around(f"{subject} {found}", "Content-Type: application/json", clip(kind) if kind else "")


@rule("http.content-type")
def charset_is_that_of_the_bytes(answer: ReceivedAnswer) -> Iterator[Finding]:
    """The bytes of an answer are in the charset that its Content-Type names, if it names one; JSON is UTF-8."""
    kind = answer.exchange.header("content-type")
    charset = named_charset(kind)
    if charset is None or not is_json(kind):
        return
    try:
        if is_misread(answer.exchange.body, charset):
            yield _around("the bytes are UTF-8, but the Content-Type says otherwise", "charset=utf-8", clip(kind))
    except LookupError:
        yield _around("the Content-Type names a charset that there is not", "charset=utf-8, or none", clip(kind))


@rule("gateway.error-code", applies_to=("apigw",), topic=GATEWAY)
def own_errors_carry_their_code(answer: ReceivedAnswer) -> Iterator[Finding]:
    """Errors of the gateway's own carry X-Bkapi-Error-Code, the same as in their body, and X-Bkapi-Error-Message;
    answers of the system behind it carry neither."""
    header = answer.exchange.header(ERROR_CODE)
    if not is_gateways_own(answer):
        if header is not None:
            yield _around("an answer of the system behind the gateway has X-Bkapi-Error-Code", "none", clip(header))
        return
    code = None if answer.body is None else answer.body.get("code")
    if header is None:
        yield _around("an error of the gateway's own has no X-Bkapi-Error-Code", f"X-Bkapi-Error-Code: {code}")
    elif header != str(code):
        yield _around("X-Bkapi-Error-Code is not the code of the body", clip(code), clip(header))
    if answer.exchange.header(ERROR_MESSAGE) is None:
        yield _around("an error of the gateway's own has no X-Bkapi-Error-Message", "X-Bkapi-Error-Message")


@rule("gateway.code", applies_to=("apigw",), topic=GATEWAY)
def own_codes_tell_the_status(answer: ReceivedAnswer) -> Iterator[Finding]:
    """A code of the gateway's own tells its HTTP status: 1640001 is one of HTTP 400."""
    code = None if answer.body is None else answer.body.get("code")
    if is_gateways_own(answer) and (not isinstance(code, int) or _status_in(code) != answer.exchange.status):
        status = answer.exchange.status
        yield _around(f"the code of the error does not go with HTTP {status}", f"16{status}xx", clip(code))


@rule("gateway.code", applies_to=("esb-legacy",), topic=GATEWAY)
def legacy_codes_are_one(answer: ReceivedAnswer) -> Iterator[Finding]:
    """The legacy ESB makes 1306000 of every failure code of the system behind it."""
    refusal = answer.refusal
    if refusal is not None and isinstance(refusal.code, int) and 3_500_000 <= refusal.code <= 3_599_999:
        yield _around("a failure code of the system behind came through", str(LEGACY_CODE), clip(refusal.code))


@rule("gateway.rate-limit", applies_to=("apigw",), topic=GATEWAY)
def limits_say_what_they_are(answer: ReceivedAnswer) -> Iterator[Finding]:
    """A call refused with HTTP 429 is told the limit, what remains of it and when it is lifted
    (X-Bkapi-RateLimit-Limit, -Remaining, -Reset)."""
    if answer.exchange.status == 429:
        missing = [name for name in RATE_LIMIT if not (answer.exchange.header(name) or "").strip().isdecimal()]
        if missing:
            yield _around(f"HTTP 429 without {', '.join(missing)} as a number", "all three")


@rule("gateway.request-id", applies_to=("esb", "esb-legacy"), severity=Severity.WARNING)
def esb_names_the_request(answer: ReceivedAnswer) -> Iterator[Finding]:
    """The ESB gives every answer a `request_id`, 32 hex digits, by which its people find the call."""
    if answer.body is None:
        return
    found = answer.body.get("request_id")
    if not isinstance(found, str) or not _HEX_32.fullmatch(found):
        said = "no `request_id`" if found is None else "a `request_id` of another form"
        yield _around(f"the answer has {said}", "32 hex digits", "" if found is None else clip(found))


@rule("gateway.request-id", applies_to=("apigw",), severity=Severity.WARNING)
def gateway_names_the_request(answer: ReceivedAnswer) -> Iterator[Finding]:
    """The API gateway gives every answer X-Bkapi-Request-Id, by which its people find the call."""
    if answer.body is not None and not answer.exchange.header(REQUEST_ID):
        yield _around("the answer has no X-Bkapi-Request-Id", "X-Bkapi-Request-Id")


RULES: tuple[Rule[ReceivedAnswer], ...] = (
    esb_answers_200,
    gateway_answers_as_it_is_defined,
    json_says_that_it_is_json,
    charset_is_that_of_the_bytes,
    own_errors_carry_their_code,
    own_codes_tell_the_status,
    legacy_codes_are_one,
    limits_say_what_they_are,
    esb_names_the_request,
    gateway_names_the_request,
)
"""Every rule, in the order in which an answer is judged; some codes have a rule for each gateway."""


STATUS_RULES = (esb_answers_200, gateway_answers_as_it_is_defined)
"""Those whose findings leave nothing else to judge."""


def is_gateways_own(answer: ReceivedAnswer) -> bool:
    """Whether an answer is an error that the API gateway itself made: by its status and its envelope, or its header."""
    if answer.exchange.status not in OWN_STATUSES:
        return False
    return answer.exchange.header(ERROR_CODE) is not None or (answer.body is not None and "code_name" in answer.body)


def _said(answer: ReceivedAnswer) -> str:
    """What a refused call was told, behind the status."""
    return "" if answer.refusal is None else f", {answer.refusal}"


def _kind(answer: ReceivedAnswer) -> str:
    """What an answer says that it is."""
    kind = answer.exchange.header("content-type")
    return f"Content-Type {clip(kind)}" if kind else ""


def _status_in(code: int) -> int:
    return (code - 1_600_000) // 100


REFUSED = "A refused call keeps the contract, and says nothing of the task."


UNREAD = "there is no answer to judge"


def violations_around(answer: ReceivedAnswer, access: GatewayAccess) -> tuple[tuple[Violation, ...], bool]:
    """What is wrong around the document of an answer, and whether there is a document to judge."""
    trouble = answer.exchange.trouble
    if trouble is not None:
        source = TROUBLES[trouble.code]
        return (Violation(trouble.code, "", "", trouble.message, value=trouble.value, source=source),), False
    refuted = tuple(rule_violations(STATUS_RULES, answer, access.name))
    if refuted:  # nothing else can be judged, and the rest has the same cause
        return refuted, False
    return tuple(rule_violations(RULES, answer, access.name)), True


def refusal_violations(answer: ReceivedAnswer) -> Iterator[Violation]:
    """Yields the warning that quotes what a call was refused with."""
    if answer.refusal is not None:
        message = f"the call is refused with {answer.refusal}"
        yield Violation("verify.refused", "", "", message, source=REFUSED, severity=Severity.WARNING)


def judged_body(answer: ReceivedAnswer) -> object:
    """What of an answer the contract judges: all but the name that the API gateway has for its own codes."""
    if answer.body is None:
        return answer.exchange.body
    if is_gateways_own(answer):
        return {name: value for name, value in answer.body.items() if name != "code_name"}
    return answer.body


def judged_exchange(
    exchange: Exchange, access: GatewayAccess, contract: Contract, request: Mapping[str, Any]
) -> tuple[ReceivedAnswer, Report]:
    """The answer to a call that was made once, and the verdict on it; `request` are the parameters of the call,
    credentials aside."""
    answer = decoded(1, exchange)
    around, has_document = violations_around(answer, access)
    if has_document:
        report = contract.check_response(judged_body(answer), request=request)
    else:
        report = contract.report("response", (contract.edition, UNREAD), ())
    return answer, with_findings(dataclasses.replace(report, target=exchange.call.shown), around)
